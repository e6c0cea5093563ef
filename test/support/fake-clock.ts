// A clock for tests: it stands still until it is advanced; sleepers wake in the order of their times.
import type { Clock } from "../../worker/fleet/clock.ts";

/** A clock that moves only when the test advances it. */
export type FakeClock = Clock & {
  /** Moves wall and monotonic time. Every due sleeper wakes at its own time and can act before the next one. */
  advance: (ms: number) => Promise<void>;
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

  async function advance(ms: number): Promise<void> {
    const end = passed + ms;
    await settled();
    for (;;) {
      const [due] = [...sleepers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (due === undefined) break;
      passed = Math.max(passed, due.at);
      due.wake();
      await settled();
    }
    passed = end;
  }

  return {
    now: () => startMs + passed,
    monotonic: () => passed,
    sleep,
    advance,
    sleeping: () => sleepers.size,
  };
}
