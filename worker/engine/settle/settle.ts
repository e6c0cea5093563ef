// Settles messages: deletes them in batches after a short wait, returns them in the order FIFO needs, sends dead letters
// before the delete. No message is settled under a lost lease or while a heartbeat for it is in flight.
import {
  type BatchResultErrorEntry,
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  SendMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import type { Logger } from "pino";
import type { Clock } from "../../fleet/clock.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { Delivery, Outcome } from "../receive/delivery.ts";
import { classOfCode, isCloudTrouble } from "../trouble/classify-error.ts";
import { batchesByReceive, batchesInOrder, batchLimit } from "./batch.ts";
import { deadLetterOf } from "./dead-letter.ts";
import { repeatWhileOurs } from "./repeat.ts";

/** How messages are settled. */
export type SettleOptions = {
  sqs: SQSClient;
  clock: Clock;
  log: Logger;
  ledger: Pick<Ledger, "deadLetterSent">;
  queueUrl: (kind: string) => string;
  deadLetterQueueUrl: (kind: string) => string;
  /** Ends the heartbeats of a message; resolves when the one in flight has been answered. */
  endHeartbeats: (delivery: Delivery) => Promise<void>;
  /** How long a delete waits for company, milliseconds. */
  lingerMs: number;
  /** A delete came too late: the lease had run out before it. */
  onLateDelete: (delivery: Delivery) => void;
};

/** A dead letter that could not be sent is tried again with the redelivery, after this delay. */
const deadLetterRetrySeconds = 5;

type PendingDelete = { delivery: Delivery; done: () => void };

/** Deletes and returns received messages. */
export class Settler {
  readonly #options: SettleOptions;
  readonly #pending = new Map<string, PendingDelete[]>();

  constructor(options: SettleOptions) {
    this.#options = options;
  }

  /** Settles an ended job; resolves when its message is deleted or left to a redelivery. Never rejects. */
  async finish(delivery: Delivery, outcome: Outcome): Promise<void> {
    if (
      outcome.outcome === "dead-lettered" &&
      outcome.unsent &&
      !(await this.#sendDeadLetter(delivery, outcome))
    ) {
      await this.returnToQueue([delivery], deadLetterRetrySeconds);
      return;
    }
    await new Promise<void>((done) => this.#queueDelete({ delivery, done }));
  }

  /**
   * Returns messages of one group: they become visible again after `delaySeconds`. Followers go first, newest first, and
   * the head last. SQS may deliver a visible message while later ones of its group are in flight (FIFO delivery logic), so
   * the head must not be returned before its followers. Never rejects.
   */
  async returnToQueue(deliveries: readonly Delivery[], delaySeconds: number): Promise<void> {
    const [head, ...followers] = deliveries;
    if (head === undefined) return;
    for (const batch of batchesInOrder(followers.reverse())) await this.#makeVisible(batch, delaySeconds);
    await this.#makeVisible([head], delaySeconds);
  }

  async #makeVisible(batch: Delivery[], delaySeconds: number): Promise<void> {
    const now = this.#options.clock.monotonic();
    const ours = batch.filter(({ lease }) => lease.check(now));
    await Promise.all(batch.map(this.#options.endHeartbeats));
    if (ours.length > 0) await this.#changeVisibility(ours[0]?.kind ?? "", ours, delaySeconds);
  }

  async #changeVisibility(kind: string, batch: readonly Delivery[], delaySeconds: number): Promise<void> {
    const { clock, log } = this.#options;
    const left = await repeatWhileOurs(clock, batch, (some) =>
      this.#changeOnce(kind, some, delaySeconds).catch((error: unknown) =>
        this.#troubled("return", some, error),
      ),
    );
    if (left.length > 0) log.warn({ kind, messages: left.length }, "return left to the end of the lease");
  }

  /** Changes the visibility of a batch; returns the deliveries worth another try. */
  async #changeOnce(kind: string, batch: readonly Delivery[], delaySeconds: number): Promise<Delivery[]> {
    const answer = await this.#options.sqs.send(
      new ChangeMessageVisibilityBatchCommand({
        QueueUrl: this.#options.queueUrl(kind),
        Entries: batch.map(({ receiptHandle }, index) => ({
          Id: String(index),
          ReceiptHandle: receiptHandle,
          VisibilityTimeout: Math.round(delaySeconds),
        })),
      }),
    );
    const { again, refused } = sorted(batch, answer.Failed);
    if (refused.length > 0) this.#options.log.warn({ kind, failed: refused.length }, "return refused");
    return again;
  }

  /** The deliveries worth another try after a call that threw: all in SQS's trouble, none after a wrong call. */
  #troubled(call: "return" | "delete", batch: readonly Delivery[], error: unknown): Delivery[] {
    const trouble = isCloudTrouble(error, "sqs");
    const { kind } = batch[0] ?? {};
    if (trouble)
      this.#options.log.debug({ err: error, kind, messages: batch.length }, `${call} not answered`);
    else this.#options.log.warn({ err: error, kind, messages: batch.length }, `${call} failed`);
    return trouble ? [...batch] : [];
  }

  #queueDelete(pending: PendingDelete): void {
    const { kind } = pending.delivery;
    const waiting = this.#pending.get(kind);
    if (waiting === undefined) {
      this.#pending.set(kind, [pending]);
      if (this.#options.lingerMs > 0) {
        void this.#options.clock.sleep(this.#options.lingerMs).then(() => this.#flush(kind));
        return;
      }
    } else waiting.push(pending);
    if ((this.#pending.get(kind)?.length ?? 0) >= batchLimit || this.#options.lingerMs === 0)
      this.#flush(kind);
  }

  #flush(kind: string): void {
    const pending = this.#pending.get(kind) ?? [];
    this.#pending.delete(kind);
    const waiting = new Map(pending.map((entry) => [entry.delivery, entry.done]));
    for (const batch of batchesByReceive([...waiting.keys()]))
      void this.#delete(kind, batch).finally(() => {
        for (const delivery of batch) waiting.get(delivery)?.();
      });
  }

  async #delete(kind: string, batch: Delivery[]): Promise<void> {
    await Promise.all(batch.map(this.#options.endHeartbeats));
    const left = await repeatWhileOurs(this.#options.clock, batch, (some) =>
      this.#deleteOnce(kind, some).catch((error: unknown) => this.#troubled("delete", some, error)),
    );
    if (left.length > 0) this.#options.log.warn({ kind, messages: left.length }, "delete left to redelivery");
  }

  /** Deletes a batch; returns the deliveries worth another try. */
  async #deleteOnce(kind: string, batch: readonly Delivery[]): Promise<Delivery[]> {
    const answer = await this.#options.sqs.send(
      new DeleteMessageBatchCommand({
        QueueUrl: this.#options.queueUrl(kind),
        Entries: batch.map(({ receiptHandle }, index) => ({
          Id: String(index),
          ReceiptHandle: receiptHandle,
        })),
      }),
    );
    const { again, refused } = sorted(batch, answer.Failed);
    for (const delivery of refused) this.#options.onLateDelete(delivery);
    return again;
  }

  async #sendDeadLetter(
    delivery: Delivery,
    outcome: Extract<Outcome, { outcome: "dead-lettered" }>,
  ): Promise<boolean> {
    const { jobId, redrives } = outcome;
    // Another worker may have sent the letter, and an operator may have redriven the job since.
    if (!delivery.lease.check(this.#options.clock.monotonic())) return false;
    try {
      await this.#options.sqs.send(
        new SendMessageCommand(
          deadLetterOf(this.#options.deadLetterQueueUrl(delivery.kind), delivery, outcome),
        ),
      );
      await this.#options.ledger.deadLetterSent({ jobId, redrives });
      return true;
    } catch (error) {
      this.#options.log.error({ err: error, jobId }, "dead letter not sent");
      return false;
    }
  }
}

/** The entries of a batch that SQS did not do: those worth another try, and those it refused for good. */
function sorted(batch: readonly Delivery[], failed: readonly BatchResultErrorEntry[] = []) {
  const [again, refused]: [Delivery[], Delivery[]] = [[], []];
  for (const { Id, Code } of failed) {
    const delivery = batch[Number(Id)];
    // SQS's `SenderFault` is set for throttling, too, so the code decides.
    const isVerdict = Code !== undefined && classOfCode("sqs", Code) !== "put off";
    if (delivery !== undefined) (isVerdict ? refused : again).push(delivery);
  }
  return { again, refused };
}
