// The commands on a received message: delete it, or change its visibility timeout.
import { type QueueRef, queueOf, type SqsContext } from "./context.ts";
import { invalidParameter, invalidValue } from "./errors.ts";
import type { StoredMessage } from "./queue-state.ts";
import { decodeReceipt } from "./receipt-handle.ts";

/** After a receive a message can stay hidden for at most 12 hours (SQS API reference, ChangeMessageVisibility). */
const visibilityCapMs = 12 * 3_600_000;

/**
 * Deletes the message of a handle and returns its id. On a FIFO queue the handle must be from the newest receive and its
 * visibility timeout must not have ended. On a standard queue an older handle succeeds without effect. Returns
 * `undefined` when the message no longer exists, which is not an error.
 */
export function deleteMessage(context: SqsContext, ref: QueueRef, handle: string): string | undefined {
  const queue = queueOf(context, ref);
  const { seq, receipt } = decodeReceipt(handle, queue.queueId);
  const message = queue.state.bySeq.get(seq);
  if (message === undefined) return undefined;
  if (queue.fifo && !isHeld(message, receipt)) {
    throw invalidValue("ReceiptHandle", handle, "The receipt handle has expired.", "ReceiptHandleIsInvalid");
  }
  if (message.receipt !== receipt) return undefined;
  context.emit({ type: "messages-deleted", at: context.clock.now(), queue: queue.name, seqs: [seq] });
  context.wake(queue.name);
  return message.id;
}

function isHeld(message: StoredMessage, receipt: number): boolean {
  return message.receipt === receipt && message.state === "in-flight";
}

/**
 * Hides a received message for `seconds` from now; 0 makes it visible at once. Returns its id. An outdated handle is an
 * error on a FIFO queue; on a standard queue it has no effect and the function returns `undefined`.
 */
export function changeVisibility(
  context: SqsContext,
  ref: QueueRef,
  handle: string,
  seconds: number,
): string | undefined {
  const queue = queueOf(context, ref);
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
  if (visibleAt > message.receivedAt + visibilityCapMs) {
    throw invalidParameter(
      `Value ${seconds} for parameter VisibilityTimeout is invalid. Reason: Total VisibilityTimeout for the message is beyond the limit [43200 seconds].`,
    );
  }
  context.emit({ type: "visibility-changed", at, queue: queue.name, seqs: [seq], visibleAt, modified: true });
  context.wake(queue.name);
  return message.id;
}
