// The lanes that wait for a slot: first come, first served within a job kind; among kinds the one that holds fewest slots
// first, of several the one that was longest not served.
import type { Slots } from "./slots.ts";

/** The slots as they are asked here. */
export type SlotsHeld = Pick<Slots, "heldBy" | "heldWithOneMore" | "mayStart">;

/** A queue of queues. */
export class ReadyLanes<Lane extends { kind: string }> {
  readonly #byKind = new Map<string, Lane[]>();
  /** Kinds with lanes here, longest not served first. */
  #turn: string[] = [];
  #size = 0;

  add(lane: Lane): void {
    this.#size += 1;
    const lanes = this.#byKind.get(lane.kind);
    if (lanes !== undefined) {
      lanes.push(lane);
      return;
    }
    this.#byKind.set(lane.kind, [lane]);
    this.#turn.push(lane.kind);
  }

  /**
   * Takes out the lane that is to start now, or nothing. A kind whose costly jobs do not fit yet is overtaken only by kinds
   * that will then hold no more than it will: else slots stay free until it fits, or cheap jobs would keep it from its
   * share for ever.
   */
  next(slots: SlotsHeld): Lane | undefined {
    let most = Number.POSITIVE_INFINITY;
    for (const kind of this.#turn.toSorted((a, b) => slots.heldBy(a) - slots.heldBy(b))) {
      const wouldHold = slots.heldWithOneMore(kind);
      if (wouldHold > most) continue;
      if (slots.mayStart(kind)) return this.#takeOne(kind);
      most = wouldHold;
    }
    return undefined;
  }

  get size(): number {
    return this.#size;
  }

  /** Takes all lanes of a kind out. */
  takeKind(kind: string): Lane[] {
    const lanes = this.#byKind.get(kind) ?? [];
    this.#size -= lanes.length;
    this.#byKind.delete(kind);
    this.#turn = this.#turn.filter((other) => other !== kind);
    return lanes;
  }

  #takeOne(kind: string): Lane | undefined {
    const lanes = this.#byKind.get(kind) ?? [];
    const lane = lanes.shift();
    if (lane !== undefined) this.#size -= 1;
    this.#turn = this.#turn.filter((other) => other !== kind);
    if (lanes.length > 0) this.#turn.push(kind);
    else this.#byKind.delete(kind);
    return lane;
  }
}
