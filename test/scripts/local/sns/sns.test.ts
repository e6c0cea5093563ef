// Topics over HTTP, through the AWS SDK.
import {
  CreateTopicCommand,
  GetSubscriptionAttributesCommand,
  GetTopicAttributesCommand,
  ListSubscriptionsByTopicCommand,
  ListSubscriptionsCommand,
  ListTagsForResourceCommand,
  ListTopicsCommand,
  PublishBatchCommand,
  PublishCommand,
  SetSubscriptionAttributesCommand,
  SetTopicAttributesCommand,
  SNSClient,
  SubscribeCommand,
  TagResourceCommand,
  UnsubscribeCommand,
  UntagResourceCommand,
} from "@aws-sdk/client-sns";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startTestCloud, type TestCloud } from "../../../support/cloud.ts";

let cloud: TestCloud;
let sns: SNSClient;
let invocations: { functionArn: string; event: unknown }[];
let failures: number;

beforeEach(async () => {
  invocations = [];
  failures = 0;
  cloud = await startTestCloud({
    invoke: async (functionArn, event) => {
      invocations.push({ functionArn, event });
      if (failures-- > 0) throw new Error("the function failed");
    },
  });
  sns = new SNSClient(cloud.settings);
});
afterEach(async () => {
  sns.destroy();
  await cloud.close();
});

const functionArn = "arn:aws:lambda:us-east-1:000000000000:function:image-uploaded";

async function topic(Name: string, Attributes: Record<string, string> = {}) {
  const { TopicArn = "" } = await sns.send(new CreateTopicCommand({ Name, Attributes }));
  return TopicArn;
}
async function subscribe(TopicArn: string, Endpoint: string, Attributes: Record<string, string> = {}) {
  const Protocol = Endpoint.split(":")[2] ?? "";
  const { SubscriptionArn = "" } = await sns.send(
    new SubscribeCommand({ TopicArn, Protocol, Endpoint, Attributes, ReturnSubscriptionArn: true }),
  );
  return SubscriptionArn;
}
function queue(name: string) {
  cloud.sqs.createQueue(name, name.endsWith(".fifo") ? { FifoQueue: "true" } : {});
  return cloud.sqs.arnOf(name);
}
const drain = (name: string) => cloud.sqs.receive(name, { max: 10 });
const bodies = async (name: string) => (await drain(name)).map(({ message }) => message.body);
const settled = async () => {
  while (cloud.sns.owed() > 0) await new Promise(setImmediate);
};

test("a queue gets the documented envelope; a raw subscription gets the message and its attributes", async () => {
  const TopicArn = await topic("events");
  const SubscriptionArn = await subscribe(TopicArn, queue("wrapped"));
  await subscribe(TopicArn, queue("raw"), { RawMessageDelivery: "true" });
  const MessageAttributes = {
    size: { DataType: "Number", StringValue: "12" },
    data: { DataType: "Binary", BinaryValue: Buffer.from([1, 2]) },
  };
  const { MessageId } = await sns.send(
    new PublishCommand({ TopicArn, Subject: "A & <b>", Message: "ä\n<x/>", MessageAttributes }),
  );
  const [wrapped] = await drain("wrapped");
  expect(JSON.parse(wrapped?.message.body ?? "")).toEqual({
    Type: "Notification",
    MessageId,
    TopicArn,
    Subject: "A & <b>",
    Message: "ä\n<x/>",
    Timestamp: new Date(cloud.clock.now()).toISOString(),
    SignatureVersion: "1",
    Signature: expect.any(String),
    SigningCertURL: expect.any(String),
    UnsubscribeURL: expect.stringContaining(encodeURIComponent(SubscriptionArn)),
    MessageAttributes: { size: { Type: "Number", Value: "12" }, data: { Type: "Binary", Value: "AQI=" } },
  });
  const [raw] = await drain("raw");
  expect(raw?.message).toMatchObject({
    body: "ä\n<x/>",
    attributes: {
      size: { DataType: "Number", StringValue: "12" },
      data: { DataType: "Binary", BinaryValue: "AQI=" },
    },
  });
});

test("a function gets the documented event", async () => {
  const TopicArn = await topic("uploads");
  const EventSubscriptionArn = await subscribe(TopicArn, functionArn);
  const { MessageId } = await sns.send(new PublishCommand({ TopicArn, Message: "hello" }));
  await settled();
  expect(invocations).toEqual([
    {
      functionArn,
      event: {
        Records: [
          {
            EventSource: "aws:sns",
            EventVersion: "1.0",
            EventSubscriptionArn,
            Sns: expect.objectContaining({
              Type: "Notification",
              MessageId,
              TopicArn,
              Subject: null,
              Message: "hello",
              MessageAttributes: {},
            }),
          },
        ],
      },
    },
  ]);
});

test("a function that fails is tried again on the clock until it succeeds", async () => {
  const TopicArn = await topic("uploads");
  await subscribe(TopicArn, functionArn);
  failures = 5;
  await sns.send(new PublishCommand({ TopicArn, Message: "hello" }));
  while (cloud.sns.owed() > 0) {
    cloud.clock.advance(1000);
    await new Promise(setImmediate);
  }
  expect(invocations).toHaveLength(6);
});

test("after 16 failed attempts the notification is dead-lettered", async () => {
  const TopicArn = await topic("uploads");
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: queue("failed-events") });
  await subscribe(TopicArn, functionArn, { RedrivePolicy });
  failures = Number.POSITIVE_INFINITY;
  await sns.send(new PublishCommand({ TopicArn, Message: "hello" }));
  while (cloud.sns.owed() > 0) {
    cloud.clock.advance(20_000);
    await new Promise(setImmediate);
  }
  expect(invocations).toHaveLength(16);
  const [dead] = await bodies("failed-events");
  expect(JSON.parse(dead ?? "")).toMatchObject({ Type: "Notification", TopicArn, Message: "hello" });
});

test("notifications for a deleted queue are dead-lettered at once", async () => {
  const TopicArn = await topic("events");
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: queue("dead") });
  await subscribe(TopicArn, queue("gone"), { RedrivePolicy, RawMessageDelivery: "true" });
  cloud.sqs.deleteQueue("gone");
  await sns.send(new PublishCommand({ TopicArn, Message: "x" }));
  expect(await bodies("dead")).toEqual(["x"]);
});

test("a FIFO topic keeps group, deduplication id and order in every FIFO queue", async () => {
  const TopicArn = await topic("words.fifo", { FifoTopic: "true", ContentBasedDeduplication: "true" });
  for (const name of ["count.fifo", "log.fifo"])
    await subscribe(TopicArn, queue(name), { RawMessageDelivery: "true" });
  const published = await sns.send(
    new PublishBatchCommand({
      TopicArn,
      PublishBatchRequestEntries: ["a", "b", "a", "c"].map((Message, index) => ({
        Id: String(index),
        Message,
        MessageGroupId: "g",
        ...(Message === "c" && { MessageDeduplicationId: "own-id" }),
      })),
    }),
  );
  const [first, , third] = published.Successful ?? [];
  expect(third?.MessageId).toBe(first?.MessageId);
  for (const name of ["count.fifo", "log.fifo"]) {
    const got = await drain(name);
    expect(got.map(({ message }) => message.body)).toEqual(["a", "b", "c"]);
    expect(got.map(({ message }) => message.groupId)).toEqual(["g", "g", "g"]);
    expect(got[2]?.message.deduplicationId).toBe("own-id");
  }
});

test("a FIFO topic publishes the same message again after five minutes", async () => {
  const TopicArn = await topic("words.fifo", { FifoTopic: "true" });
  await subscribe(TopicArn, queue("plain"), { RawMessageDelivery: "true" });
  const publish = () =>
    sns.send(
      new PublishCommand({ TopicArn, Message: "x", MessageGroupId: "g", MessageDeduplicationId: "d" }),
    );
  await publish();
  cloud.clock.advance(299_999);
  await publish();
  expect(await bodies("plain")).toHaveLength(1);
  cloud.clock.advance(1);
  await publish();
  expect(await bodies("plain")).toHaveLength(1);
});

test("requests that SNS refuses fail with its error code", async () => {
  const standard = await topic("events");
  const fifo = await topic("words.fifo", { FifoTopic: "true" });
  const refusals: [Promise<unknown>, string][] = [
    [topic("bad name"), "InvalidParameterException"],
    [topic("words", { FifoTopic: "true" }), "InvalidParameterException"],
    [topic("events", { DisplayName: "other" }), "InvalidParameterException"],
    [subscribe(standard, queue("q.fifo")), "InvalidParameterException"],
    [subscribe(fifo, functionArn), "InvalidParameterException"],
    [subscribe(standard, "https://x:y:http"), "InvalidParameterException"],
    [subscribe(`${standard}x`, queue("q")), "NotFoundException"],
    [sns.send(new PublishCommand({ TopicArn: fifo, Message: "x" })), "InvalidParameterException"],
    [
      sns.send(new PublishCommand({ TopicArn: fifo, Message: "x", MessageGroupId: "g" })),
      "InvalidParameterException",
    ],
    [sns.send(new PublishCommand({ TopicArn: standard, Message: "" })), "InvalidParameterException"],
    [
      sns.send(new PublishCommand({ TopicArn: standard, Message: "x".repeat(262_145) })),
      "InvalidParameterException",
    ],
    [
      sns.send(
        new SetTopicAttributesCommand({ TopicArn: standard, AttributeName: "X", AttributeValue: "1" }),
      ),
      "InvalidParameterException",
    ],
  ];
  for (const [call, name] of refusals) await expect(call).rejects.toMatchObject({ name });
});

test("features that the local SNS lacks answer 501 NotImplemented", async () => {
  const TopicArn = await topic("events");
  const calls = [
    sns.send(new SubscribeCommand({ TopicArn, Protocol: "email", Endpoint: "a@example.org" })),
    sns.send(new PublishCommand({ PhoneNumber: "+15550100", Message: "x" })),
    subscribe(TopicArn, queue("q"), { FilterPolicy: JSON.stringify({ a: [{ wildcard: "x*" }] }) }),
  ];
  for (const call of calls) {
    await expect(call).rejects.toMatchObject({ name: "NotImplemented", $metadata: { httpStatusCode: 501 } });
  }
});

test("subscribing twice gives one subscription; unsubscribing ends deliveries", async () => {
  const TopicArn = await topic("events");
  const arn = await subscribe(TopicArn, queue("q"), { RawMessageDelivery: "true" });
  expect(await subscribe(TopicArn, cloud.sqs.arnOf("q"), { RawMessageDelivery: "true" })).toBe(arn);
  await expect(subscribe(TopicArn, cloud.sqs.arnOf("q"), { RawMessageDelivery: "false" })).rejects.toThrow();
  const byTopic = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }));
  expect(byTopic.Subscriptions).toEqual([
    {
      SubscriptionArn: arn,
      TopicArn,
      Protocol: "sqs",
      Endpoint: cloud.sqs.arnOf("q"),
      Owner: cloud.accountId,
    },
  ]);
  await sns.send(new UnsubscribeCommand({ SubscriptionArn: arn }));
  await sns.send(new PublishCommand({ TopicArn, Message: "x" }));
  expect(await bodies("q")).toEqual([]);
  expect((await sns.send(new ListSubscriptionsCommand())).Subscriptions).toEqual([]);
});

test("attributes and tags can be set and read back", async () => {
  const TopicArn = await topic("events");
  const SubscriptionArn = await subscribe(TopicArn, queue("q"));
  const FilterPolicy = JSON.stringify({ kind: ["a"] });
  for (const [AttributeName, AttributeValue] of Object.entries({
    FilterPolicy,
    RawMessageDelivery: "true",
  })) {
    await sns.send(new SetSubscriptionAttributesCommand({ SubscriptionArn, AttributeName, AttributeValue }));
  }
  const { Attributes } = await sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn }));
  expect(Attributes).toMatchObject({
    FilterPolicy,
    RawMessageDelivery: "true",
    FilterPolicyScope: "MessageAttributes",
  });
  await sns.send(
    new TagResourceCommand({
      ResourceArn: TopicArn,
      Tags: [
        { Key: "a", Value: "1" },
        { Key: "b", Value: "2" },
      ],
    }),
  );
  await sns.send(new UntagResourceCommand({ ResourceArn: TopicArn, TagKeys: ["a"] }));
  const { Tags } = await sns.send(new ListTagsForResourceCommand({ ResourceArn: TopicArn }));
  expect(Tags).toEqual([{ Key: "b", Value: "2" }]);
  const topicAttributes = await sns.send(new GetTopicAttributesCommand({ TopicArn }));
  expect(topicAttributes.Attributes).toMatchObject({ TopicArn, SubscriptionsConfirmed: "1" });
});

test("topics are listed in pages of 100", async () => {
  for (let index = 0; index < 101; index += 1) cloud.sns.createTopic(`t${index}`);
  const first = await sns.send(new ListTopicsCommand());
  const second = await sns.send(new ListTopicsCommand({ NextToken: first.NextToken }));
  expect([first.Topics?.length, second.Topics?.length, second.NextToken]).toEqual([100, 1, undefined]);
});
