// Events that wait for delivery: written in the transaction of the change, delivered after it at least once.
import { z } from "zod";
import type { Clock } from "../../clock/clock.ts";
import { type NotificationTarget, targetSchema } from "../protocol/notification-rules.ts";
import type { Database } from "../store/database.ts";

/** Sends one event (a JSON value) to its target. When it rejects, the event is sent again later. */
export type Publish = (target: NotificationTarget, event: unknown) => Promise<void>;

/** How many deliveries run at the same time. */
const width = 32;
const firstRetryMs = 1_000;
const lastRetryMs = 60_000;

const rowSchema = z.object({ target: targetSchema, event: z.unknown() });

/** Delivers events: open -> closed. */
export class Outbox {
  readonly #clock: Clock;
  readonly #publish: Publish;
  readonly #insert;
  readonly #due;
  readonly #nextDue;
  readonly #delivered;
  readonly #failed;
  readonly #underWay = new Map<number, Promise<void>>();
  #cancelTimer: () => void = () => undefined;
  #added = true;
  #state: "open" | "closed" = "open";

  constructor({ sql }: Database, clock: Clock, publish: Publish) {
    this.#clock = clock;
    this.#publish = publish;
    this.#insert = sql.prepare("insert into outbox (data, attempts, due_ms) values (?, 0, ?)");
    this.#due = sql.prepare("select * from outbox where due_ms <= ? order by id limit ?");
    this.#nextDue = sql.prepare("select min(due_ms) as due from outbox");
    this.#delivered = sql.prepare("delete from outbox where id = ?");
    this.#failed = sql.prepare("update outbox set attempts = attempts + 1, due_ms = ? where id = ?");
  }

  /** Stores an event. Call it inside the transaction of the change, and `deliver` after that transaction. */
  add(target: NotificationTarget, event: unknown): void {
    this.#insert.run(JSON.stringify({ target, event }), this.#clock.now());
    this.#added = true;
  }

  /** Starts to deliver stored events and returns at once. The first call includes events of an earlier run. */
  deliver(): void {
    if (!this.#added) return;
    this.#added = false;
    this.#deliverDue();
  }

  /** Waits until no delivery is running. Failed events stay stored for their next try. */
  async settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay.values());
  }

  async close(): Promise<void> {
    this.#state = "closed";
    this.#cancelTimer();
    await this.settled();
  }

  #deliverDue(): void {
    if (this.#state === "closed") return;
    for (const row of this.#due.all(this.#clock.now(), 2 * width)) {
      const id = Number(row.id);
      if (this.#underWay.has(id) || this.#underWay.size >= width) continue;
      const delivery = this.#deliverOne(id, String(row.data), Number(row.attempts)).finally(() => {
        this.#underWay.delete(id);
        this.#deliverDue();
      });
      this.#underWay.set(id, delivery);
    }
    this.#setTimer();
  }

  async #deliverOne(id: number, data: string, attempts: number): Promise<void> {
    const { target, event } = rowSchema.parse(JSON.parse(data));
    try {
      await this.#publish(target, event);
      this.#delivered.run(id);
    } catch {
      const delayMs = Math.min(lastRetryMs, firstRetryMs * 2 ** attempts);
      this.#failed.run(this.#clock.now() + delayMs, id);
    }
  }

  #setTimer(): void {
    this.#cancelTimer();
    const due = this.#nextDue.get()?.due;
    if (typeof due !== "number" || due <= this.#clock.now()) return;
    this.#cancelTimer = this.#clock.at(due, () => this.#deliverDue());
  }
}
