// The sandbox with the children that decode for jobs.
import { join } from "node:path";
import { createSandbox, type SandboxOptions } from "../../engine/sandbox/create-sandbox.ts";
import type { Sandbox } from "../../engine/sandbox/sandbox.ts";

/** The children's entry beside this file: TypeScript in the sources, `sandbox-child.js` in a bundle. */
const childEntry = join(
  import.meta.dirname,
  import.meta.filename.endsWith(".ts") ? "child.ts" : "sandbox-child.js",
);

/**
 * Starts a sandbox whose children know every job's decoding task; resolves when its first child serves.
 * @throws SandboxFailure when that child cannot be started
 */
export const createDecodeSandbox = (options: Omit<SandboxOptions, "childEntry">): Promise<Sandbox> =>
  createSandbox({ ...options, childEntry });
