// Recognises hot requests of the usual shape by hand, which is several times faster than their schemas. Whatever is not plainly
// right is left to the schema (requests.ts), whose judgement and words count.
import type { SqsAction, SqsRequest } from "./requests.ts";

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isText = (value: unknown) => value === undefined || typeof value === "string";
const isWhole = (value: unknown) => value === undefined || Number.isSafeInteger(value);
const isTexts = (value: unknown) =>
  value === undefined || (Array.isArray(value) && value.every((item) => typeof item === "string"));

const attributeFields = new Set(["DataType", "StringValue", "BinaryValue"]);

/** A field that the schema does not know would be stored with the attribute. */
function isAttribute(value: unknown): boolean {
  if (!isFields(value) || typeof value.DataType !== "string") return false;
  if (!isText(value.StringValue) || !isText(value.BinaryValue)) return false;
  for (const name of Object.keys(value)) if (!attributeFields.has(name)) return false;
  return true;
}

function areAttributes(value: unknown): boolean {
  if (value === undefined) return true;
  if (!isFields(value)) return false;
  for (const name of Object.keys(value)) if (name === "__proto__" || !isAttribute(value[name])) return false;
  return true;
}

const isMessage = (value: Fields) =>
  isText(value.MessageBody) &&
  isText(value.MessageGroupId) &&
  isText(value.MessageDeduplicationId) &&
  isWhole(value.DelaySeconds) &&
  areAttributes(value.MessageAttributes) &&
  areAttributes(value.MessageSystemAttributes);

const isHandle = (value: Fields) => isText(value.ReceiptHandle);
const isVisibility = (value: Fields) => isHandle(value) && isWhole(value.VisibilityTimeout);

const ofQueue =
  (isRight: (value: Fields) => boolean) =>
  (value: Fields): Fields | undefined =>
    isText(value.QueueUrl) && isRight(value) ? value : undefined;

const batchOf = (isRight: (value: Fields) => boolean) =>
  ofQueue(
    ({ Entries }) =>
      Array.isArray(Entries) &&
      Entries.every((entry) => isFields(entry) && typeof entry.Id === "string" && isRight(entry)),
  );

/** With its defaults, which are the schema's. */
function receiveOf(value: Fields): Fields | undefined {
  const { QueueUrl, MaxNumberOfMessages, VisibilityTimeout, WaitTimeSeconds, ReceiveRequestAttemptId } =
    value;
  const { AttributeNames = [], MessageSystemAttributeNames = [], MessageAttributeNames = [] } = value;
  const lists =
    isTexts(AttributeNames) && isTexts(MessageSystemAttributeNames) && isTexts(MessageAttributeNames);
  const numbers = isWhole(MaxNumberOfMessages) && isWhole(VisibilityTimeout) && isWhole(WaitTimeSeconds);
  if (!lists || !numbers || !isText(QueueUrl) || !isText(ReceiveRequestAttemptId)) return undefined;
  return {
    QueueUrl,
    AttributeNames,
    MessageSystemAttributeNames,
    MessageAttributeNames,
    MaxNumberOfMessages,
    VisibilityTimeout,
    WaitTimeSeconds,
    ReceiveRequestAttemptId,
  };
}

const plain: { [Action in SqsAction]?: (value: Fields) => Fields | undefined } = {
  SendMessage: ofQueue(isMessage),
  SendMessageBatch: batchOf(isMessage),
  ReceiveMessage: receiveOf,
  DeleteMessage: ofQueue(isHandle),
  DeleteMessageBatch: batchOf(isHandle),
  ChangeMessageVisibility: ofQueue(isVisibility),
  ChangeMessageVisibilityBatch: batchOf(isVisibility),
};

/**
 * The input of a request that is plainly right, as its schema gives it, but with any further fields at the top and in entries,
 * which no action reads. Undefined for all other requests.
 */
export function plainInput<Action extends SqsAction>(
  action: Action,
  json: unknown,
): SqsRequest<Action> | undefined {
  return isFields(json) ? (plain[action]?.(json) as SqsRequest<Action> | undefined) : undefined;
}
