// A message, without its place in a queue. All times are epoch milliseconds.

/** A user attribute as in the API. Binary values stay base64. */
export type MessageAttribute = { DataType: string; StringValue?: string; BinaryValue?: string };
export type MessageAttributes = Record<string, MessageAttribute>;

/** The part of a message that its sender determines. */
export type MessageContent = {
  body: string;
  bodyMd5: string;
  attributes?: MessageAttributes | undefined;
  traceHeader?: string | undefined;
  groupId?: string | undefined;
  deduplicationId?: string | undefined;
};

export type MessageRecord = MessageContent & {
  /** The order in the queue, unique and rising over all queues. */
  seq: number;
  id: string;
  sentAt: number;
  /** Receives in all queues the message was in. */
  receiveCount: number;
  /** Receives in this queue, which `maxReceiveCount` limits. */
  receivesHere: number;
  firstReceivedAt?: number | undefined;
  /** The queue it was dead-lettered from, by name. */
  sourceQueue?: string | undefined;
  state: "visible" | "delayed" | "in-flight";
  /** The end of the delay or of the visibility timeout. */
  visibleAt: number;
  /** The number of the newest receive, whose handle is the only valid one. 0 before the first. */
  receipt: number;
  receivedAt: number;
  /** Whether its visibility was changed after that receive. */
  modified: boolean;
};

/** The 20 digits of SequenceNumber, which sort as text in the order of sending. */
export function sequenceNumber(seq: number): string {
  const digits = String(seq);
  return (sequenceStarts[digits.length] ?? "") + digits;
}

/** What stands before the digits of a number, by how many it has. */
const sequenceStarts = Array.from({ length: 18 }, (_, digits) => `188${"0".repeat(17 - digits)}`);
