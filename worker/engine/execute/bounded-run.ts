// Bounds one run: it ends with its time limit, its lease or the drain, whichever comes first.
import type { Clock } from "../../fleet/clock.ts";
import { RunTimedOut } from "./run-errors.ts";

/** What ends a run early. */
export type RunBounds = { clock: Clock; seconds: number; signals: AbortSignal[] };

/** The reason with which a finished run ends its timer. One for all, because every DOMException takes a stack trace. */
const runIsOver = Symbol("the run is over");

/**
 * Runs `work` until it ends, `seconds` have passed or one of `signals` aborts; rejects with the abort's reason.
 * Work that ignores its signal is left behind: it can no longer commit anything.
 */
export async function boundedRun<Value>(
  bounds: RunBounds,
  work: (signal: AbortSignal) => Promise<Value>,
): Promise<Value> {
  for (const signal of bounds.signals) signal.throwIfAborted();
  const over = new AbortController();
  const run = new AbortController();
  const cut = Promise.withResolvers<never>();
  // Work may abort and then throw before anything awaits the cut.
  cut.promise.catch(() => {});
  const end = (reason: unknown) => {
    run.abort(reason);
    cut.reject(reason);
  };
  // One listener per signal instead of AbortSignal.any, whose weak references cost too much for every job.
  const stops = bounds.signals.map((signal) => [signal, () => end(signal.reason)] as const);
  for (const [signal, stop] of stops) signal.addEventListener("abort", stop, { once: true });
  void bounds.clock.sleep(bounds.seconds * 1000, over.signal).then(() => {
    if (!over.signal.aborted) end(new RunTimedOut(bounds.seconds));
  });
  try {
    return await Promise.race([work(run.signal), cut.promise]);
  } finally {
    over.abort(runIsOver);
    for (const [signal, stop] of stops) signal.removeEventListener("abort", stop);
  }
}
