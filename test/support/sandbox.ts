// A sandbox over the hostile test tasks, gone when the test ends.
import { fileURLToPath } from "node:url";
import pino from "pino";
import { onTestFinished } from "vitest";
import {
  createSandbox,
  type SandboxOptions,
  type StartedSandbox,
} from "../../worker/engine/sandbox/create-sandbox.ts";
import { type Sandbox, SandboxFailure, type SandboxLimits } from "../../worker/engine/sandbox/sandbox.ts";

export const silent = pino({ level: "silent" });

const megabyte = 1024 * 1024;

export const generousLimits: SandboxLimits = {
  deadlineMs: 60_000,
  memoryBytes: 600 * megabyte,
  outputBytes: 10 * megabyte,
};

/** A signal that does not abort. */
export const never = new AbortController().signal;

/** Returns the failure of a run that must fail. */
export async function failureOf(run: Promise<unknown>): Promise<SandboxFailure> {
  const outcome = await run.catch((error: unknown) => error);
  if (!(outcome instanceof SandboxFailure)) throw new Error(`no SandboxFailure but ${String(outcome)}`);
  return outcome;
}

/** A sandbox whose children serve `sandbox-tasks.ts`. */
export async function testSandbox(options: Partial<SandboxOptions> = {}): Promise<StartedSandbox> {
  const sandbox = await createSandbox({
    size: 1,
    log: silent,
    childEntry: fileURLToPath(new URL("./sandbox-child.ts", import.meta.url)),
    ...options,
  });
  onTestFinished(() => sandbox.close());
  return sandbox;
}

/** Runs one act of `sandbox-tasks.ts` in its own directory. */
export async function act(
  sandbox: Sandbox,
  name: string,
  input: Record<string, unknown> = {},
  limits: Partial<SandboxLimits> = {},
  signal: AbortSignal = never,
): Promise<unknown> {
  await using directory = await sandbox.directory();
  return await sandbox.run(
    { task: "hostile", input: { act: name, ...input } },
    { directory, limits: { ...generousLimits, ...limits }, signal },
  );
}
