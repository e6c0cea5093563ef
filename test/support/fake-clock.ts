// A clock for tests: it stands still until it is advanced; sleepers wake in the order of their times.
import type { Clock } from "../../worker/fleet/clock.ts";

/** A clock that moves only when the test advances it. */
export type FakeClock = Clock & {
  /** Moves wall and monotonic time. Every due sleeper wakes at its own time and can act before the next one. */
  advance: (ms: number) => Promise<void>;
  /**
   * Moves to the time of the next sleeper and wakes only it. For sleepers that sleep again after input or output: how soon
   * that is done differs with the machine's load, so `advance` may wake them any number of times.
   */
  wakeNext: () => Promise<void>;
  /** Current sleepers. */
  sleeping: () => number;
};

/** Lets everything that is ready run: promise callbacks and what they start, but no input or output. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Makes a fake clock; monotonic time starts at 0. */
export function createFakeClock(startMs = Date.UTC(2026, 0, 1)): FakeClock {
  const sleepers = new Set<{ at: number; wake: () => void }>();
  let passed = 0;

  function sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const sleeper = {
        at: passed + Math.max(0, ms),
        wake: () => {
          sleepers.delete(sleeper);
          signal?.removeEventListener("abort", sleeper.wake);
          resolve();
        },
      };
      sleepers.add(sleeper);
      signal?.addEventListener("abort", sleeper.wake, { once: true });
    });
  }

  async function wakeNext(): Promise<void> {
    const [next] = [...sleepers].sort((a, b) => a.at - b.at);
    if (next === undefined) throw new Error("nobody sleeps on this clock");
    passed = Math.max(passed, next.at);
    next.wake();
    await settled();
  }

  async function advance(ms: number): Promise<void> {
    const end = passed + ms;
    await settled();
    while ([...sleepers].some(({ at }) => at <= end)) await wakeNext();
    passed = end;
  }

  return {
    now: () => startMs + passed,
    monotonic: () => passed,
    sleep,
    advance,
    wakeNext,
    sleeping: () => sleepers.size,
  };
}
