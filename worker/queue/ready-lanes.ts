// The lanes that wait for a slot: first come, first served within a job kind, job kinds in turn, so that a flood
// of one kind cannot starve another.

/** How often a kind whose jobs cost much is passed over before slots are kept free for it. */
const patience = 20;

/** A queue of queues: `next` takes from each kind in turn. */
export class ReadyLanes<Lane extends { kind: string }> {
  readonly #byKind = new Map<string, Lane[]>();
  readonly #passedOver = new Map<string, number>();
  #turn: string[] = [];

  add(lane: Lane): void {
    const lanes = this.#byKind.get(lane.kind);
    if (lanes !== undefined) {
      lanes.push(lane);
      return;
    }
    this.#byKind.set(lane.kind, [lane]);
    this.#turn.push(lane.kind);
  }

  /**
   * The next lane that `fits`, or nothing. A kind whose first lane does not fit is passed over, but not for ever:
   * then nothing is next until it fits, or cheap jobs would starve it.
   */
  next(fits: (lane: Lane) => boolean): Lane | undefined {
    for (const kind of this.#turn) {
      const lanes = this.#byKind.get(kind) ?? [];
      const lane = lanes[0];
      if (lane === undefined) continue;
      if (!fits(lane)) {
        const times = (this.#passedOver.get(kind) ?? 0) + 1;
        this.#passedOver.set(kind, times);
        if (times > patience) return undefined;
        continue;
      }
      lanes.shift();
      this.#passedOver.delete(kind);
      this.#turn = this.#turn.filter((other) => other !== kind);
      if (lanes.length > 0) this.#turn.push(kind);
      else this.#byKind.delete(kind);
      return lane;
    }
    return undefined;
  }

  get size(): number {
    let size = 0;
    for (const lanes of this.#byKind.values()) size += lanes.length;
    return size;
  }

  /** Takes all lanes out. */
  takeAll(): Lane[] {
    const all = [...this.#byKind.values()].flat();
    this.#byKind.clear();
    this.#passedOver.clear();
    this.#turn = [];
    return all;
  }
}
