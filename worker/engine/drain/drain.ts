// The drain: no new receive, jobs that fit finish, the other messages are returned before the deadline. Runs once; another
// interruption can only bring the deadline forward.
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

/** How a drain works. */
export type DrainOptions = {
  lanes: DrainableLanes;
  /** Stops the pollers; resolves when the pending receives have landed. */
  stopReceiving: () => Promise<void>;
  /** Makes the pending receives land now, because no time is left to wait for them. */
  hurryReceiving: () => void;
  clock: Clock;
  log: Logger;
  /** The longest a drain may take, seconds, even if the interruption leaves more. */
  budgetSeconds: number;
  /** Seconds before the deadline that are kept free for returning messages. */
  marginSeconds: number;
};

/** The report of a drain. */
export type DrainReport = {
  reason: Interruption["reason"];
  seconds: number;
  runningAtStart: number;
  heldAtStart: number;
  /** Runs aborted because they did not fit; their messages were returned. */
  aborted: number;
  /** Messages still held at the deadline; their leases run out. */
  left: number;
};

/** Carries out one drain; further interruptions may bring its deadline forward. */
export class Drain {
  readonly #options: DrainOptions;
  #deadline = Number.POSITIVE_INFINITY;
  #moved = Promise.withResolvers<void>();
  #report: Promise<DrainReport> | undefined;

  constructor(options: DrainOptions) {
    this.#options = options;
  }

  /** Starts the drain or brings its deadline forward; resolves to the report when it is over. */
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
    const { lanes, stopReceiving, hurryReceiving, clock, marginSeconds } = this.#options;
    const startedAt = clock.monotonic();
    const { running: runningAtStart, held: heldAtStart } = lanes.load;
    const stopped = stopReceiving();
    const returned = lanes.refuse(() => true);
    const finished = Promise.all([stopped, returned]).then(() => lanes.empty());
    const fitted = await this.#before(finished, marginSeconds * 1000);
    const aborted = fitted ? 0 : lanes.load.running;
    if (!fitted) {
      hurryReceiving();
      lanes.abort(new DrainEnded());
    }
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

  /** Waits for `finished` until `marginMs` before the deadline, which may move; true when `finished` came first. */
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
