// Which messages SQS accepts: characters, sizes, attributes, ids (SQS API reference, SendMessage).
import { invalidParameter, invalidValue, missingParameter, SqsError } from "./errors.ts";
import type { MessageAttribute, MessageAttributes } from "./message.ts";

/** The limit of one message, and of all messages of a batch together. */
export const maxRequestBytes = 1_048_576;

const idPattern = /^[A-Za-z0-9!"#$%&'()*+,\-./:;<=>?@[\\\]^_`{|}~]{1,128}$/;
const allowedText = /^[\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]*$/u;
const namePattern = /^(?!\.)(?!.*\.\.)(?!.*\.$)(?!(?:AWS|Amazon)\.)[A-Za-z0-9_.-]{1,256}$/i;
const typePattern = /^(?:String|Number|Binary)(?:\.[^\s]+)?$/;

/** Checks a group id, deduplication id or receive attempt id. Throws `SqsError`. */
export function checkId(parameter: string, value: string): void {
  if (idPattern.test(value)) return;
  throw invalidValue(
    parameter,
    value,
    `${parameter} can only include alphanumeric and punctuation characters. 1 to 128 in length.`,
  );
}

/** Checks a message's body. Throws `SqsError`. */
export function checkBody(body: string | undefined): asserts body is string {
  if (body === undefined || body === "") throw missingParameter("MessageBody");
  if (!allowedText.test(body)) {
    throw new SqsError(
      "InvalidMessageContents",
      "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF",
    );
  }
}

/** Checks user attributes: at most 10, with proper names, types and values. Throws `SqsError`. */
export function checkAttributes(attributes: MessageAttributes): void {
  const entries = Object.entries(attributes);
  if (entries.length > 10)
    throw invalidParameter(
      `Number of message attributes [${entries.length}] exceeds the allowed maximum [10].`,
    );
  for (const [name, attribute] of entries) {
    if (!namePattern.test(name))
      throw invalidParameter(`Message (user) attribute name '${name}' is invalid.`);
    if (!typePattern.test(attribute.DataType)) {
      throw invalidParameter(
        `The type of message (user) attribute '${name}' is invalid. You must use only the following supported type prefixes: Binary, Number, String.`,
      );
    }
    checkValue(name, attribute);
  }
}

function checkValue(name: string, { DataType, StringValue, BinaryValue }: MessageAttribute): void {
  const type = DataType.split(".")[0] ?? DataType;
  const value = type === "Binary" ? BinaryValue : StringValue;
  if (value === undefined || value === "") {
    throw invalidParameter(
      `Message (user) attribute '${name}' must contain a non-empty value of type '${type}'.`,
    );
  }
  if (type !== "Binary" && !allowedText.test(value)) {
    throw invalidParameter(`Message (user) attribute '${name}' has invalid characters.`);
  }
  if (type === "Number" && !/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(value)) {
    throw invalidParameter(`Can't cast the value of message (user) attribute '${name}' to a number.`);
  }
}

/** Whether a message has at most so many bytes. A short one, of at most three bytes for each of its characters, is not counted. */
export function fits(body: string, attributes: MessageAttributes | undefined, bytes: number): boolean {
  if (attributes === undefined && 3 * body.length <= bytes) return true;
  return messageBytes(body, attributes) <= bytes;
}

/** The size that SQS counts: the body, and the name, type and value of every attribute. */
export function messageBytes(body: string, attributes: MessageAttributes | undefined): number {
  let bytes = Buffer.byteLength(body);
  if (attributes === undefined) return bytes;
  for (const [name, { DataType, StringValue, BinaryValue }] of Object.entries(attributes)) {
    bytes += Buffer.byteLength(name) + Buffer.byteLength(DataType);
    bytes +=
      BinaryValue === undefined
        ? Buffer.byteLength(StringValue ?? "")
        : Buffer.byteLength(BinaryValue, "base64");
  }
  return bytes;
}
