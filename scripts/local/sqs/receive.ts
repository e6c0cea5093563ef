// Receives without waiting: chooses messages, dead-letters exhausted ones, repeats an attempt.
import { type Queue, settleQueue } from "./account.ts";
import { nameFromArn, type SqsContext } from "./context.ts";
import { SqsError } from "./errors.ts";
import type { MessageRecord } from "./message.ts";
import { type StoredMessage, visitDeliverable } from "./queue-state.ts";
import { encodeReceipt } from "./receipt-handle.ts";

export type ReceiveInput = {
  max: number;
  visibilityMs: number;
  /** FIFO only: a second receive with this id within 5 minutes gets the same messages and handles. */
  attemptId?: string | undefined;
};

/** A message as one receive returns it. Later receives change the message, but not what is beside it here. */
export type Delivery = { message: Readonly<MessageRecord>; receiveCount: number; receiptHandle: string };

/** Receives what the queue can deliver now, from the group that has waited longest first. Throws `OverLimit`. */
export function receiveNow(context: SqsContext, queue: Queue, input: ReceiveInput): Delivery[] {
  const at = context.clock.now();
  settleQueue(queue, at);
  const repeated = repeatAttempt(context, queue, input, at);
  if (repeated !== undefined) return repeated;
  const room = context.limits.inFlight - queue.state.counts.inFlight;
  if (room <= 0 && !queue.fifo) {
    throw new SqsError("OverLimit", "Too many messages in flight: the queue's limit is reached.");
  }
  const { chosen, exhausted } = choose(context, queue, Math.min(input.max, room));
  for (const { message, to } of exhausted) deadLetter(context, queue, message, to, at);
  if (chosen.length === 0) return [];
  const first = context.account.lastReceipt + 1;
  context.emit({
    type: "messages-received",
    at,
    queue: queue.name,
    visibleAt: at + input.visibilityMs,
    receipts: chosen.map(({ seq }, index) => [seq, first + index] as const),
    attemptId: input.attemptId,
  });
  return chosen.map((message) => deliveryOf(queue, message));
}

function deliveryOf(queue: Queue, message: StoredMessage): Delivery {
  const { seq, receipt, receiveCount } = message;
  const receiptHandle = encodeReceipt({ queueId: queue.queueId, seq, receipt });
  return { message, receiveCount, receiptHandle };
}

/**
 * Repeats an attempt: the same messages and handles with new visibility timeouts, provided that none of them was deleted,
 * changed or became visible (SQS API reference, ReceiveMessage). Otherwise the id counts as new.
 */
function repeatAttempt(
  context: SqsContext,
  queue: Queue,
  { attemptId, visibilityMs }: ReceiveInput,
  at: number,
): Delivery[] | undefined {
  const attempt = attemptId === undefined ? undefined : queue.attempts.get(attemptId, at);
  if (attempt === undefined) return undefined;
  const messages = attempt.receipts.map(([seq, receipt]) => {
    const message = queue.state.bySeq.get(seq);
    const unchanged = message?.receipt === receipt && message.state === "in-flight";
    return unchanged && !message.modified ? message : undefined;
  });
  const same = messages.filter((message) => message !== undefined);
  if (same.length < messages.length) return undefined;
  const seqs = same.map(({ seq }) => seq);
  const visibleAt = at + visibilityMs;
  context.emit({ type: "visibility-changed", at, queue: queue.name, seqs, visibleAt, modified: false });
  return same.map((message) => deliveryOf(queue, message));
}

type Choice = { chosen: StoredMessage[]; exhausted: { message: StoredMessage; to: string }[] };

/** Fills the batch group by group, each in order. */
function choose(context: SqsContext, queue: Queue, max: number): Choice {
  const choice: Choice = { chosen: [], exhausted: [] };
  const { redrive } = queue.settings;
  const to = redrive === undefined ? undefined : nameFromArn(context, redrive.deadLetterTargetArn);
  const deadLetterQueue = to !== undefined && context.account.queues.has(to) ? to : undefined;
  visitDeliverable(queue.state, (message) => {
    if (choice.chosen.length >= max) return false;
    const spent = redrive !== undefined && message.receivesHere >= redrive.maxReceiveCount;
    if (spent && deadLetterQueue !== undefined) choice.exhausted.push({ message, to: deadLetterQueue });
    else choice.chosen.push(message);
    return true;
  });
  return choice;
}

function deadLetter(
  context: SqsContext,
  queue: Queue,
  { seq, id }: StoredMessage,
  to: string,
  at: number,
): void {
  context.emit({
    type: "message-moved",
    why: "dead-letter",
    at,
    queue: queue.name,
    seq,
    to,
    newSeq: context.account.lastSeq + 1,
    newId: id,
  });
  context.wake(to);
}
