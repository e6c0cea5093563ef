// A sandbox for jobs that use none; using it is an error.
import type { Sandbox } from "../../worker/engine/sandbox/sandbox.ts";

const unused = async (): Promise<never> => {
  throw new Error("fixture jobs use no sandbox");
};

export const noSandbox: Sandbox = { run: unused, directory: unused, close: async () => {} };
