// Receives messages of one queue and hands them to the lanes at once, so that polling goes on while jobs run.
// sqs-consumer drives the loop; how many messages to ask for, the attempt id of a repeated receive and the moment
// to stop are ours. Modes: started -> stopping (no new receive; the pending one still lands) -> stopped.
import { randomUUID } from "node:crypto";
import type { Message, SQSClient } from "@aws-sdk/client-sqs";
import type { Logger } from "pino";
import { Consumer } from "sqs-consumer";
import type { Clock } from "../../fleet/clock.ts";
import { Lease } from "../lease/lease.ts";
import { batchLimit } from "../settle/batch.ts";
import { type Delivery, deliveryOf } from "./delivery.ts";
import { type Received, receiverOf } from "./receiver.ts";

/** The lanes as a poller sees them. */
export type Room = {
  roomFor: (kind: string) => number;
  /** True where a receive of fewer messages than it could bring is worth its call. */
  worthFew: (kind: string) => boolean;
  changed: () => Promise<void>;
  accept: (deliveries: readonly Delivery[]) => void;
};

/** What a poller needs. */
export type PollerOptions = {
  kind: string;
  queueUrl: string;
  sqs: SQSClient;
  room: Room;
  clock: Clock;
  log: Logger;
  visibilitySeconds: number;
  /** Long-poll wait, seconds. */
  waitSeconds: number;
  /** Receives that may be under way at once while the queue gives full batches; one otherwise. */
  receives: number;
  keepAlive: (delivery: Delivery) => void;
};

class PollerStopped extends Error {}

/** A consumer that waits for its turn to receive. */
type Waiter = { index: number; go: (ask: number) => void; stop: (error: PollerStopped) => void };

/** Polls one queue. */
export class Poller {
  readonly #options: PollerOptions;
  readonly #consumers: Consumer[];
  readonly #landing = new Set<Promise<unknown>>();
  readonly #stopping = new AbortController();
  /** True after a full batch: more waits in the queue than one receive brings. */
  #backlog = false;
  #waiting: Waiter[] = [];
  #promised = 0;
  #failures = 0;

  constructor(options: PollerOptions) {
    this.#options = options;
    this.#consumers = Array.from({ length: options.receives }, (_, index) => this.#consumer(index));
  }

  start(): void {
    for (const consumer of this.#consumers) consumer.start();
    void this.#watchRoom();
  }

  /** Sends no further receive; resolves when the pending ones have landed in the lanes. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#grantTurns();
    for (const consumer of this.#consumers) consumer.stop();
    while (this.#landing.size > 0) await Promise.allSettled(this.#landing);
  }

  #consumer(index: number): Consumer {
    const { queueUrl, sqs, visibilitySeconds, waitSeconds, clock } = this.#options;
    let asked = 0;
    const receiver = receiverOf({
      sqs,
      newAttemptId: randomUUID,
      monotonic: clock.monotonic,
      size: () => {
        this.#goOnOrThrow();
        return asked;
      },
      waitSeconds: () => (index === 0 ? waitSeconds : 0),
      landing: (pending) => this.#track(pending),
    });
    const consumer = Consumer.create({
      queueUrl,
      sqs: receiver.client,
      suppressFifoWarning: true,
      shouldDeleteMessages: false,
      authenticationErrorTimeout: 1000,
      messageSystemAttributeNames: ["MessageGroupId", "ApproximateReceiveCount"],
      visibilityTimeout: visibilitySeconds,
      preReceiveMessageCallback: async () => {
        asked = await this.#turn(index);
      },
      handleMessageBatch: async (messages) => {
        this.#accept(messages, receiver.received());
        return [];
      },
    });
    consumer.on("response_processed", () => this.#landed(asked, false));
    consumer.on("empty", () => this.#landed(asked, true));
    consumer.on("error", (error) => this.#failed(error, asked));
    return consumer;
  }

  /** Waits until a receive is worth a call; resolves to how many messages to ask for. */
  async #turn(index: number): Promise<number> {
    if (this.#failures > 0) await this.#pause();
    return new Promise((go, stop) => {
      this.#waiting.push({ index, go, stop });
      this.#grantTurns();
    });
  }

  /** One watch for all consumers: most changes of the room are worth no call, and every job makes several. */
  async #watchRoom(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      await this.#options.room.changed();
      this.#grantTurns();
    }
  }

  #grantTurns(): void {
    this.#waiting = this.#waiting.filter((waiter) => !this.#granted(waiter));
  }

  #granted({ index, go, stop }: Waiter): boolean {
    if (this.#stopping.signal.aborted) stop(new PollerStopped());
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
    const { room, kind } = this.#options;
    const free = room.roomFor(kind) - this.#promised;
    return free >= batchLimit || (free > 0 && room.worthFew(kind)) ? Math.min(batchLimit, free) : 0;
  }

  /** Asked again right before a receive is sent, so that none leaves after the stop. */
  #goOnOrThrow(): void {
    if (this.#stopping.signal.aborted) throw new PollerStopped();
  }

  async #pause(): Promise<void> {
    const ms = Math.min(30_000, 250 * 2 ** Math.min(this.#failures, 7)) * (0.5 + Math.random() / 2);
    await this.#options.clock.sleep(ms, this.#stopping.signal);
  }

  #accept(messages: Message[], received: Received): void {
    const { kind, visibilitySeconds, room, keepAlive } = this.#options;
    this.#backlog = messages.length >= Math.min(batchLimit, received.asked);
    const deliveries = messages.map((message) =>
      deliveryOf(message, {
        kind,
        receiveId: received.id,
        lease: new Lease(received.sentAt, visibilitySeconds),
      }),
    );
    for (const delivery of deliveries) keepAlive(delivery);
    this.#promised -= received.asked;
    room.accept(deliveries);
  }

  #landed(asked: number, empty: boolean): void {
    this.#failures = 0;
    if (!empty) return;
    this.#backlog = false;
    this.#promised -= asked;
  }

  #failed(error: Error, asked: number): void {
    if (error.cause instanceof PollerStopped || this.#stopping.signal.aborted) return;
    this.#failures += 1;
    this.#promised -= asked;
    this.#options.log.warn(
      { err: error, kind: this.#options.kind, failures: this.#failures },
      "receive failed",
    );
  }

  #track(pending: Promise<unknown>): void {
    const landed = pending
      .catch(() => {})
      // The consumer hands the messages over in the turns that follow the answer.
      .then(() => new Promise((resolve) => setImmediate(resolve)))
      .finally(() => this.#landing.delete(landed));
    this.#landing.add(landed);
  }
}
