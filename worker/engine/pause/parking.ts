// Messages of paused groups. A returned message would come again immediately, each time with a higher receive count, until
// SQS dead-letters it. So the first message of a paused group is parked here and its lease is kept alive: while it is in
// flight, SQS delivers no other message of the group (FIFO delivery logic). All others are returned. A kind that is paused
// as a whole is not received at all. Modes: open -> closed (at the drain: parked messages are returned, none is parked).
import type { Clock } from "../../fleet/clock.ts";
import type { Delivery } from "../receive/delivery.ts";
import { type Pauses, pauseTarget } from "./pauses.ts";

/** How parking returns messages. */
export type ParkingOptions = {
  clock: Clock;
  /** Returns messages of one group; the first is the oldest. */
  returnToQueue: (deliveries: Delivery[], delaySeconds: number) => Promise<void>;
};

/** SQS ends every visibility after 12 hours. A parked message is returned this long before, and parked again. */
const returnBeforeEndSeconds = 60;

/** Knows what is paused, and keeps one message of each paused group in flight. */
export class Parking {
  readonly #options: ParkingOptions;
  readonly #parked = new Map<string, Delivery>();
  #pauses: Pauses = new Set();
  #closed = false;

  constructor(options: ParkingOptions) {
    this.#options = options;
  }

  isKindPaused(kind: string): boolean {
    return this.#pauses.has(kind);
  }

  isPaused({ kind, group }: Pick<Delivery, "kind" | "group">): boolean {
    return this.isKindPaused(kind) || this.#pauses.has(pauseTarget({ kind, group }));
  }

  /** Sets what is paused, returns the parked messages of resumed groups, and tells whether anything changed. */
  pause(pauses: Pauses): boolean {
    const changed =
      pauses.size !== this.#pauses.size || [...pauses].some((target) => !this.#pauses.has(target));
    this.#pauses = pauses;
    const now = this.#options.clock.monotonic();
    for (const [target, delivery] of this.#parked) {
      if (!delivery.lease.held) this.#parked.delete(target);
      else if (!this.#keeps(delivery, now)) {
        this.#parked.delete(target);
        void this.#options.returnToQueue([delivery], 0);
      }
    }
    return changed;
  }

  /** Parks or returns messages of one group that must not run now; the first is the oldest. */
  async parkOrReturn(deliveries: readonly Delivery[], delaySeconds: number): Promise<void> {
    const { returnToQueue, clock } = this.#options;
    const now = clock.monotonic();
    const head = deliveries.find((delivery) => delivery.lease.check(now) && this.#keeps(delivery, now));
    if (head === undefined) return returnToQueue([...deliveries], delaySeconds);
    const target = pauseTarget(head);
    // SQS delivered a message although one of its group is parked: the new one is older and blocks the group by itself.
    const younger = this.#parked.get(target);
    this.#parked.set(target, head);
    // A parked message never runs from here, and its body may be a megabyte.
    head.body = "";
    const others = deliveries.filter((delivery) => delivery !== head);
    await returnToQueue(younger === undefined ? others : [...others, younger], 0);
  }

  /** Returns all parked messages, so that another worker parks them. Nothing is parked any more. */
  async close(): Promise<void> {
    this.#closed = true;
    const parked = [...this.#parked.values()];
    this.#parked.clear();
    await Promise.all(parked.map((delivery) => this.#options.returnToQueue([delivery], 0)));
  }

  /** True when a message is to be parked or stay parked: its group is paused by itself, and its 12 hours are not nearly over. */
  #keeps({ kind, group, lease }: Delivery, now: number): boolean {
    const paused = !this.isKindPaused(kind) && this.#pauses.has(pauseTarget({ kind, group }));
    return (
      paused &&
      !this.#closed &&
      lease.extensionSeconds(now) >= Math.min(lease.seconds, returnBeforeEndSeconds)
    );
  }
}
