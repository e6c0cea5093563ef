// One lane per message group: its jobs run one after another, lanes run in parallel up to the process's slots. Knows
// nothing of SQS calls or of the ledger.
import type { Delivery, Outcome } from "../receive/delivery.ts";
import { isTerminal } from "../receive/delivery.ts";
import { byLane, type Lane, laneKey } from "./lane.ts";
import { ReadAhead } from "./read-ahead.ts";
import { ReadyLanes } from "./ready-lanes.ts";
import { Slots } from "./slots.ts";

/** What lanes ask of the rest of the worker. */
export type LanesOptions = {
  /** Jobs (of cost 1) that run at once. A kind without a slot may borrow one more; see slots.ts. */
  slots: number;
  /** Messages held per slot while every slot has work; more are held only while slots are idle. */
  aheadPerSlot?: number;
  costOf: (kind: string) => number;
  /** Milliseconds of a clock that never goes back. */
  monotonic: () => number;
  /** Runs one job to its outcome, or says that it has to wait; never rejects. */
  execute: (delivery: Delivery, stop: AbortSignal) => Promise<Outcome | Waits>;
  /** Deletes the message of an ended job (and sends its dead letter first). */
  finish: (delivery: Delivery, outcome: Outcome) => Promise<void>;
  /** Returns messages of one group, newest first and the head (the first) last, all with the same delay. */
  returnToQueue: (deliveries: Delivery[], delaySeconds: number) => Promise<void>;
};

/** A job that cannot start yet: it waits in its lane, without a slot, and is tried again when `until` resolves. */
export type Waits = { outcome: "waits"; until: Promise<void> };

/** Schedules deliveries so that groups run in parallel and each group stays in order. */
export class Lanes {
  readonly #options: Required<LanesOptions>;
  readonly #lanes = new Map<string, Lane>();
  readonly #ready = new ReadyLanes<Lane>();
  readonly #slots: Slots;
  readonly #ahead: ReadAhead;
  #running = 0;
  #refused: (kind: string) => boolean = () => false;
  /** Exists only while something waits for a change. */
  #changed: PromiseWithResolvers<void> | undefined;

  constructor(options: LanesOptions) {
    this.#options = { aheadPerSlot: 3, ...options };
    const { slots, aheadPerSlot: perSlot, monotonic } = this.#options;
    this.#slots = new Slots(options);
    this.#ahead = new ReadAhead({ slots, perSlot, monotonic });
  }

  /** Slots in use and free, jobs running, messages held and their groups. */
  get load(): { busySlots: number; idleSlots: number; running: number; held: number; groups: number } {
    const { free } = this.#slots;
    return {
      busySlots: this.#options.slots - free,
      idleSlots: free,
      running: this.#running,
      held: this.#ahead.held,
      groups: this.#lanes.size,
    };
  }

  /** Messages of a kind that are held. */
  heldOf(kind: string): number {
    return this.#ahead.heldOf(kind);
  }

  /** How many more messages of a kind may be received now. */
  roomFor(kind: string): number {
    if (this.#refused(kind)) return 0;
    return this.#ahead.roomFor(kind, this.#ready.size < this.#slots.free);
  }

  /** True when a receive of less than a full batch is worth its call. */
  worthFew(kind: string): boolean {
    return this.starved || this.#ahead.worthFew(kind);
  }

  /** True while a slot is free and no lane waits for it. */
  get starved(): boolean {
    return this.#slots.free > 0 && this.#ready.size === 0;
  }

  /** Resolves at the next change of load. */
  changed(): Promise<void> {
    this.#changed ??= Promise.withResolvers<void>();
    return this.#changed.promise;
  }

  /** Accepts received messages, in the order of the receive. */
  accept(deliveries: readonly Delivery[]): void {
    for (const delivery of deliveries) {
      this.#count(delivery, 1);
      if (!this.#refused(delivery.kind)) this.#join(delivery);
    }
    const refused = deliveries.filter(({ kind }) => this.#refused(kind));
    for (const group of byLane(refused)) void this.#return(group, 0);
    this.#schedule();
  }

  /**
   * Starts no more jobs of the refused kinds, now or later, and returns their waiting messages. Running jobs go on.
   */
  async refuse(refuse: (kind: string) => boolean): Promise<void> {
    this.#refused = refuse;
    const returned: Promise<void>[] = [];
    for (const lane of this.#lanes.values())
      if (refuse(lane.kind) && lane.waiting.length > 0)
        returned.push(this.#return(lane.waiting.splice(0), 0));
    for (const { kind } of this.#lanes.values())
      if (refuse(kind)) for (const { key } of this.#ready.takeKind(kind)) this.#lanes.delete(key);
    this.#schedule();
    await Promise.all(returned);
  }

  /** Aborts every running job with `reason`. */
  abort(reason: Error): void {
    for (const lane of this.#lanes.values()) lane.stop?.abort(reason);
  }

  /** Makes everything that waits for a change look again: something outside the lanes has changed. */
  wake(): void {
    this.#signalChange();
  }

  /** Resolves when no message is held. */
  async empty(): Promise<void> {
    while (this.#ahead.held > 0) await this.changed();
  }

  #join(delivery: Delivery): void {
    const key = laneKey(delivery);
    const lane = this.#lanes.get(key);
    if (lane !== undefined) {
      lane.waiting.push(delivery);
      return;
    }
    const fresh: Lane = { key, kind: delivery.kind, waiting: [delivery], mode: "ready", stop: undefined };
    this.#lanes.set(key, fresh);
    this.#ready.add(fresh);
  }

  #schedule(): void {
    for (let lane = this.#ready.next(this.#slots); lane !== undefined; lane = this.#ready.next(this.#slots)) {
      const head = lane.waiting.shift();
      if (head !== undefined) void this.#run(lane, head);
    }
    this.#signalChange();
  }

  async #run(lane: Lane, head: Delivery): Promise<void> {
    const freeSlots = this.#slots.take(lane.kind);
    const noteEnd = this.#ahead.begin(lane.kind);
    lane.mode = "running";
    lane.stop = new AbortController();
    this.#running += 1;
    const outcome = await this.#options.execute(head, lane.stop.signal);
    lane.stop = undefined;
    noteEnd(outcome.outcome !== "waits");
    if (outcome.outcome === "waits") {
      freeSlots();
      this.#running -= 1;
      return this.#wait(lane, head, outcome.until);
    }
    if (isTerminal(outcome)) await this.#finish(head, outcome);
    freeSlots();
    this.#running -= 1;
    if (!isTerminal(outcome)) await this.#break(lane, head, outcome);
    this.#goOn(lane);
  }

  async #wait(lane: Lane, head: Delivery, until: Promise<void>): Promise<void> {
    lane.waiting.unshift(head);
    lane.mode = "waiting";
    if (this.#refused(lane.kind)) void this.#return(lane.waiting.splice(0), 0);
    this.#schedule();
    await until;
    this.#goOn(lane);
  }

  /** Waits until a dead letter is sent, to keep the order of the dead-letter queue, but never for a delete. */
  async #finish(head: Delivery, outcome: Outcome): Promise<void> {
    const finished = this.#options.finish(head, outcome).then(() => this.#count(head, -1));
    if (outcome.outcome === "dead-lettered") await finished;
  }

  async #break(lane: Lane, head: Delivery, outcome: Outcome): Promise<void> {
    lane.mode = "breaking";
    this.#schedule();
    await this.#return(
      [head, ...lane.waiting.splice(0)],
      "delaySeconds" in outcome ? outcome.delaySeconds : 0,
    );
  }

  #goOn(lane: Lane): void {
    if (lane.waiting.length === 0) this.#lanes.delete(lane.key);
    else {
      lane.mode = "ready";
      this.#ready.add(lane);
    }
    this.#schedule();
  }

  async #return(deliveries: Delivery[], delaySeconds: number): Promise<void> {
    await this.#options.returnToQueue(deliveries, delaySeconds);
    for (const delivery of deliveries) this.#count(delivery, -1);
  }

  #count(delivery: Delivery, change: 1 | -1): void {
    this.#ahead.count(delivery.kind, change);
    if (change < 0) this.#signalChange();
  }

  #signalChange(): void {
    this.#changed?.resolve();
    this.#changed = undefined;
  }
}
