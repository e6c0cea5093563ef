// Publishing: which messages SNS accepts, and deduplication and numbering on FIFO topics.
import { hash, randomUUID } from "node:crypto";
import { type MessageAttributes, sequenceNumber } from "../sqs/message.ts";
import { invalidParameter, SnsError } from "./errors.ts";
import type { Notification } from "./events.ts";
import type { SnsState, Topic } from "./state.ts";

/** The limit of one message, and of all messages of a batch together. */
export const maxPublishBytes = 262_144;

export type PublishInput = {
  message: string | undefined;
  subject?: string;
  structure?: string;
  attributes: MessageAttributes;
  groupId?: string;
  deduplicationId?: string;
};

/** The size that SNS counts: message and attributes. */
export function publishBytes({ message = "", attributes }: PublishInput): number {
  return Object.entries(attributes).reduce(
    (bytes, [name, { DataType, StringValue, BinaryValue }]) =>
      bytes +
      Buffer.byteLength(name + DataType + (StringValue ?? "")) +
      Buffer.byteLength(BinaryValue ?? "", "base64"),
    Buffer.byteLength(message),
  );
}

/** Checks a message for a topic. Throws `SnsError`. */
export function checkPublish(
  topic: Topic,
  input: PublishInput,
): asserts input is PublishInput & { message: string } {
  if (input.message === undefined || input.message === "") throw invalidParameter("Empty message");
  if (publishBytes(input) > maxPublishBytes) throw invalidParameter("Message too long");
  if (input.subject !== undefined && !/^(?=[\x21-\x7e])[\x20-\x7e]{1,100}$/.test(input.subject)) {
    throw invalidParameter("Subject");
  }
  for (const [name, attribute] of Object.entries(input.attributes)) checkAttribute(name, attribute);
  checkIds(topic, input);
}

function checkIds(topic: Topic, { groupId, deduplicationId }: PublishInput): void {
  for (const [name, id] of Object.entries({
    MessageGroupId: groupId,
    MessageDeduplicationId: deduplicationId,
  })) {
    if (id !== undefined && !/^[\x21-\x7e]{1,128}$/.test(id)) throw invalidParameter(`${name} Reason: ${id}`);
  }
  if (!topic.fifo) {
    if (deduplicationId === undefined) return;
    throw invalidParameter(
      "MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that is not valid for this topic type",
    );
  }
  if (groupId === undefined)
    throw invalidParameter("The MessageGroupId parameter is required for FIFO topics");
  if (deduplicationId === undefined && topic.attributes.ContentBasedDeduplication !== "true") {
    throw invalidParameter(
      "The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly",
    );
  }
}

function checkAttribute(
  name: string,
  { DataType, StringValue, BinaryValue }: MessageAttributes[string],
): void {
  const refuse = (why: string) => new SnsError("ParameterValueInvalid", why);
  const type = /^(String|Number|Binary)(?:\.|$)/.exec(DataType)?.[1];
  if (!/^(?!\.)(?!.*\.\.)(?!.*\.$)[A-Za-z0-9_.-]{1,256}$/.test(name)) {
    throw refuse(`The message attribute name '${name}' is invalid.`);
  }
  if (type === undefined) {
    throw refuse(
      `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
    );
  }
  if (!(type === "Binary" ? BinaryValue : StringValue)) {
    throw refuse(
      `The message attribute '${name}' must contain non-empty message attribute value for message attribute type '${type}'.`,
    );
  }
}

/** The notification to deliver, or the earlier one that this is a copy of. */
export type Publication = { messageId: string; sequenceNumber?: string; key?: string; sequence?: number } & (
  | { copy: true }
  | { copy: false; notification: Notification }
);

/** Numbers a checked message of a FIFO topic, or recognises a copy. */
export function publication(
  state: SnsState,
  topic: Topic,
  input: PublishInput & { message: string },
  at: number,
): Publication {
  const { message, subject, attributes, groupId, deduplicationId } = input;
  const messageId = randomUUID();
  const base = {
    messageId,
    topicArn: topic.arn,
    message,
    attributes,
    publishedAt: at,
    ...(subject !== undefined && { subject }),
    ...(groupId !== undefined && { groupId }),
  };
  if (!topic.fifo) return { copy: false, messageId, notification: base };
  const id = deduplicationId ?? hash("sha256", message);
  const key = topic.attributes.FifoThroughputScope === "MessageGroup" ? `${groupId}\n${id}` : id;
  const earlier = topic.deduplication.get(key, at);
  if (earlier !== undefined) {
    return { copy: true, messageId: earlier.messageId, sequenceNumber: sequenceNumber(earlier.sequence) };
  }
  const sequence = state.lastSequence + 1;
  const number = sequenceNumber(sequence);
  const notification = { ...base, deduplicationId: id, sequenceNumber: number };
  return { copy: false, messageId, sequenceNumber: number, key, sequence, notification };
}

/** The text for one protocol when MessageStructure is `json`. Throws `SnsError` without a default entry. */
export function textFor(message: string, protocol: string): string {
  let parts: unknown;
  try {
    parts = JSON.parse(message);
  } catch {
    throw invalidParameter("Message Structure - JSON message body failed to parse");
  }
  const texts = parts as Record<string, unknown>;
  const own = texts?.[protocol];
  if (typeof texts?.default !== "string") {
    throw invalidParameter("Message Structure - No default entry in JSON message body");
  }
  return typeof own === "string" ? own : texts.default;
}
