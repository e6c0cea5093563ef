// A received message as the API shows it: the requested attributes, and the checksums over them.
import { attributesMd5 } from "./checksums.ts";
import { type MessageAttributes, sequenceNumber } from "./message.ts";
import type { Delivery } from "./receive.ts";

export type WantedAttributes = {
  /** Names of system attributes, or `All`. */
  system: ReadonlySet<string>;
  /** Names of user attributes, `All`, `.*` or `prefix.*`. */
  user: readonly string[];
};

/** One entry of ReceiveMessage's answer. All messages have the same `senderId`. */
export function messageView(
  delivery: Delivery,
  wanted: WantedAttributes,
  arnOf: (queue: string) => string,
  senderId: string,
): Record<string, unknown> {
  const { message, receiptHandle } = delivery;
  const user = userAttributes(message.attributes, wanted.user);
  // JSON leaves out what is undefined.
  return {
    MessageId: message.id,
    ReceiptHandle: receiptHandle,
    MD5OfBody: message.bodyMd5,
    Body: message.body,
    Attributes:
      wanted.system.size === 0 ? undefined : systemAttributes(delivery, wanted.system, arnOf, senderId),
    MessageAttributes: user,
    MD5OfMessageAttributes: attributesMd5(user),
  };
}

function systemAttributes(
  { message, receiveCount }: Delivery,
  wanted: ReadonlySet<string>,
  arnOf: (queue: string) => string,
  senderId: string,
): Record<string, string> | undefined {
  const all: Record<string, string | undefined> = {
    SenderId: senderId,
    SentTimestamp: String(message.sentAt),
    ApproximateReceiveCount: String(receiveCount),
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt ?? message.receivedAt),
    AWSTraceHeader: message.traceHeader,
    MessageGroupId: message.groupId,
    MessageDeduplicationId: message.deduplicationId,
    SequenceNumber: message.deduplicationId === undefined ? undefined : sequenceNumber(message.seq),
    DeadLetterQueueSourceArn: message.sourceQueue === undefined ? undefined : arnOf(message.sourceQueue),
  };
  const shown = Object.entries(all).filter(
    ([name, value]) => value !== undefined && (wanted.has("All") || wanted.has(name)),
  );
  return shown.length === 0 ? undefined : (Object.fromEntries(shown) as Record<string, string>);
}

function userAttributes(
  attributes: MessageAttributes | undefined,
  wanted: readonly string[],
): MessageAttributes | undefined {
  if (attributes === undefined || wanted.length === 0) return undefined;
  const isWanted = (name: string) =>
    wanted.some(
      (pattern) =>
        pattern === "All" ||
        pattern === name ||
        (pattern.endsWith(".*") && name.startsWith(pattern === ".*" ? "" : pattern.slice(0, -1))),
    );
  const shown = Object.entries(attributes).filter(([name]) => isWanted(name));
  return shown.length === 0 ? undefined : Object.fromEntries(shown);
}
