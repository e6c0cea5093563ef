// What a message is, apart from where it stands in a queue. All times are epoch milliseconds.

/** A user attribute as the API has it; binary values stay base64. */
export type MessageAttribute = { DataType: string; StringValue?: string; BinaryValue?: string };
export type MessageAttributes = Record<string, MessageAttribute>;

/** The part of a message that its sender determines. */
export type MessageContent = {
  body: string;
  bodyMd5: string;
  attributes?: MessageAttributes;
  traceHeader?: string;
  groupId?: string;
  deduplicationId?: string;
};

export type MessageRecord = MessageContent & {
  /** Order in the queue; unique and rising over all queues. */
  seq: number;
  id: string;
  sentAt: number;
  /** Receives over all queues the message was in. */
  receiveCount: number;
  /** Receives in this queue: what `maxReceiveCount` is compared with. */
  receivesHere: number;
  firstReceivedAt?: number;
  /** Name of the queue it was dead-lettered from. */
  sourceQueue?: string;
  state: "visible" | "delayed" | "in-flight";
  /** End of the delay or of the visibility timeout. */
  visibleAt: number;
  /** Number of the newest receive; its handle is the only one that counts. 0 before the first. */
  receipt: number;
  receivedAt: number;
  /** Its visibility was changed since that receive. */
  modified: boolean;
};

/** The 20 digits SQS shows as SequenceNumber: longer numbers compare as text in the order of sending. */
export function sequenceNumber(seq: number): string {
  return `188${String(seq).padStart(17, "0")}`;
}
