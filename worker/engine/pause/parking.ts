// Messages of held groups. Handing them back would bring them again at once, each time with a higher receive count, until
// SQS took them for poison. So the first message of a held group stays with us, its lease renewed: while it is in flight,
// SQS gives out no other of its group (FIFO delivery logic). All others go back. A kind that is held as a whole is not
// received at all. Modes: open -> closed (at the drain: what is parked goes back, nothing is parked any more).
import type { Clock } from "../../fleet/clock.ts";
import type { Delivery } from "../receive/delivery.ts";
import { type Pauses, pauseTarget } from "./pauses.ts";

/** What parking needs. */
export type ParkingOptions = {
  clock: Clock;
  /** Hands messages of one group back: the first is the oldest. */
  returnToQueue: (deliveries: Delivery[], delaySeconds: number) => Promise<void>;
};

/** SQS takes a message from us after 12 hours; so many seconds earlier it goes back, and is parked anew. */
const returnBeforeEndSeconds = 60;

/** Knows what is held, and keeps one message of each held group in flight. */
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

  /** Takes over what is held now, lets go what no longer is, and tells whether anything changed. */
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

  /** Takes back messages of one group that are not to be run now, the oldest first: parks or releases them. */
  async parkOrReturn(deliveries: readonly Delivery[], delaySeconds: number): Promise<void> {
    const { returnToQueue, clock } = this.#options;
    const now = clock.monotonic();
    const head = deliveries.find((delivery) => delivery.lease.check(now) && this.#keeps(delivery, now));
    if (head === undefined) return returnToQueue([...deliveries], delaySeconds);
    const target = pauseTarget(head);
    // SQS gave out a message although one of its group is parked: the new one is older and blocks the group alone.
    const younger = this.#parked.get(target);
    this.#parked.set(target, head);
    // It will not run from here; a body may have a megabyte.
    head.body = "";
    const others = deliveries.filter((delivery) => delivery !== head);
    await returnToQueue(younger === undefined ? others : [...others, younger], 0);
  }

  /** Hands back what is parked, so that another worker parks it; from now on nothing is. */
  async close(): Promise<void> {
    this.#closed = true;
    const parked = [...this.#parked.values()];
    this.#parked.clear();
    await Promise.all(parked.map((delivery) => this.#options.returnToQueue([delivery], 0)));
  }

  /** True for a message to be parked, now or still: its group is held by itself, and its time is not nearly over. */
  #keeps({ kind, group, lease }: Delivery, now: number): boolean {
    const paused = !this.isKindPaused(kind) && this.#pauses.has(pauseTarget({ kind, group }));
    return (
      paused &&
      !this.#closed &&
      lease.extensionSeconds(now) >= Math.min(lease.seconds, returnBeforeEndSeconds)
    );
  }
}
