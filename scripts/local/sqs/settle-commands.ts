// What a receiver may do with a message it holds: delete it, or change how long it stays hidden.
import { queueNamed, type SqsContext } from "./context.ts";
import { invalidParameter, invalidValue } from "./errors.ts";
import type { StoredMessage } from "./queue-state.ts";
import { decodeReceipt } from "./receipt-handle.ts";

/** From one receive on, a message can stay hidden for 12 hours at most (SQS API reference, ChangeMessageVisibility). */
const visibilityCapMs = 12 * 3_600_000;

/**
 * Deletes the message a handle stands for and returns its id. On a FIFO queue the handle must be of the newest
 * receive and its visibility timeout must not have ended; on a standard queue an older handle succeeds without
 * effect. A message that is gone already is no error: then the answer is `undefined`.
 */
export function deleteMessage(context: SqsContext, queueName: string, handle: string): string | undefined {
  const queue = queueNamed(context, queueName);
  const { seq, receipt } = decodeReceipt(handle, queue.queueId);
  const message = queue.state.bySeq.get(seq);
  if (message === undefined) return undefined;
  if (queue.fifo && !isHeld(message, receipt)) {
    throw invalidValue("ReceiptHandle", handle, "The receipt handle has expired.", "ReceiptHandleIsInvalid");
  }
  if (message.record.receipt !== receipt) return undefined;
  context.emit([{ type: "messages-deleted", at: context.clock.now(), queue: queue.name, seqs: [seq] }]);
  context.wake(queue.name);
  return message.record.id;
}

function isHeld({ record }: StoredMessage, receipt: number): boolean {
  return record.receipt === receipt && record.state === "in-flight";
}

/**
 * Hides a held message for `seconds` from now; 0 makes it visible at once. Returns its id. A handle that no longer
 * holds its message is an error on a FIFO queue and has no effect on a standard one (then `undefined`).
 */
export function changeVisibility(
  context: SqsContext,
  queueName: string,
  handle: string,
  seconds: number,
): string | undefined {
  const queue = queueNamed(context, queueName);
  if (seconds < 0 || seconds > 43_200) {
    throw invalidValue("VisibilityTimeout", seconds, "Must be between 0 and 43200, if provided.");
  }
  const { seq, receipt } = decodeReceipt(handle, queue.queueId);
  const message = queue.state.bySeq.get(seq);
  if (message === undefined || (queue.fifo && !isHeld(message, receipt))) {
    const reason = "Message does not exist or is not available for visibility timeout change.";
    throw invalidValue("ReceiptHandle", handle, reason);
  }
  if (!isHeld(message, receipt)) return undefined;
  const at = context.clock.now();
  const visibleAt = at + seconds * 1000;
  if (visibleAt > message.record.receivedAt + visibilityCapMs) {
    throw invalidParameter(
      `Value ${seconds} for parameter VisibilityTimeout is invalid. Reason: Total VisibilityTimeout for the message is beyond the limit [43200 seconds].`,
    );
  }
  context.emit([
    { type: "visibility-changed", at, queue: queue.name, seqs: [seq], visibleAt, modified: true },
  ]);
  context.wake(queue.name);
  return message.record.id;
}
