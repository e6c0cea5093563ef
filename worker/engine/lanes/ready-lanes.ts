// The lanes that wait for a slot. Within a job kind the lane that waits longest comes first. Among kinds the one that uses
// fewest slots comes first; on a tie, the one that was served least recently.
import type { Slots } from "./slots.ts";

/** The part of the slots that decides who is next. */
export type SlotsHeld = Pick<Slots, "heldBy" | "heldWithOneMore" | "mayStart">;

/** A queue of queues. */
export class ReadyLanes<Lane extends { kind: string }> {
  readonly #byKind = new Map<string, Lane[]>();
  /** Kinds with lanes here, least recently served first. */
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
   * Removes and returns the lane that starts now, if any. A kind whose costly jobs do not fit yet is overtaken only by
   * kinds that then use no more slots than it will. Otherwise slots stay free until it fits, because cheap jobs could keep
   * it from its share forever.
   */
  next(slots: SlotsHeld): Lane | undefined {
    let limit = Number.POSITIVE_INFINITY;
    for (const kind of this.#turn.toSorted((a, b) => slots.heldBy(a) - slots.heldBy(b))) {
      const wouldHold = slots.heldWithOneMore(kind);
      if (wouldHold > limit) continue;
      if (slots.mayStart(kind)) return this.#takeOne(kind);
      limit = wouldHold;
    }
    return undefined;
  }

  get size(): number {
    return this.#size;
  }

  /** Removes and returns all lanes of a kind. */
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
