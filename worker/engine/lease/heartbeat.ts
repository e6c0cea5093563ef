// One loop extends every lease in batches, well before it expires. A refused extension loses the lease immediately; an
// unanswered one is repeated until the lease has run out.
import { ChangeMessageVisibilityBatchCommand, type SQSClient } from "@aws-sdk/client-sqs";
import type { Logger } from "pino";
import type { Clock } from "../../fleet/clock.ts";
import type { Delivery } from "../receive/delivery.ts";
import { batchesByReceive } from "../settle/batch.ts";
import { classOfCode, isCloudTrouble } from "../trouble/classify-error.ts";

/** How the heartbeat loop works. */
export type HeartbeatOptions = {
  sqs: SQSClient;
  clock: Clock;
  log: Logger;
  queueUrl: (kind: string) => string;
  /** Milliseconds between looks at the leases; a small part of the shortest visibility timeout. */
  everyMs: number;
  onLost: (delivery: Delivery) => void;
};

/** A heartbeat whose answer is lost must be repeated while the lease still runs. */
function answerWithinMs(batch: readonly Delivery[]): number {
  return Math.min(6000, ...batch.map(({ lease }) => lease.seconds * 250));
}

/** True for a refusal that is about the message itself. SQS's `SenderFault` says nothing: it is set for throttling, too. */
const isVerdict = (code: string | undefined): code is string =>
  code !== undefined && classOfCode("sqs", code) !== "put off";

/** Keeps the leases of all held messages alive until they are settled. */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  readonly #kept = new Set<Delivery>();
  readonly #stop = new AbortController();
  #loop: Promise<void> | undefined;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
  }

  start(): void {
    this.#loop ??= this.#run();
  }

  /** Ends the loop; the remaining leases run out. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#loop;
  }

  keepAlive(delivery: Delivery): void {
    this.#kept.add(delivery);
  }

  /** Ends the heartbeats of a message; resolves when the one in flight has been answered. */
  async end(delivery: Delivery): Promise<void> {
    this.#kept.delete(delivery);
    await delivery.lease.settle();
  }

  async #run(): Promise<void> {
    const { clock, everyMs } = this.#options;
    while (!this.#stop.signal.aborted) {
      this.#beatAll();
      await clock.sleep(everyMs, this.#stop.signal);
    }
  }

  #beatAll(): void {
    const now = this.#options.clock.monotonic();
    const due = new Map<string, Delivery[]>();
    for (const delivery of this.#kept) {
      if (!delivery.lease.check(now)) this.#lost(delivery);
      else if (delivery.lease.wantsHeartbeat(now) && !this.#underWay.has(delivery))
        due.set(delivery.kind, [...(due.get(delivery.kind) ?? []), delivery]);
    }
    for (const [kind, deliveries] of due)
      for (const batch of batchesByReceive(deliveries)) this.#beat(kind, batch, now);
  }

  readonly #underWay = new Set<Delivery>();

  #beat(kind: string, batch: Delivery[], sentAt: number): void {
    const beat = this.#extend(kind, batch, sentAt)
      .catch((error: unknown) => {
        for (const { lease } of batch) if (isCloudTrouble(error, "sqs")) lease.unanswered();
        this.#options.log.warn({ err: error, kind, messages: batch.length }, "heartbeat failed");
      })
      .finally(() => {
        for (const delivery of batch) this.#underWay.delete(delivery);
      });
    for (const delivery of batch) {
      this.#underWay.add(delivery);
      delivery.lease.beating(beat);
    }
  }

  async #extend(kind: string, batch: Delivery[], sentAt: number): Promise<void> {
    const seconds = batch.map((delivery) => delivery.lease.extensionSeconds(sentAt));
    const answer = await this.#options.sqs.send(
      new ChangeMessageVisibilityBatchCommand({
        QueueUrl: this.#options.queueUrl(kind),
        Entries: batch.map((delivery, index) => ({
          Id: String(index),
          ReceiptHandle: delivery.receiptHandle,
          VisibilityTimeout: seconds[index],
        })),
      }),
      { requestTimeout: answerWithinMs(batch) },
    );
    for (const { Id } of answer.Successful ?? [])
      batch[Number(Id)]?.lease.extended(sentAt, seconds[Number(Id)] ?? 0);
    for (const { Id, Code } of answer.Failed ?? []) {
      const delivery = batch[Number(Id)];
      if (delivery === undefined) continue;
      if (isVerdict(Code)) {
        delivery.lease.lose(Code);
        this.#lost(delivery);
      } else delivery.lease.unanswered();
    }
  }

  #lost(delivery: Delivery): void {
    if (this.#kept.delete(delivery)) this.#options.onLost(delivery);
  }
}
