// The sandbox whose child processes decode untrusted input for jobs.
import { join } from "node:path";
import {
  createSandbox,
  type SandboxOptions,
  type StartedSandbox,
} from "../../engine/sandbox/create-sandbox.ts";

/** Entry of the child processes, beside this file: `child.ts` in the sources, `sandbox-child.js` in a bundle. */
const childEntry = join(
  import.meta.dirname,
  import.meta.filename.endsWith(".ts") ? "child.ts" : "sandbox-child.js",
);

/**
 * Starts a sandbox whose children know the tasks of all jobs. Resolves when the first child is ready.
 * @throws SandboxFailure when that child cannot be started
 * @throws SandboxNotConfined when confinement is required and missing
 */
export const createDecodeSandbox = (options: Omit<SandboxOptions, "childEntry">): Promise<StartedSandbox> =>
  createSandbox({ ...options, childEntry });
