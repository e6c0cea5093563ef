// The commands on a received message: delete it, or change its visibility timeout.
import type { Queue } from "./account.ts";
import { type QueueRef, queueOf, type SqsContext } from "./context.ts";
import { invalidParameter, invalidValue } from "./errors.ts";
import type { StoredMessage } from "./queue-state.ts";
import { decodeReceipt } from "./receipt-handle.ts";

/** After a receive a message can stay hidden for at most 12 hours (SQS API reference, ChangeMessageVisibility). */
const visibilityCapMs = 12 * 3_600_000;

/**
 * The message that deleting a handle removes. On a FIFO queue the handle must be from the newest receive and its visibility
 * timeout must not have ended. On a standard queue an older handle succeeds without effect. Returns `undefined` then, and when the
 * message no longer exists, which is not an error.
 */
export function messageToDelete(queue: Queue, handle: string): StoredMessage | undefined {
  const { seq, receipt } = decodeReceipt(handle, queue.queueId);
  const message = queue.state.bySeq.get(seq);
  if (message === undefined) return undefined;
  if (queue.fifo && !isHeld(message, receipt)) {
    throw invalidValue("ReceiptHandle", handle, "The receipt handle has expired.", "ReceiptHandleIsInvalid");
  }
  return message.receipt === receipt ? message : undefined;
}

/** Deletes messages of a queue, all at once. */
export function deleteMessages(context: SqsContext, queue: Queue, messages: readonly StoredMessage[]): void {
  if (messages.length === 0) return;
  const seqs = messages.map(({ seq }) => seq);
  context.emit({ type: "messages-deleted", at: context.clock.now(), queue: queue.name, seqs });
  context.wake(queue.name);
}

/** Deletes the message of a handle and returns its id; see `messageToDelete`. */
export function deleteMessage(context: SqsContext, ref: QueueRef, handle: string): string | undefined {
  const queue = queueOf(context, ref);
  const message = messageToDelete(queue, handle);
  if (message !== undefined) deleteMessages(context, queue, [message]);
  return message?.id;
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
