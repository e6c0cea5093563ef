// Creating, finding and changing queues over HTTP, through the AWS SDK.
import {
  CancelMessageMoveTaskCommand,
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  ListQueueTagsCommand,
  paginateListQueues,
  ReceiveMessageCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
  TagQueueCommand,
  UntagQueueCommand,
} from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startTestCloud, type TestCloud } from "../../../support/cloud.ts";

let cloud: TestCloud;
let sqs: SQSClient;
beforeEach(async () => {
  cloud = await startTestCloud();
  sqs = new SQSClient(cloud.settings);
});
afterEach(async () => {
  sqs.destroy();
  await cloud.close();
});

const create = async (QueueName: string, Attributes: Record<string, string> = {}) =>
  (await sqs.send(new CreateQueueCommand({ QueueName, Attributes }))).QueueUrl ?? "";

test("a queue is found by its name, under the address the caller used", async () => {
  const QueueUrl = await create("q");
  expect(QueueUrl).toBe(`${cloud.url}/${cloud.accountId}/q`);
  expect((await sqs.send(new GetQueueUrlCommand({ QueueName: "q" }))).QueueUrl).toBe(QueueUrl);
  await expect(sqs.send(new GetQueueUrlCommand({ QueueName: "other" }))).rejects.toMatchObject({
    name: "QueueDoesNotExist",
  });
});

test("queues are listed by prefix and in pages", async () => {
  for (const name of ["a1", "a2", "a3", "b1"]) await create(name);
  const pages: string[][] = [];
  for await (const page of paginateListQueues({ client: sqs, pageSize: 2 }, { QueueNamePrefix: "a" })) {
    pages.push((page.QueueUrls ?? []).map((url) => url.split("/").at(-1) ?? ""));
  }
  expect(pages).toEqual([["a1", "a2"], ["a3"]]);
  expect((await sqs.send(new ListQueuesCommand())).QueueUrls).toHaveLength(4);
});

test("tags are added, replaced and removed", async () => {
  const QueueUrl = await create("q");
  await sqs.send(new TagQueueCommand({ QueueUrl, Tags: { a: "1", b: "2" } }));
  await sqs.send(new TagQueueCommand({ QueueUrl, Tags: { b: "3", c: "4" } }));
  await sqs.send(new UntagQueueCommand({ QueueUrl, TagKeys: ["a"] }));
  expect((await sqs.send(new ListQueueTagsCommand({ QueueUrl }))).Tags).toEqual({ b: "3", c: "4" });
});

test("a deleted queue's name is free again after 60 seconds", async () => {
  const QueueUrl = await create("q");
  await sqs.send(new DeleteQueueCommand({ QueueUrl }));
  await expect(create("q")).rejects.toMatchObject({ name: "QueueDeletedRecently" });
  cloud.clock.advance(60_000);
  expect(await create("q")).toBe(QueueUrl);
});

test("a handle of a deleted queue is not valid for a new queue with the same name", async () => {
  await create("q");
  cloud.sqs.send("q", { body: "x" });
  const [delivery] = await cloud.sqs.receive("q", {});
  cloud.sqs.deleteQueue("q");
  cloud.clock.advance(60_000);
  await create("q");
  expect(() => cloud.sqs.delete("q", delivery?.receiptHandle ?? "")).toThrow(/not a valid receipt handle/);
});

const refusedAttributes: [string, Record<string, string>, string][] = [
  ["an unknown attribute", { Colour: "red" }, "InvalidAttributeName"],
  ["a delay above 900", { DelaySeconds: "901" }, "InvalidAttributeValue"],
  ["a timeout that is no number", { VisibilityTimeout: "1.5" }, "InvalidAttributeValue"],
  ["a retention under a minute", { MessageRetentionPeriod: "59" }, "InvalidAttributeValue"],
  ["a FIFO attribute on a standard queue", { ContentBasedDeduplication: "true" }, "InvalidAttributeName"],
  ["a redrive policy that is no JSON", { RedrivePolicy: "x" }, "InvalidParameterValue"],
  [
    "a redrive policy without count",
    { RedrivePolicy: '{"deadLetterTargetArn":"x"}' },
    "InvalidParameterValue",
  ],
];
for (const [what, attributes, name] of refusedAttributes) {
  test(`${what} is refused with ${name}, at creation and later`, async () => {
    const QueueUrl = await create("q");
    await expect(create("other", attributes)).rejects.toMatchObject({ name });
    const set = new SetQueueAttributesCommand({ QueueUrl, Attributes: attributes });
    await expect(sqs.send(set)).rejects.toMatchObject({ name });
  });
}

test("a redrive policy needs a queue that exists, has the same type and allows the source", async () => {
  await create("denying", { RedriveAllowPolicy: '{"redrivePermission":"denyAll"}' });
  const listed = JSON.stringify({
    redrivePermission: "byQueue",
    sourceQueueArns: [cloud.sqs.arnOf("source")],
  });
  await create("listing", { RedriveAllowPolicy: listed });
  await create("fifo.fifo", { FifoQueue: "true" });
  const to = (name: string) => ({
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: cloud.sqs.arnOf(name), maxReceiveCount: "3" }),
  });
  for (const name of ["missing", "denying", "fifo.fifo"]) {
    await expect(create("source", to(name))).rejects.toMatchObject({
      name: "InvalidParameterValue",
    });
  }
  await expect(create("unlisted", to("listing"))).rejects.toThrow();
  const QueueUrl = await create("source", to("listing"));
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { RedrivePolicy: "" } }));
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }));
  expect(Attributes).not.toHaveProperty("RedrivePolicy");
});

test("only the attributes asked for are returned; an unknown one is refused", async () => {
  const QueueUrl = await create("q", { KmsMasterKeyId: "alias/aws/sqs", Policy: '{"Version":"2012-10-17"}' });
  const get = (...AttributeNames: string[]) =>
    sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: AttributeNames as [] }));
  expect((await get("Policy", "KmsMasterKeyId")).Attributes).toEqual({
    Policy: '{"Version":"2012-10-17"}',
    KmsMasterKeyId: "alias/aws/sqs",
  });
  expect((await get()).Attributes).toBeUndefined();
  await expect(get("Colour")).rejects.toMatchObject({ name: "InvalidAttributeName" });
});

test("a receive returns the message attributes asked for by name or prefix, with their checksum", async () => {
  const QueueUrl = await create("q", { VisibilityTimeout: "0" });
  const text = (StringValue: string) => ({ DataType: "String", StringValue });
  const MessageAttributes = { "a.one": text("1"), "a.two": text("2"), b: text("3") };
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "x", MessageAttributes }));
  const names = async (...MessageAttributeNames: string[]) => {
    const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MessageAttributeNames }));
    expect(Messages?.[0]?.MD5OfMessageAttributes === undefined).toBe(MessageAttributeNames.length === 0);
    return Object.keys(Messages?.[0]?.MessageAttributes ?? {}).sort();
  };
  expect(await names()).toEqual([]);
  expect(await names("b")).toEqual(["b"]);
  expect(await names("a.*")).toEqual(["a.one", "a.two"]);
  expect(await names("All")).toEqual(["a.one", "a.two", "b"]);
});

const refusedMessages: [string, Record<string, { DataType: string; StringValue?: string }>][] = [
  ["an unknown type", { a: { DataType: "Text", StringValue: "x" } }],
  ["an empty value", { a: { DataType: "String", StringValue: "" } }],
  ["a number that is none", { a: { DataType: "Number", StringValue: "x" } }],
  ["a reserved name", { "AWS.a": { DataType: "String", StringValue: "x" } }],
  ["a name with two dots", { "a..b": { DataType: "String", StringValue: "x" } }],
  [
    "eleven attributes",
    Object.fromEntries(
      Array.from({ length: 11 }, (_, index) => [`a${index}`, { DataType: "String", StringValue: "x" }]),
    ),
  ],
];
for (const [what, MessageAttributes] of refusedMessages) {
  test(`message attributes with ${what} are refused`, async () => {
    const QueueUrl = await create("q");
    const call = sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "x", MessageAttributes }));
    await expect(call).rejects.toMatchObject({ name: "InvalidParameterValue" });
  });
}

test("the checksum of message attributes is the one AWS documents", async () => {
  const QueueUrl = await create("q");
  const MessageAttributes = { MyAttribute: { DataType: "String", StringValue: "foobar" } };
  const sent = await sqs.send(
    new SendMessageCommand({ QueueUrl, MessageBody: "message-1", MessageAttributes }),
  );
  expect(sent).toMatchObject({
    MD5OfMessageBody: "3d6b824fd8c1520e9a047d21fee6fb1f",
    MD5OfMessageAttributes: "adb59cd4678ea5a855436b949cd07ab6",
  });
});

test("a malformed task handle is refused", async () => {
  const call = sqs.send(new CancelMessageMoveTaskCommand({ TaskHandle: "garbage" }));
  await expect(call).rejects.toMatchObject({ name: "InvalidParameterValue" });
});
