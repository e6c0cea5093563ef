// Time as an argument: wall time for records, monotonic time for leases and deadlines.

/** A source of time. */
export type Clock = {
  /** Epoch milliseconds; may jump. */
  now: () => number;
  /** Milliseconds that never go back. Do not compare them between processes. */
  monotonic: () => number;
  /** Resolves after `ms`, or immediately when `signal` aborts. Never rejects. */
  sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
};

/** The machine's clocks. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const done = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal?.addEventListener("abort", done, { once: true });
    }),
};

/** Where time runs faster than on the machine, for campaigns: the moment it began, and how much faster. */
export type FasterTime = {
  /** How long one of the clock's seconds takes on the machine, in seconds; above 0, at most 1. */
  scale: number;
  /** The machine's epoch milliseconds at which both clocks showed the same. Clocks with the same two agree. */
  originMs: number;
};

/** No pause is made shorter than this, milliseconds on the machine: what polls must not become a hot loop. */
const shortestPauseMs = 20;

/**
 * A clock on which every pause, bound and age is shorter by the same factor. Work takes as long as ever, so on this clock
 * the machine is slow. A sleep ends no earlier than this clock says, and never within less than 20 ms unless it was shorter
 * itself.
 */
export function fasterClock({ scale, originMs }: FasterTime, machine: Clock = systemClock): Clock {
  const monotonic = () => machine.monotonic() / scale;
  return {
    now: () => originMs + (machine.now() - originMs) / scale,
    monotonic,
    sleep: async (ms, signal) => {
      const until = monotonic() + ms;
      await machine.sleep(Math.max(ms * scale, Math.min(ms, shortestPauseMs)), signal);
      // Timers count whole milliseconds and may fire early; here a millisecond is long.
      while (!signal?.aborted && monotonic() < until) await machine.sleep(1, signal);
    },
  };
}
