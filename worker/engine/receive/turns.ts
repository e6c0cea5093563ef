// Decides when the consumers of one queue may receive, and for how many messages. The first consumer receives whenever a
// call is worth it; the others only while the queue gives full batches: one after the first of them, then twice as many after
// each, and half as many after an empty receive. A single busy group also gives full batches, but one at a time: where the only
// receive beside the first was in vain, as many full batches pass before the next as such receives were in vain, at most four.
import { batchLimit } from "../settle/batch.ts";

/** The lanes as a poller sees them. */
export type Room = {
  /** How many more messages of a kind may be received now. */
  roomFor: (kind: string) => number;
  /** True when a receive of less than a full batch is worth its call. */
  worthFew: (kind: string) => boolean;
};

/** Full batches that pass after receives in vain. So few that a backlog which comes is worked on by all at once soon. */
const mostPassed = 4;

/** More than any worker has receives. */
const mostBeside = 1024;

/** Rejects a turn after the stop. */
export class PollerStopped extends Error {}

/** A consumer that waits for its turn. */
type Waiter = { index: number; go: (ask: number) => void; stop: (error: PollerStopped) => void };

/** The turns of one queue's consumers, until they are stopped. */
export class Turns {
  readonly #kind: string;
  readonly #room: Room;
  /** How many receives may be under way beside the first consumer's, and how many are. */
  #beside = { allowed: 0, underWay: 0 };
  /** Receives beside the first that were in vain, since one was not, and full batches that pass before the next. */
  #vain = { receives: 0, toPass: 0 };
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

  /** Notes the batch a consumer's receive brought; call `done` once its messages count as held. */
  brought(index: number, asked: number, messages: number): void {
    const { allowed } = this.#beside;
    const full = messages >= Math.min(batchLimit, asked);
    if (index > 0) this.#vain = { receives: 0, toPass: 0 };
    if (full && allowed === 0 && this.#vain.toPass > 0) this.#vain.toPass -= 1;
    else this.#beside.allowed = full ? Math.min(mostBeside, Math.max(1, 2 * allowed)) : 0;
  }

  /** Notes that the queue was empty for a consumer's receive. */
  wasEmpty(index: number): void {
    if (index > 0 && this.#beside.allowed <= 1) {
      const receives = this.#vain.receives + 1;
      this.#vain = { receives, toPass: Math.min(mostPassed, receives) };
    }
    this.#beside.allowed = Math.floor(this.#beside.allowed / 2);
  }

  /** Ends a consumer's turn that asked for so many messages. */
  done(index: number, asked: number): void {
    this.#promised -= asked;
    if (index > 0) this.#beside.underWay -= 1;
  }

  #granted({ index, go, stop }: Waiter): boolean {
    if (this.#stopped) stop(new PollerStopped());
    else {
      const mayGo = index === 0 || this.#beside.underWay < this.#beside.allowed;
      const ask = mayGo ? this.#worthAsking() : 0;
      if (ask === 0) return false;
      this.#promised += ask;
      if (index > 0) this.#beside.underWay += 1;
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
