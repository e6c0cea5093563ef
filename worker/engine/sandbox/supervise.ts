// One run of one task in one child: moves its files in and out and watches every limit from outside.
import { empty, moveIn, moveOut } from "./run-files.ts";
import { SandboxFailure, type SandboxRunOptions, type SandboxTask } from "./sandbox.ts";
import type { SandboxChild } from "./sandbox-child.ts";
import { directoryBytes, memoryIntervalMs, residentBytes } from "./watch.ts";

const directoryIntervalMs = 250;

/**
 * Runs a task in an idle child. Kills the child when it breaches a limit or the signal aborts.
 * @throws SandboxFailure
 */
export async function supervise(
  child: SandboxChild,
  task: SandboxTask,
  { directory, limits, signal }: SandboxRunOptions,
): Promise<unknown> {
  const given = await moveIn(directory.path, child.directory);
  const allowedBytes = given + limits.outputBytes;
  const stopWatching = watch(child, allowedBytes, limits, signal);
  try {
    const value = await child.ask(task);
    const left = await moveOut(child.directory, directory.path);
    if (left <= allowedBytes) return value;
    child.breach("output-limit", `${left} bytes left`);
    throw new SandboxFailure("output-limit", task.task, `${left} bytes left`);
  } catch (error) {
    await empty(directory.path);
    throw error;
  } finally {
    stopWatching();
  }
}

function watch(
  child: SandboxChild,
  allowedBytes: number,
  limits: SandboxRunOptions["limits"],
  signal: AbortSignal,
): () => void {
  const abort = () => child.breach("aborted", String(signal.reason));
  signal.addEventListener("abort", abort);
  if (signal.aborted) abort();
  const deadline = setTimeout(
    () => child.breach("deadline", `${limits.deadlineMs} ms are over`),
    limits.deadlineMs,
  );
  const memory = setInterval(async () => {
    const bytes = await residentBytes(child.pid ?? 0);
    if (bytes > limits.memoryBytes) child.breach("memory", `${bytes} bytes resident`);
  }, memoryIntervalMs);
  const files = setInterval(async () => {
    const bytes = await directoryBytes(child.directory);
    if (bytes > allowedBytes) child.breach("output-limit", `${bytes} bytes on disk`);
  }, directoryIntervalMs);
  return () => {
    signal.removeEventListener("abort", abort);
    clearTimeout(deadline);
    clearInterval(memory);
    clearInterval(files);
  };
}
