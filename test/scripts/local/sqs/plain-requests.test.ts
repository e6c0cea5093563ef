// Hot requests are recognised by hand; their schemas say what is right.
import fc from "fast-check";
import { expect, test } from "vitest";
import { plainInput } from "../../../../scripts/local/sqs/plain-requests.ts";
import { requests } from "../../../../scripts/local/sqs/requests.ts";

const hot = [
  "SendMessage",
  "SendMessageBatch",
  "ReceiveMessage",
  "DeleteMessage",
  "DeleteMessageBatch",
  "ChangeMessageVisibility",
  "ChangeMessageVisibilityBatch",
] as const;

/** Mostly right, sometimes of another kind. */
const text = fc.oneof(
  { weight: 30, arbitrary: fc.string({ maxLength: 5 }) },
  fc.constantFrom(null, 1, true, [], {}),
);
const whole = fc.oneof(
  { weight: 30, arbitrary: fc.integer({ min: -5, max: 50_000 }) },
  fc.constantFrom(null, "1", 1.5, 2 ** 60, []),
);
const texts = fc.oneof(
  { weight: 20, arbitrary: fc.array(text, { maxLength: 2 }) },
  fc.constantFrom(null, "All", {}),
);
const some = { requiredKeys: [] };
const attribute = fc.record(
  { DataType: text, StringValue: text, BinaryValue: text, StringListValues: fc.constant(["a"]) },
  some,
);
const attributes = fc.oneof(
  { weight: 20, arbitrary: fc.dictionary(fc.constantFrom("a", "b", "__proto__"), attribute) },
  fc.constantFrom(null, [], "a"),
);
const fields = {
  Id: text,
  MessageBody: text,
  MessageGroupId: text,
  MessageDeduplicationId: text,
  ReceiptHandle: text,
  DelaySeconds: whole,
  VisibilityTimeout: whole,
  MessageAttributes: attributes,
  MessageSystemAttributes: attributes,
};
const input = fc.record(
  {
    ...fields,
    QueueUrl: text,
    AttributeNames: texts,
    MessageSystemAttributeNames: texts,
    MessageAttributeNames: texts,
    MaxNumberOfMessages: whole,
    WaitTimeSeconds: whole,
    ReceiveRequestAttemptId: text,
    Entries: fc.oneof(
      { weight: 20, arbitrary: fc.array(fc.record(fields, some), { maxLength: 2 }) },
      fc.constantFrom(null, {}, "a", [null]),
    ),
  },
  some,
);

type Sent = { MessageAttributes?: unknown; MessageSystemAttributes?: unknown };
type Batch = { Entries: Sent[] };

/** What is kept of a message as it came, with fields that the schema does not know. */
const storedOf = ({ MessageAttributes, MessageSystemAttributes }: Sent) => [
  MessageAttributes,
  MessageSystemAttributes,
];

test("a request that is recognised as plainly right is what its schema makes of it", () => {
  let recognised = 0;
  const check = fc.property(fc.constantFrom(...hot), input, (action, made) => {
    const json: unknown = JSON.parse(JSON.stringify(made));
    const plain = plainInput(action, json);
    if (plain === undefined) return;
    recognised += 1;
    const parsed = requests[action].parse(json);
    expect(plain).toMatchObject(parsed);
    if (action === "SendMessage") expect(storedOf(plain as Sent)).toEqual(storedOf(parsed as Sent));
    if (action === "SendMessageBatch")
      expect((plain as Batch).Entries.map(storedOf)).toEqual((parsed as Batch).Entries.map(storedOf));
  });
  fc.assert(check, { numRuns: 3000 });
  expect(recognised).toBeGreaterThan(300);
});

test.each([
  ["SendMessage", { QueueUrl: "u", MessageBody: "b", DelaySeconds: 1 }],
  ["SendMessageBatch", { QueueUrl: "u", Entries: [{ Id: "a", MessageBody: "b", MessageGroupId: "g" }] }],
  [
    "SendMessageBatch",
    {
      QueueUrl: "u",
      Entries: [{ Id: "a", MessageAttributes: { n: { DataType: "String", StringValue: "v" } } }],
    },
  ],
  ["ReceiveMessage", { QueueUrl: "u", MaxNumberOfMessages: 10, MessageSystemAttributeNames: ["All"] }],
  ["DeleteMessage", { QueueUrl: "u", ReceiptHandle: "h" }],
  ["DeleteMessageBatch", { QueueUrl: "u", Entries: [{ Id: "a", ReceiptHandle: "h" }] }],
  ["ChangeMessageVisibility", { QueueUrl: "u", ReceiptHandle: "h", VisibilityTimeout: 0 }],
  ["ChangeMessageVisibilityBatch", { QueueUrl: "u", Entries: [{ Id: "a", ReceiptHandle: "h" }] }],
] as const)("%s as SDKs send it is recognised", (action, json) => {
  expect(plainInput(action, json)).toBeDefined();
});
