// Decides how many messages of a kind a worker holds: enough that no slot waits for a receive, but only as many as it will
// start soon. A message that waits here blocks its group for every other worker, and its lease has to be kept alive.
import { batchLimit } from "../settle/batch.ts";

/** The bounds of reading ahead. */
export type ReadAheadOptions = {
  slots: number;
  /** Messages held per slot while every slot has work; more are held only while slots are idle. */
  perSlot: number;
  /** Milliseconds of a clock that never goes back. */
  monotonic: () => number;
};

/** Messages held per slot while slots are idle, so that a busy group cannot hide the groups behind it. */
const perSlotStarved = 10;

/** A held message should start within about this time. */
const startWithinMs = 2000;

/** Weight of the newest job in the mean duration of a kind's jobs. */
const newestWeight = 1 / 8;

type Kind = { held: number; running: number; begunAt: number; meanMs: number };

/** Counts held messages and measures how long jobs take. */
export class ReadAhead {
  readonly #options: ReadAheadOptions;
  readonly #kinds = new Map<string, Kind>();
  /** Number of kinds with a message here. */
  #kindsHeld = 0;
  #held = 0;

  constructor(options: ReadAheadOptions) {
    this.#options = options;
  }

  /** Held messages of all kinds. */
  get held(): number {
    return this.#held;
  }

  /** Held messages of one kind. */
  heldOf(name: string): number {
    return this.#kinds.get(name)?.held ?? 0;
  }

  /** Counts one held message of a kind more or less. */
  count(name: string, change: 1 | -1): void {
    const kind = this.#kind(name);
    if (kind.held === 0) this.#kindsHeld += 1;
    kind.held += change;
    if (kind.held === 0) this.#kindsHeld -= 1;
    this.#held += change;
  }

  /** Notes the start of a job; call the returned function at its end, with false when it did not run after all. */
  begin(name: string): (ran?: boolean) => void {
    const kind = this.#kind(name);
    const begunAt = this.#options.monotonic();
    kind.begunAt = begunAt;
    kind.running += 1;
    return (ran = true) => {
      kind.running -= 1;
      if (!ran) return;
      kind.meanMs += (this.#options.monotonic() - begunAt - kind.meanMs) * newestWeight;
    };
  }

  /** How many more messages of a kind may be received now. */
  roomFor(name: string, slotsIdle: boolean): number {
    const { slots } = this.#options;
    const bound = slotsIdle ? Math.max(batchLimit, slots * perSlotStarved) : this.#bound(name);
    return Math.max(0, bound - this.#kind(name).held);
  }

  /** True for a kind with long jobs when half of its waiting messages are missing: next to a long job a call costs little. */
  worthFew(name: string): boolean {
    const bound = this.#bound(name);
    if (bound === this.#max) return false;
    return bound - this.#kind(name).held >= Math.max(1, (bound - this.#share(name)) / 2);
  }

  get #max(): number {
    const { slots, perSlot } = this.#options;
    return Math.max(batchLimit, slots * perSlot);
  }

  /**
   * For kinds with short jobs: `perSlot` per slot, but at least one full receive. For kinds with long jobs: only what their
   * share of the slots can start within two seconds.
   */
  #bound(name: string): number {
    const rounds = 1 + startWithinMs / Math.max(1, this.#lastsMs(this.#kind(name)));
    const inTime = Math.floor(this.#share(name) * rounds);
    return Math.min(this.#max, Math.max(1, inTime));
  }

  /** The slots a kind gets when all kinds with messages here have equal shares. */
  #share(name: string): number {
    return this.#options.slots / (this.#kindsHeld + (this.#kind(name).held === 0 ? 1 : 0));
  }

  /** The mean duration of ended jobs, or more if even the youngest running job has already taken longer. */
  #lastsMs({ running, begunAt, meanMs }: Kind): number {
    return running === 0 ? meanMs : Math.max(meanMs, this.#options.monotonic() - begunAt);
  }

  #kind(name: string): Kind {
    const known = this.#kinds.get(name);
    if (known !== undefined) return known;
    const fresh = { held: 0, running: 0, begunAt: 0, meanMs: 0 };
    this.#kinds.set(name, fresh);
    return fresh;
  }
}
