// One run with an end: its time, its lease or the drain, whichever comes first.
import type { Clock } from "../clock.ts";
import { RunTimedOut } from "./run-errors.ts";

/**
 * Runs `work` until it ends, `seconds` have passed or one of `signals` aborts; rejects with the abort's reason.
 * Work that ignores its signal is left behind: whatever it still does, it can no longer commit.
 */
export async function boundedRun<Value>(
  bounds: { clock: Clock; seconds: number; signals: AbortSignal[] },
  work: (signal: AbortSignal) => Promise<Value>,
): Promise<Value> {
  const ended = new AbortController();
  const timeUp = new AbortController();
  void bounds.clock.sleep(bounds.seconds * 1000, ended.signal).then(() => {
    if (!ended.signal.aborted) timeUp.abort(new RunTimedOut(bounds.seconds));
  });
  const signal = AbortSignal.any([...bounds.signals, timeUp.signal]);
  try {
    signal.throwIfAborted();
    return await Promise.race([work(signal), rejection(signal, ended.signal)]);
  } finally {
    ended.abort();
  }
}

function rejection(signal: AbortSignal, ended: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) return reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true, signal: ended });
  });
}
