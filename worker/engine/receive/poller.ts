// Receives messages of one queue and passes them to the lanes immediately, so that polling continues while jobs run.
// sqs-consumer drives the loop. We decide how many messages to ask for, the attempt id of a repeated receive and when to
// stop. Modes: started -> stopping (no new receive; the pending one still lands) -> stopped.
import { randomUUID } from "node:crypto";
import type { Message, SQSClient } from "@aws-sdk/client-sqs";
import type { Logger } from "pino";
import { Consumer } from "sqs-consumer";
import type { Clock } from "../../fleet/clock.ts";
import { causedByAttribute } from "../job/message.ts";
import { Lease } from "../lease/lease.ts";
import { type Delivery, deliveryOf } from "./delivery.ts";
import { type Received, type Receiver, receiverOf } from "./receiver.ts";
import { PollerStopped, type Room, Turns } from "./turns.ts";

/** Where a poller delivers, and what tells it that there may be room again. */
export type PollerRoom = Room & {
  changed: () => Promise<void>;
  accept: (deliveries: readonly Delivery[]) => void;
};

/** How one queue is polled. */
export type PollerOptions = {
  kind: string;
  queueUrl: string;
  sqs: SQSClient;
  room: PollerRoom;
  clock: Clock;
  log: Logger;
  visibilitySeconds: number;
  /** Long-poll wait of the next receive, seconds. */
  waitSeconds: () => number;
  /** Receives that may be under way at once while the queue gives full batches; one otherwise. */
  receives: number;
  /** Starts the heartbeats of a received message. */
  keepAlive: (delivery: Delivery) => void;
};

/** Longest pause after failed receives, milliseconds: how long after SQS is back the queue may wait. */
const longestPauseMs = 10_000;

/** Polls one queue. */
export class Poller {
  readonly #options: PollerOptions;
  readonly #consumers: Consumer[];
  readonly #landing = new Set<Promise<unknown>>();
  readonly #stopping = new AbortController();
  readonly #receivers: Receiver[] = [];
  readonly #turns: Turns;
  #failures = 0;

  constructor(options: PollerOptions) {
    this.#options = options;
    this.#turns = new Turns(options.kind, options.room);
    this.#consumers = Array.from({ length: options.receives }, (_, index) => this.#consumer(index));
  }

  start(): void {
    for (const consumer of this.#consumers) consumer.start();
    void this.#watchRoom();
  }

  /** Sends no further receive; resolves when the pending ones have landed in the lanes. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#turns.stop();
    for (const consumer of this.#consumers) consumer.stop();
    while (this.#landing.size > 0) await Promise.allSettled(this.#landing);
  }

  /** Gives the open long poll up, when a stop cannot wait for it: what it has taken lands at once. */
  hurry(): void {
    for (const receiver of this.#receivers) receiver.hurry();
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
      waitSeconds: () => (index === 0 ? waitSeconds() : 0),
      landing: (pending) => this.#track(pending),
    });
    this.#receivers.push(receiver);
    const consumer = Consumer.create({
      queueUrl,
      sqs: receiver.client,
      suppressFifoWarning: true,
      shouldDeleteMessages: false,
      authenticationErrorTimeout: 0,
      messageSystemAttributeNames: ["MessageGroupId", "ApproximateReceiveCount"],
      messageAttributeNames: [causedByAttribute],
      visibilityTimeout: visibilitySeconds,
      preReceiveMessageCallback: async () => {
        asked = await this.#turn(index);
      },
      handleMessageBatch: async (messages) => {
        this.#accept(index, messages, receiver.received());
        return [];
      },
    });
    consumer.on("response_processed", () => this.#landed(index, asked, false));
    consumer.on("empty", () => this.#landed(index, asked, true));
    consumer.on("error", (error) => this.#failed(error, index, asked));
    return consumer;
  }

  /** Waits for this consumer's turn, after a pause if receives have failed. */
  async #turn(index: number): Promise<number> {
    if (this.#failures > 0) await this.#pause();
    return this.#turns.take(index);
  }

  /** Grants turns at every change of the room: one watch for all consumers, since most changes are worth no call. */
  async #watchRoom(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      await this.#options.room.changed();
      this.#turns.grant();
    }
  }

  /** Called again right before a receive is sent, so that none leaves after the stop. */
  #goOnOrThrow(): void {
    if (this.#stopping.signal.aborted) throw new PollerStopped();
  }

  async #pause(): Promise<void> {
    const ms = Math.min(longestPauseMs, 250 * 2 ** Math.min(this.#failures, 7)) * (0.5 + Math.random() / 2);
    await this.#options.clock.sleep(ms, this.#stopping.signal);
  }

  #accept(index: number, messages: Message[], received: Received): void {
    const { kind, visibilitySeconds, room, keepAlive } = this.#options;
    this.#turns.brought(index, received.asked, messages.length);
    const deliveries = messages.map((message) =>
      deliveryOf(message, {
        kind,
        receiveId: received.id,
        lease: new Lease(received.sentAt, visibilitySeconds),
      }),
    );
    for (const delivery of deliveries) keepAlive(delivery);
    this.#turns.done(index, received.asked);
    room.accept(deliveries);
  }

  #landed(index: number, asked: number, empty: boolean): void {
    this.#failures = 0;
    if (!empty) return;
    this.#turns.wasEmpty(index);
    this.#turns.done(index, asked);
  }

  #failed(error: Error, index: number, asked: number): void {
    if (error.cause instanceof PollerStopped || this.#stopping.signal.aborted) return;
    this.#failures += 1;
    this.#turns.done(index, asked);
    // One line each, the first ones and then ever fewer: a queue may be gone for hours.
    if (!Number.isInteger(Math.log2(this.#failures))) return;
    const { kind, log } = this.#options;
    const cause = error.cause instanceof Error ? error.cause : error;
    log.warn({ kind, failures: this.#failures, cause: `${cause.name}: ${cause.message}` }, "receive failed");
  }

  #track(pending: Promise<unknown>): void {
    const landed = pending
      .catch(() => {})
      // The consumer passes the messages on in the ticks that follow the answer.
      .then(() => new Promise((resolve) => setImmediate(resolve)))
      .finally(() => this.#landing.delete(landed));
    this.#landing.add(landed);
  }
}
