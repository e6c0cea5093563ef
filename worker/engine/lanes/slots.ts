// The process's slots: how many each job kind uses, and which kind may take the next. Shares are max-min fair: the next
// slot goes to the kind that uses fewest, so a kind alone gets all slots and several kinds reach equal shares as jobs end.
// No running job is ever stopped for this. A kind without a slot may borrow one beyond the limit, so it never waits for
// another kind's job. At most `slots` jobs run, plus one for each further kind.
//
// Alternatives considered: slots reserved per kind would idle while one kind works (nine kinds, eight slots). Taking kinds
// in turn, one job each, would let the kind with the longest jobs end up with all slots.

/** How many slots there are, and what a job costs. */
export type SlotsOptions = {
  slots: number;
  /** Slots one job of a kind takes. */
  costOf: (kind: string) => number;
};

/** Counts the slots in use. */
export class Slots {
  readonly #options: SlotsOptions;
  readonly #heldBy = new Map<string, number>();
  /** Slots in use; more than there are while some are borrowed. */
  #busy = 0;

  constructor(options: SlotsOptions) {
    this.#options = options;
  }

  get free(): number {
    return Math.max(0, this.#options.slots - this.#busy);
  }

  /** Slots that the running jobs of a kind use. */
  heldBy(kind: string): number {
    return this.#heldBy.get(kind) ?? 0;
  }

  /** Slots a kind would use with one more job. */
  heldWithOneMore(kind: string): number {
    return this.heldBy(kind) + this.#options.costOf(kind);
  }

  /** True when a job of the kind fits, or the kind uses no slot yet. */
  mayStart(kind: string): boolean {
    return this.heldBy(kind) === 0 || this.#options.costOf(kind) <= this.free;
  }

  /** Takes the slots of one job; call the returned function to free them. */
  take(kind: string): () => void {
    const cost = this.#options.costOf(kind);
    this.#change(kind, cost);
    return () => this.#change(kind, -cost);
  }

  #change(kind: string, slots: number): void {
    this.#busy += slots;
    this.#heldBy.set(kind, this.heldBy(kind) + slots);
  }
}
