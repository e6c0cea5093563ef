// One run of one task in one child: moves its files in and out and watches every limit from outside. A run that fails for
// any reason costs its child, because nobody knows what the child has become.

import { empty } from "./remove-tree.ts";
import { moveIn, moveOut } from "./run-files.ts";
import { SandboxFailure, type SandboxRunOptions, type SandboxTask } from "./sandbox.ts";
import type { SandboxChild } from "./sandbox-child.ts";
import { directoryUse, maxThreads, processIntervalMs, processUse } from "./watch.ts";

const directoryIntervalMs = 250;

/**
 * Runs a task in an idle child. Kills the child when it breaches a limit, when the signal aborts, or when the run fails.
 * @throws SandboxFailure
 */
export async function supervise(
  child: SandboxChild,
  task: SandboxTask,
  options: SandboxRunOptions,
): Promise<unknown> {
  try {
    return await bounded(child, task, options);
  } catch (error) {
    // Files that cannot be moved in are no fault of the input.
    const failure =
      error instanceof SandboxFailure
        ? error
        : new SandboxFailure("aborted", task.task, "its files could not be moved", error);
    child.breach(failure.reason, failure.detail);
    await child.ended;
    await empty(options.directory.path);
    throw failure;
  }
}

async function bounded(
  child: SandboxChild,
  task: SandboxTask,
  { directory, limits, signal }: SandboxRunOptions,
): Promise<unknown> {
  const allowedBytes = moveIn(directory.path, child.directory) + limits.outputBytes;
  const stopWatching = watch(child, allowedBytes, limits, signal);
  try {
    const value = await child.ask(task);
    const left = takeFiles(task.task, child.directory, directory.path);
    if (left > allowedBytes) throw new SandboxFailure("output-limit", task.task, `${left} bytes left`);
    return value;
  } finally {
    stopWatching();
  }
}

/** Moves the files of a run out; returns their bytes. @throws SandboxFailure */
function takeFiles(task: string, from: string, to: string): number {
  try {
    return moveOut(task, from, to);
  } catch (error) {
    if (error instanceof SandboxFailure) throw error;
    // Sealed, removed, or a file by now.
    throw new SandboxFailure("crashed", task, "left no readable directory", error);
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
  const stopMeasuring = [
    repeatedly(processIntervalMs, async () => {
      const { residentBytes, threads } = await processUse(child.pid ?? 0);
      if (residentBytes > limits.memoryBytes) child.breach("memory", `${residentBytes} bytes resident`);
      if (threads > maxThreads) child.breach("crashed", `${threads} threads`);
    }),
    repeatedly(directoryIntervalMs, async () => {
      const { bytes, crowded } = directoryUse(child.directory);
      if (bytes > allowedBytes) child.breach("output-limit", `${bytes} bytes on disk`);
      if (crowded) child.breach("output-limit", "too many files");
    }),
  ];
  return () => {
    signal.removeEventListener("abort", abort);
    clearTimeout(deadline);
    for (const stop of stopMeasuring) stop();
  };
}

/** Measures again and again, never twice at once. */
function repeatedly(intervalMs: number, measure: () => Promise<void>): () => void {
  let stopped = false;
  let timer: NodeJS.Timeout;
  const again = async () => {
    await measure();
    if (!stopped) timer = setTimeout(again, intervalMs);
  };
  timer = setTimeout(again, intervalMs);
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
