// How many messages of a kind a worker holds: so many that no slot waits for a receive, and no more than it will soon
// begin, because a message that waits here keeps its group from every other worker and its lease has to be kept.
import { batchLimit } from "../settle/batch.ts";

/** What reading ahead needs. */
export type ReadAheadOptions = {
  slots: number;
  /** Messages held per slot while every slot has work; more are held only while slots idle. */
  perSlot: number;
  /** Milliseconds of a clock that never goes back. */
  monotonic: () => number;
};

/** Messages held per slot while slots idle: a hot group must not hide the others behind it. */
const perSlotStarved = 10;

/** A held message is to be begun within about this time. */
const beginWithinMs = 2000;

/** Weight of the newest job in the mean duration of a kind's jobs. */
const newestWeight = 1 / 8;

type Kind = { held: number; running: number; begunAt: number; meanMs: number };

/** Keeps count of held messages, and of how long jobs take. */
export class ReadAhead {
  readonly #options: ReadAheadOptions;
  readonly #kinds = new Map<string, Kind>();
  /** Kinds with a message here. */
  #holding = 0;
  #held = 0;

  constructor(options: ReadAheadOptions) {
    this.#options = options;
  }

  /** Messages of all kinds. */
  get held(): number {
    return this.#held;
  }

  /** Notes that one message more or less of a kind is held. */
  count(name: string, change: 1 | -1): void {
    const kind = this.#kind(name);
    if (kind.held === 0) this.#holding += 1;
    kind.held += change;
    if (kind.held === 0) this.#holding -= 1;
    this.#held += change;
  }

  /** Notes that a job begins; the answer notes its end. */
  begin(name: string): () => void {
    const kind = this.#kind(name);
    const begunAt = this.#options.monotonic();
    kind.begunAt = begunAt;
    kind.running += 1;
    return () => {
      kind.running -= 1;
      kind.meanMs += (this.#options.monotonic() - begunAt - kind.meanMs) * newestWeight;
    };
  }

  /** How many more messages of a kind may be received now. */
  roomFor(name: string, slotsIdle: boolean): number {
    const { slots } = this.#options;
    const bound = slotsIdle ? Math.max(batchLimit, slots * perSlotStarved) : this.#bound(name);
    return Math.max(0, bound - this.#kind(name).held);
  }

  /** True for a kind with long jobs where half of what may wait is missing: a call costs little beside one of them. */
  worthFew(name: string): boolean {
    const bound = this.#bound(name);
    if (bound === this.#most) return false;
    return bound - this.#kind(name).held >= Math.max(1, (bound - this.#share(name)) / 2);
  }

  get #most(): number {
    const { slots, perSlot } = this.#options;
    return Math.max(batchLimit, slots * perSlot);
  }

  /** Short jobs: so many a slot, a receive's worth at least. Long ones: what the kind's share of the slots begins in time. */
  #bound(name: string): number {
    const rounds = 1 + beginWithinMs / Math.max(1, this.#lastsMs(this.#kind(name)));
    const inTime = Math.floor(this.#share(name) * rounds);
    return Math.min(this.#most, Math.max(1, inTime));
  }

  /** Slots a kind has when it and all others with messages here come to equal shares. */
  #share(name: string): number {
    return this.#options.slots / (this.#holding + (this.#kind(name).held === 0 ? 1 : 0));
  }

  /** The mean of those that ended, or more where even the youngest that runs has taken longer by now. */
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
