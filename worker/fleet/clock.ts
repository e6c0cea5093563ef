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
