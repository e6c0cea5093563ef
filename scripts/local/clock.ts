// Time for the local cloud: real by default, virtual in tests so that five minutes pass in none.

/** A clock with timers; everything in the local cloud that waits or expires asks it. */
export type Clock = {
  /** Epoch milliseconds. */
  now: () => number;
  /** Calls `run` once at or after `atMs`; the returned function cancels. */
  at: (atMs: number, run: () => void) => () => void;
};

/** The machine's own clock. */
export const realClock: Clock = {
  now: () => Date.now(),
  at: (atMs, run) => {
    const timer = setTimeout(run, Math.min(Math.max(0, atMs - Date.now()), 2 ** 31 - 1));
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** A clock that moves only when told; timers run in order of their times while it is advanced. */
export class VirtualClock implements Clock {
  #now: number;
  #timers = new Set<{ atMs: number; run: () => void }>();

  constructor(startMs = Date.UTC(2026, 0, 1)) {
    this.#now = startMs;
  }

  now = (): number => this.#now;

  at = (atMs: number, run: () => void): (() => void) => {
    const timer = { atMs, run };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  };

  /** Moves time forward by `ms`, running every timer that falls due, each at its own time. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const due = [...this.#timers].filter((timer) => timer.atMs <= end).sort((a, b) => a.atMs - b.atMs)[0];
      if (due === undefined) break;
      this.#timers.delete(due);
      this.#now = Math.max(this.#now, due.atMs);
      due.run();
    }
    this.#now = end;
  }
}
