// The drain: no new receive, what fits finishes, the rest is handed back before the deadline. Runs once; a further
// interruption may only bring the deadline forward.
import type { Logger } from "pino";
import type { Clock } from "../../fleet/clock.ts";
import { DrainEnded } from "../execute/run-errors.ts";
import type { Interruption } from "./interruption.ts";

/** The lanes as a drain sees them. */
export type DrainableLanes = {
  readonly load: { running: number; held: number };
  refuse: (refuse: (kind: string) => boolean) => Promise<void>;
  abort: (reason: Error) => void;
  empty: () => Promise<void>;
  changed: () => Promise<void>;
};

/** What a drain needs. */
export type DrainOptions = {
  lanes: DrainableLanes;
  /** Stops the pollers; resolves when the pending receives have landed. */
  stopReceiving: () => Promise<void>;
  clock: Clock;
  log: Logger;
  /** Most seconds a drain takes, whatever the interruption leaves. */
  budgetSeconds: number;
  /** Seconds kept free before the deadline for handing back. */
  marginSeconds: number;
};

/** What a drain did. */
export type DrainReport = {
  reason: Interruption["reason"];
  seconds: number;
  runningAtStart: number;
  heldAtStart: number;
  /** Runs aborted because they did not fit; their messages were handed back. */
  aborted: number;
  /** Messages still held when the time was up; their leases run out by themselves. */
  left: number;
};

/** Carries out one drain, whose deadline further interruptions may shorten. */
export class Drain {
  readonly #options: DrainOptions;
  #deadline = Number.POSITIVE_INFINITY;
  #moved = Promise.withResolvers<void>();
  #report: Promise<DrainReport> | undefined;

  constructor(options: DrainOptions) {
    this.#options = options;
  }

  /** Starts the drain, or brings its deadline forward; resolves with the report when it is over. */
  begin(interruption: Interruption): Promise<DrainReport> {
    const { clock, budgetSeconds, log } = this.#options;
    const seconds = Math.min(budgetSeconds, interruption.secondsLeft);
    const deadline = clock.monotonic() + seconds * 1000;
    if (deadline < this.#deadline) {
      this.#deadline = deadline;
      this.#moved.resolve();
      this.#moved = Promise.withResolvers<void>();
    }
    log.info({ ...interruption, drainSeconds: seconds }, "drain");
    this.#report ??= this.#run(interruption.reason);
    return this.#report;
  }

  async #run(reason: Interruption["reason"]): Promise<DrainReport> {
    const { lanes, stopReceiving, clock, marginSeconds } = this.#options;
    const startedAt = clock.monotonic();
    const { running: runningAtStart, held: heldAtStart } = lanes.load;
    const stopped = stopReceiving();
    const returned = lanes.refuse(() => true);
    const finished = Promise.all([stopped, returned]).then(() => lanes.empty());
    const fitted = await this.#before(finished, marginSeconds * 1000);
    const aborted = fitted ? 0 : lanes.load.running;
    if (!fitted) lanes.abort(new DrainEnded());
    if (!fitted) await this.#before(finished, 0);
    return {
      reason,
      seconds: (clock.monotonic() - startedAt) / 1000,
      runningAtStart,
      heldAtStart,
      aborted,
      left: lanes.load.held,
    };
  }

  /** Waits for `finished` until `marginMs` before the deadline, wherever that moves; tells which came first. */
  async #before(finished: Promise<unknown>, marginMs: number): Promise<boolean> {
    let done = false;
    const noted = finished.then(() => {
      done = true;
    });
    for (;;) {
      const left = this.#deadline - marginMs - this.#options.clock.monotonic();
      if (done || left <= 0) return done;
      const timer = new AbortController();
      await Promise.race([noted, this.#moved.promise, this.#options.clock.sleep(left, timer.signal)]);
      timer.abort();
    }
  }
}
