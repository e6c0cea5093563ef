// Bounds one run: it ends with its time limit, its lease or the drain, whichever comes first.
import type { Clock } from "../../fleet/clock.ts";
import { RunTimedOut } from "./run-errors.ts";

/** The run's clock. `pause` stops it until the returned function is called: waiting for a decoder is not the run's time. */
export type RunClock = { pause: () => () => void };

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
  work: (signal: AbortSignal, clock: RunClock) => Promise<Value>,
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
  const clock = startClock(bounds, over.signal, () => end(new RunTimedOut(bounds.seconds)));
  try {
    return await Promise.race([work(run.signal, clock), cut.promise]);
  } finally {
    over.abort(runIsOver);
    for (const [signal, stop] of stops) signal.removeEventListener("abort", stop);
  }
}

/** Starts a clock that calls `timeOut` once it has run for the bounds' seconds, pauses left out, unless `over` aborts. */
function startClock({ clock, seconds }: RunBounds, over: AbortSignal, timeOut: () => void): RunClock {
  let leftMs = seconds * 1000;
  let pauses = 0;
  let startedAt = 0;
  let timer: AbortController | undefined;
  const stop = () => timer?.abort(runIsOver);
  const start = () => {
    const own = new AbortController();
    timer = own;
    startedAt = clock.monotonic();
    void clock.sleep(leftMs, own.signal).then(() => {
      if (!own.signal.aborted) timeOut();
    });
  };
  over.addEventListener("abort", stop, { once: true });
  start();
  return {
    pause: () => {
      pauses += 1;
      if (pauses === 1) {
        stop();
        leftMs -= clock.monotonic() - startedAt;
      }
      let ended = false;
      return () => {
        if (ended) return;
        ended = true;
        pauses -= 1;
        if (pauses === 0 && !over.aborted) start();
      };
    },
  };
}
