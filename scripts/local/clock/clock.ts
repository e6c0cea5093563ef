// Time for the local cloud: real by default, virtual in tests, where five minutes pass in an instant.
import type { FasterTime } from "../../../worker/fleet/clock.ts";
import { timeHeap } from "./time-heap.ts";

/** A clock with timers. Everything in the local cloud that waits or expires uses it. */
export type Clock = {
  /** Epoch milliseconds. */
  now: () => number;
  /** Calls `run` once at or after `atMs`, never before; the returned function cancels. */
  at: (atMs: number, run: () => void) => () => void;
};

/** The longest delay of a Node timer, in milliseconds. Longer waits take several timers. */
const longestTimerMs = 2 ** 31 - 1;

/** The machine's own clock. Its timers do not keep the process alive. */
export const realClock: Clock = {
  now: () => Date.now(),
  at: (atMs, run) => {
    let timer: NodeJS.Timeout;
    const arm = () => {
      timer = setTimeout(fire, Math.min(Math.max(0, atMs - Date.now()), longestTimerMs)).unref();
    };
    const fire = () => (Date.now() < atMs ? arm() : run());
    arm();
    return () => clearTimeout(timer);
  },
};

/** A clock on which time runs faster than on the machine, as the clocks of workers with the same settings. */
export function fasterClock({ scale, originMs }: FasterTime): Clock {
  const now = () => originMs + (Date.now() - originMs) / scale;
  const onMachine = (atMs: number) => Math.ceil(originMs + (atMs - originMs) * scale);
  return { now, at: (atMs, run) => realClock.at(onMachine(atMs), run) };
}

/** A clock whose timers do nothing after `close`, for a part that must not act once it is closed. */
export function closable(clock: Clock): Clock & { close: () => void } {
  let closed = false;
  return {
    now: clock.now,
    at: (atMs, run) => clock.at(atMs, () => (closed ? undefined : run())),
    close: () => {
      closed = true;
    },
  };
}

type VirtualTimer = { atMs: number; run: () => void; heapIndex: number };

/** A clock that only moves when it is advanced. Due timers then run in the order of their times. */
export class VirtualClock implements Clock {
  #now: number;
  #timers = timeHeap<VirtualTimer>((timer) => timer.atMs);

  constructor(startMs = Date.UTC(2026, 0, 1)) {
    this.#now = startMs;
  }

  now = (): number => this.#now;

  at = (atMs: number, run: () => void): (() => void) => {
    const timer: VirtualTimer = { atMs, run, heapIndex: -1 };
    this.#timers.place(timer);
    return () => this.#timers.remove(timer);
  };

  /** Moves time forward by `ms` and runs every timer that falls due, each at its own time. */
  advance(ms: number): void {
    const end = this.#now + ms;
    while (this.#runNext(end));
    this.#now = end;
  }

  /** Like `advance`, but lets promises and sockets that a timer started proceed before the next timer runs. */
  async advanceAsync(ms: number): Promise<void> {
    const end = this.#now + ms;
    do await new Promise(setImmediate);
    while (this.#runNext(end));
    this.#now = end;
  }

  /** Runs the first timer due by `end`; false when there is none. */
  #runNext(end: number): boolean {
    const due = this.#timers.earliest();
    if (due === undefined || due.atMs > end) return false;
    this.#timers.remove(due);
    this.#now = Math.max(this.#now, due.atMs);
    due.run();
    return true;
  }
}
