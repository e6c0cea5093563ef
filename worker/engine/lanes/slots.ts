// The process's slots: which job kind holds how many, and who may take the next. Fair shares are max-min: the next slot
// goes to the kind that holds fewest, so that a kind alone has all slots and several come to equal shares as jobs end.
// No running job is ever sent away for it. A kind that holds no slot is therefore lent one beyond them, and never waits for
// another kind's job, however long that takes: there run at most `slots` jobs, and one more for each further kind.
//
// Weighed against it: slots kept for every kind would idle while one kind works (nine kinds, eight slots), and kinds in
// turn, one job each, let the kind with the longest jobs end up with all slots.

/** What slots need. */
export type SlotsOptions = {
  slots: number;
  /** Slots one job of a kind takes. */
  costOf: (kind: string) => number;
};

/** Counts the slots in use. */
export class Slots {
  readonly #options: SlotsOptions;
  readonly #heldBy = new Map<string, number>();
  /** Slots in use; above their number while some are lent. */
  #busy = 0;

  constructor(options: SlotsOptions) {
    this.#options = options;
  }

  get free(): number {
    return Math.max(0, this.#options.slots - this.#busy);
  }

  /** Slots the running jobs of a kind hold. */
  heldBy(kind: string): number {
    return this.#heldBy.get(kind) ?? 0;
  }

  /** Slots a kind would hold with one job more. */
  heldWithOneMore(kind: string): number {
    return this.heldBy(kind) + this.#options.costOf(kind);
  }

  /** True where a job of the kind fits, or its kind holds nothing yet. */
  mayStart(kind: string): boolean {
    return this.heldBy(kind) === 0 || this.#options.costOf(kind) <= this.free;
  }

  /** Takes the slots of one job; the answer gives them back. */
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
