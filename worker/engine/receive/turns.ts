// Decides when the consumers of one queue may receive, and for how many messages. The first consumer receives whenever a
// call is worth it; the others only while the queue gives full batches.
import { batchLimit } from "../settle/batch.ts";

/** The lanes as a poller sees them. */
export type Room = {
  /** How many more messages of a kind may be received now. */
  roomFor: (kind: string) => number;
  /** True when a receive of less than a full batch is worth its call. */
  worthFew: (kind: string) => boolean;
};

/** Rejects a turn after the stop. */
export class PollerStopped extends Error {}

/** A consumer that waits for its turn. */
type Waiter = { index: number; go: (ask: number) => void; stop: (error: PollerStopped) => void };

/** The turns of one queue's consumers, until they are stopped. */
export class Turns {
  readonly #kind: string;
  readonly #room: Room;
  /** True after a full batch: the queue has more than one receive brings. */
  #backlog = false;
  #waiting: Waiter[] = [];
  /** Messages asked for by receives that are under way. */
  #promised = 0;
  #stopped = false;

  constructor(kind: string, room: Room) {
    this.#kind = kind;
    this.#room = room;
  }

  /**
   * Waits until a receive is worth a call; resolves to how many messages to ask for.
   * @param index the consumer's number, 0 for the first
   * @throws PollerStopped
   */
  take(index: number): Promise<number> {
    return new Promise((go, stop) => {
      this.#waiting.push({ index, go, stop });
      this.grant();
    });
  }

  /** Gives every waiting consumer its turn that may have it now. */
  grant(): void {
    this.#waiting = this.#waiting.filter((waiter) => !this.#granted(waiter));
  }

  /** Rejects all waiting consumers, now and later. */
  stop(): void {
    this.#stopped = true;
    this.grant();
  }

  /** Notes the batch a receive brought; call `done` once its messages count as held. */
  brought(asked: number, messages: number): void {
    this.#backlog = messages >= Math.min(batchLimit, asked);
  }

  /** Notes that the queue was empty. */
  wasEmpty(): void {
    this.#backlog = false;
  }

  /** Ends a turn that asked for so many messages. */
  done(asked: number): void {
    this.#promised -= asked;
  }

  #granted({ index, go, stop }: Waiter): boolean {
    if (this.#stopped) stop(new PollerStopped());
    else {
      const ask = index === 0 || this.#backlog ? this.#worthAsking() : 0;
      if (ask === 0) return false;
      this.#promised += ask;
      go(ask);
    }
    return true;
  }

  /** How many messages a receive may ask for now; 0 while it is not worth a call. */
  #worthAsking(): number {
    const free = this.#room.roomFor(this.#kind) - this.#promised;
    const worthIt = free >= batchLimit || (free > 0 && this.#room.worthFew(this.#kind));
    return worthIt ? Math.min(batchLimit, free) : 0;
  }
}
