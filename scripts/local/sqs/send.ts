// Sends one message: FIFO ids, deduplication, delay and size limits.
import { hash } from "node:crypto";
import { flatUuid } from "../protocols/flat-uuid.ts";
import { deduplicationKey, type Queue } from "./account.ts";
import { bodyMd5 } from "./checksums.ts";
import { type QueueRef, queueOf, type SqsContext } from "./context.ts";
import { invalidParameter, invalidValue, missingParameter } from "./errors.ts";
import { type MessageAttributes, type MessageContent, sequenceNumber } from "./message.ts";
import { checkAttributes, checkBody, checkId, fits } from "./message-rules.ts";

/** One message from a sender. */
export type SendInput = {
  body: string | undefined;
  attributes?: MessageAttributes | undefined;
  /** The `AWSTraceHeader` system attribute. */
  traceHeader?: string | undefined;
  groupId?: string | undefined;
  deduplicationId?: string | undefined;
  delaySeconds?: number | undefined;
};

export type SendOutput = {
  messageId: string;
  bodyMd5: string;
  /** On FIFO queues only. */
  sequenceNumber: string | undefined;
  /** True for a copy of an earlier message, which has the earlier message's id and number. */
  duplicate: boolean;
};

/** Checks the FIFO ids of a send. A batch checks all its entries before it sends any. Throws `SqsError`. */
export function checkFifoIds(queue: Queue, input: SendInput, inBatch: boolean): void {
  if (!queue.fifo) return;
  if (input.groupId === undefined) {
    const missing = missingParameter("MessageGroupId");
    throw inBatch ? invalidParameter(missing.message) : missing;
  }
  if (input.deduplicationId === undefined && !queue.settings.contentBasedDeduplication) {
    throw invalidParameter(
      "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly",
    );
  }
}

/** Sends one message. A copy within the deduplication window is accepted and has no effect. Throws `SqsError`. */
export function sendMessage(context: SqsContext, ref: QueueRef, input: SendInput): SendOutput {
  const queue = queueOf(context, ref);
  const content = checkedContent(queue, input);
  const at = context.clock.now();
  const key = keyOf(queue, content);
  const earlier = key === undefined ? undefined : queue.deduplication.get(key, at);
  if (earlier !== undefined) return output(queue, content, earlier.id, earlier.seq, true);
  const seq = context.account.lastSeq + 1;
  const id = flatUuid();
  const delayMs = queue.fifo ? queue.settings.delayMs : delayOf(queue, input);
  context.emit({
    type: "message-sent",
    at,
    queue: queue.name,
    seq,
    id,
    content,
    visibleAt: at + delayMs,
    deduplicationKey: key,
  });
  context.wake(queue.name);
  return output(queue, content, id, seq, false);
}

function output(
  queue: Queue,
  content: MessageContent,
  id: string,
  seq: number,
  duplicate: boolean,
): SendOutput {
  const number = queue.fifo ? sequenceNumber(seq) : undefined;
  return { messageId: id, bodyMd5: content.bodyMd5, sequenceNumber: number, duplicate };
}

function keyOf(queue: Queue, { groupId, deduplicationId }: MessageContent): string | undefined {
  if (!queue.fifo || deduplicationId === undefined) return undefined;
  return deduplicationKey(queue, groupId ?? "", deduplicationId);
}

function delayOf(queue: Queue, { delaySeconds }: SendInput): number {
  return delaySeconds === undefined ? queue.settings.delayMs : delaySeconds * 1000;
}

function checkedContent(queue: Queue, input: SendInput): MessageContent {
  checkBody(input.body);
  checkFifoIds(queue, input, false);
  checkQueueType(queue, input);
  if (input.groupId !== undefined) checkId("MessageGroupId", input.groupId);
  if (input.deduplicationId !== undefined) checkId("MessageDeduplicationId", input.deduplicationId);
  if (input.attributes !== undefined) checkAttributes(input.attributes);
  const { maxMessageBytes } = queue.settings;
  if (!fits(input.body, input.attributes, maxMessageBytes)) {
    throw invalidParameter(
      `One or more parameters are invalid. Reason: Message must be shorter than ${maxMessageBytes} bytes.`,
    );
  }
  const { body, attributes, traceHeader, groupId } = input;
  return {
    body,
    bodyMd5: bodyMd5(body),
    attributes: attributes !== undefined && Object.keys(attributes).length > 0 ? attributes : undefined,
    traceHeader,
    groupId,
    deduplicationId: queue.fifo ? (input.deduplicationId ?? hash("sha256", body)) : undefined,
  };
}

function checkQueueType(queue: Queue, { delaySeconds, deduplicationId }: SendInput): void {
  const wrongType = "The request include parameter that is not valid for this queue type.";
  if (delaySeconds !== undefined && (delaySeconds < 0 || delaySeconds > 900)) {
    throw invalidValue("DelaySeconds", delaySeconds, "DelaySeconds must be >= 0 and <= 900.");
  }
  if (queue.fifo && delaySeconds) throw invalidValue("DelaySeconds", delaySeconds, wrongType);
  if (!queue.fifo && deduplicationId !== undefined) {
    throw invalidValue("MessageDeduplicationId", deduplicationId, wrongType);
  }
}
