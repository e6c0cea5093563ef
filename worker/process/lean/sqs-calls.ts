// The hot calls to SQS: receives and deletes, and the look-up of queues, of which a start waits for many. Their inputs and answers are
// JSON with known fields (SQS API reference, JSON protocol); whatever else is in one is left to the SDK, message attributes with their
// binary values above all.
import type { LeanCall } from "./lean-call.ts";
import { NotPlain } from "./not-plain.ts";

type Fields = Readonly<Record<string, unknown>>;
/** How a field is written and read. */
type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === "string";
const isWhole: Check = (value) => Number.isSafeInteger(value);
const isFlag: Check = (value) => typeof value === "boolean";
const isRecord = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
const textsByName: Check = (value) => isRecord(value) && Object.values(value).every(isText);
/** An object with these fields and no others; undefined is as good as absent. */
const object =
  (fields: Readonly<Record<string, Check>>): Check =>
  (value) =>
    isRecord(value) &&
    Object.entries(value).every(([name, each]) => each === undefined || fields[name]?.(each) === true);

function checked(check: Check, value: unknown): Record<string, unknown> {
  if (!check(value)) throw new NotPlain();
  return value as Record<string, unknown>;
}

const receive = object({
  QueueUrl: isText,
  AttributeNames: listOf(isText),
  MessageSystemAttributeNames: listOf(isText),
  MessageAttributeNames: listOf(isText),
  MaxNumberOfMessages: isWhole,
  VisibilityTimeout: isWhole,
  WaitTimeSeconds: isWhole,
  ReceiveRequestAttemptId: isText,
});

/** Message attributes with texts: the only ones of ours (worker/engine/job/message.ts). */
const textAttribute = object({ DataType: isText, StringValue: isText });
const textAttributes: Check = (value) => isRecord(value) && Object.values(value).every(textAttribute);

const received = object({
  Messages: listOf(
    object({
      MessageId: isText,
      ReceiptHandle: isText,
      MD5OfBody: isText,
      Body: isText,
      Attributes: textsByName,
      MD5OfMessageAttributes: isText,
      MessageAttributes: textAttributes,
    }),
  ),
});

const deleteBatch = object({
  QueueUrl: isText,
  Entries: listOf(object({ Id: isText, ReceiptHandle: isText })),
});

const deleted = object({
  Successful: listOf(object({ Id: isText })),
  Failed: listOf(object({ Id: isText, SenderFault: isFlag, Code: isText, Message: isText })),
});

const lookUp = object({ QueueName: isText });
const found = object({ QueueUrl: isText });

const call = (operation: string, input: Check, output: Check): [string, LeanCall] => [
  `${operation}Command`,
  {
    operation,
    bodyOf: (fields) => JSON.stringify(checked(input, fields)),
    outputOf: (answer) => checked(output, answer),
  },
];

/** The hot calls by the name of the SDK's command. */
export const sqsCalls: ReadonlyMap<string, LeanCall> = new Map([
  call("ReceiveMessage", receive, received),
  call("DeleteMessageBatch", deleteBatch, deleted),
  call("GetQueueUrl", lookUp, found),
]);
