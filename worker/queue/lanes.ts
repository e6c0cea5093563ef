// One lane per message group: its jobs run one after another, lanes run in parallel up to the process's slots.
// Modes of a lane: ready (waits for a slot) -> running -> ready again, or -> breaking (its messages are being
// handed back after a head that did not end) -> ready or gone. Knows nothing of SQS calls or of the ledger.
import type { Delivery, Outcome } from "./delivery.ts";
import { isTerminal } from "./delivery.ts";
import { ReadyLanes } from "./ready-lanes.ts";

/** What lanes need from the rest of the worker. */
export type LanesOptions = {
  /** Jobs (of cost 1) that run at once. */
  slots: number;
  /** Messages held per slot while every slot has work; more are held only while slots idle. */
  aheadPerSlot?: number;
  costOf: (kind: string) => number;
  /** Runs one job to its outcome; never rejects. */
  execute: (delivery: Delivery, stop: AbortSignal) => Promise<Outcome>;
  /** Deletes the message of an ended job (and sends its dead letter first). */
  finish: (delivery: Delivery, outcome: Outcome) => Promise<void>;
  /** Hands messages of one group back, newest first and the head (the first) last; all with the same delay. */
  release: (deliveries: Delivery[], delaySeconds: number) => Promise<void>;
};

type Lane = {
  key: string;
  kind: string;
  waiting: Delivery[];
  mode: "ready" | "running" | "breaking";
  stop: AbortController | undefined;
};

/** Schedules deliveries so that order within a group always holds while groups run in parallel. */
export class Lanes {
  readonly #options: Required<LanesOptions>;
  readonly #lanes = new Map<string, Lane>();
  readonly #ready = new ReadyLanes<Lane>();
  readonly #heldByKind = new Map<string, number>();
  #held = 0;
  #busy = 0;
  #running = 0;
  #refused: (kind: string) => boolean = () => false;
  /** Made when somebody waits for a change. */
  #changed: PromiseWithResolvers<void> | undefined;

  constructor(options: LanesOptions) {
    this.#options = { aheadPerSlot: 3, ...options };
  }

  /** Slots in use and free, jobs running and messages held. */
  get load(): { busySlots: number; idleSlots: number; running: number; held: number } {
    const { slots } = this.#options;
    return {
      busySlots: Math.min(this.#busy, slots),
      idleSlots: Math.max(0, slots - this.#busy),
      running: this.#running,
      held: this.#held,
    };
  }

  /** How many more messages of a kind may be received now. */
  roomFor(kind: string): number {
    if (this.#refused(kind)) return 0;
    const { slots, aheadPerSlot } = this.#options;
    const starved = this.#busy + this.#ready.size < slots;
    const bound = Math.max(10, slots * (starved ? 10 : aheadPerSlot));
    return Math.max(0, bound - (this.#heldByKind.get(kind) ?? 0));
  }

  /** True while a slot is free and no lane waits for it. */
  get starved(): boolean {
    return this.#busy < this.#options.slots && this.#ready.size === 0;
  }

  /** Resolves at the next change of load. */
  changed(): Promise<void> {
    this.#changed ??= Promise.withResolvers<void>();
    return this.#changed.promise;
  }

  /** Takes received messages, in the order of the receive. */
  accept(deliveries: readonly Delivery[]): void {
    const refused = new Map<string, Delivery[]>();
    for (const delivery of deliveries) {
      this.#count(delivery, 1);
      if (this.#refused(delivery.kind)) this.#append(refused, delivery);
      else this.#join(delivery);
    }
    for (const group of refused.values()) void this.#handBack(group, 0);
    this.#schedule();
  }

  /**
   * Starts no further job of the kinds that `refuse` names, now or later, and hands their waiting messages back.
   * Running jobs go on.
   */
  async refuse(refuse: (kind: string) => boolean): Promise<void> {
    this.#refused = refuse;
    const released: Promise<void>[] = [];
    for (const lane of this.#lanes.values()) {
      if (!refuse(lane.kind) || lane.waiting.length === 0) continue;
      released.push(this.#handBack(lane.waiting.splice(0), 0));
    }
    this.#schedule();
    await Promise.all(released);
  }

  /** Aborts every running job with `reason`. */
  abort(reason: Error): void {
    for (const lane of this.#lanes.values()) lane.stop?.abort(reason);
  }

  /** Resolves when nothing is held any more. */
  async empty(): Promise<void> {
    while (this.#held > 0) await this.changed();
  }

  #join(delivery: Delivery): void {
    const key = `${delivery.kind}\n${delivery.group}`;
    const lane = this.#lanes.get(key);
    if (lane !== undefined) {
      lane.waiting.push(delivery);
      return;
    }
    const fresh: Lane = { key, kind: delivery.kind, waiting: [delivery], mode: "ready", stop: undefined };
    this.#lanes.set(key, fresh);
    this.#ready.add(fresh);
  }

  #append(groups: Map<string, Delivery[]>, delivery: Delivery): void {
    const key = `${delivery.kind}\n${delivery.group}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [delivery]);
    else group.push(delivery);
  }

  #schedule(): void {
    const { slots, costOf } = this.#options;
    // A lane whose messages were handed back fits anywhere: it is only to be forgotten.
    const fits = (lane: Lane) =>
      lane.waiting.length === 0 || this.#busy === 0 || this.#busy + costOf(lane.kind) <= slots;
    for (let lane = this.#ready.next(fits); lane !== undefined; lane = this.#ready.next(fits)) {
      const head = lane.waiting.shift();
      if (head === undefined) this.#lanes.delete(lane.key);
      else void this.#run(lane, head);
    }
    this.#signalChange();
  }

  async #run(lane: Lane, head: Delivery): Promise<void> {
    const cost = this.#options.costOf(lane.kind);
    lane.mode = "running";
    lane.stop = new AbortController();
    this.#busy += cost;
    this.#running += 1;
    const outcome = await this.#options.execute(head, lane.stop.signal);
    lane.stop = undefined;
    if (isTerminal(outcome)) await this.#finish(head, outcome);
    this.#busy -= cost;
    this.#running -= 1;
    if (!isTerminal(outcome)) await this.#break(lane, head, outcome);
    this.#goOn(lane);
  }

  /** Waits for the dead letter to be sent (order of the dead-letter queue), but not for a mere delete. */
  async #finish(head: Delivery, outcome: Outcome): Promise<void> {
    const finished = this.#options.finish(head, outcome).then(() => this.#count(head, -1));
    if (outcome.outcome === "dead-lettered") await finished;
  }

  async #break(lane: Lane, head: Delivery, outcome: Outcome): Promise<void> {
    lane.mode = "breaking";
    this.#schedule();
    await this.#handBack(
      [head, ...lane.waiting.splice(0)],
      outcome.outcome === "retried" ? outcome.delaySeconds : 0,
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

  async #handBack(deliveries: Delivery[], delaySeconds: number): Promise<void> {
    await this.#options.release(deliveries, delaySeconds);
    for (const delivery of deliveries) this.#count(delivery, -1);
  }

  #count(delivery: Delivery, change: 1 | -1): void {
    this.#held += change;
    this.#heldByKind.set(delivery.kind, (this.#heldByKind.get(delivery.kind) ?? 0) + change);
    if (change < 0) this.#signalChange();
  }

  #signalChange(): void {
    this.#changed?.resolve();
    this.#changed = undefined;
  }
}
