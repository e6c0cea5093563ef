// Queues over HTTP, through the AWS SDK.
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
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

async function fifoQueue(name = "orders.fifo") {
  const made = await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: { FifoQueue: "true" } }));
  return made.QueueUrl ?? "";
}

test("a body in any script comes back as it was sent", async () => {
  const QueueUrl = await fifoQueue();
  const bodies = ["plain", "é ÿ", "€ 日本", "\u{1f40c}", "plain again"];
  for (const MessageBody of bodies)
    await sqs.send(
      new SendMessageCommand({
        QueueUrl,
        MessageBody,
        MessageGroupId: "g",
        MessageDeduplicationId: String(bodies.indexOf(MessageBody)),
      }),
    );
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
  expect(Messages.map(({ Body }) => Body)).toEqual(bodies);
});

test("a batch is sent, received in order with checksums that the SDK verifies, and deleted", async () => {
  const QueueUrl = await fifoQueue();
  const Entries = ["a", "b", "c"].map((Id) => ({
    Id,
    MessageBody: `body ${Id} ÄÖ`,
    MessageGroupId: "g",
    MessageDeduplicationId: Id,
  }));
  const sent = await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  expect(sent.Failed).toEqual([]);
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, MessageSystemAttributeNames: ["All"] }),
  );
  expect(Messages.map((message) => message.MessageId)).toEqual(
    sent.Successful?.map((entry) => entry.MessageId),
  );
  expect(Messages[0]?.Attributes).toMatchObject({ MessageGroupId: "g", ApproximateReceiveCount: "1" });
  const deleted = await sqs.send(
    new DeleteMessageBatchCommand({
      QueueUrl,
      Entries: Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle })),
    }),
  );
  expect(deleted.Successful).toHaveLength(3);
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }));
  expect(Attributes).toMatchObject({
    ApproximateNumberOfMessages: "0",
    ApproximateNumberOfMessagesNotVisible: "0",
  });
});

test("a batch of deletions that names a message twice and one handle that is none deletes what it can, in one event", async () => {
  const QueueUrl = await fifoQueue();
  const Entries = ["a", "b"].map((Id) => ({
    Id,
    MessageBody: Id,
    MessageGroupId: Id,
    MessageDeduplicationId: Id,
  }));
  await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
  const [a, b] = Messages.map(({ ReceiptHandle }) => ReceiptHandle);
  const events: unknown[] = [];
  cloud.sqs.subscribe((event) => events.push(event));
  const handles = [a, "nonsense", a, b];
  const deleted = await sqs.send(
    new DeleteMessageBatchCommand({
      QueueUrl,
      Entries: handles.map((ReceiptHandle, index) => ({ Id: String(index), ReceiptHandle })),
    }),
  );
  expect(deleted.Successful?.map(({ Id }) => Id)).toEqual(["0", "2", "3"]);
  expect(deleted.Failed).toMatchObject([{ Id: "1", SenderFault: true, Code: "ReceiptHandleIsInvalid" }]);
  expect(events).toMatchObject([{ type: "messages-deleted", seqs: [1, 2] }]);
  const [entry] = cloud.requests.since(cloud.requests.last() - 1);
  expect(entry?.summary).toMatchObject({ messages: Messages.map(({ MessageId }) => MessageId) });
  expect(cloud.sqs.metrics("orders.fifo")).toMatchObject({ visible: 0, inFlight: 0, deleted: 2 });
});

test("errors arrive as the SDK's own classes, with the query code beside", async () => {
  const QueueUrl = await fifoQueue();
  await expect(
    sqs.send(new SendMessageCommand({ QueueUrl: `${QueueUrl}x`, MessageBody: "x" })),
  ).rejects.toMatchObject({ name: "QueueDoesNotExist", Code: "AWS.SimpleQueueService.NonExistentQueue" });
});

test("a long poll gets a message the moment it is sent, without the clock moving", async () => {
  const QueueUrl = await fifoQueue();
  const waiting = sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }));
  while (cloud.sqs.waiting("orders.fifo") === 0) await new Promise(setImmediate);
  await sqs.send(
    new SendMessageCommand({ QueueUrl, MessageBody: "x", MessageGroupId: "g", MessageDeduplicationId: "1" }),
  );
  expect((await waiting).Messages).toHaveLength(1);
});

test("a long poll gets all messages of the batch that ends its wait", async () => {
  const QueueUrl = await fifoQueue();
  const waiting = sqs.send(
    new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20, MaxNumberOfMessages: 10 }),
  );
  while (cloud.sqs.waiting("orders.fifo") === 0) await new Promise(setImmediate);
  const Entries = ["a", "b", "c"].map((Id) => ({
    Id,
    MessageBody: Id,
    MessageGroupId: "g",
    MessageDeduplicationId: Id,
  }));
  await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  expect((await waiting).Messages?.map((message) => message.Body)).toEqual(["a", "b", "c"]);
});

test("a long poll whose caller goes away takes nothing", async () => {
  const QueueUrl = await fifoQueue();
  const abort = new AbortController();
  const waiting = sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }), {
    abortSignal: abort.signal,
  });
  while (cloud.sqs.waiting("orders.fifo") === 0) await new Promise(setImmediate);
  abort.abort();
  await expect(waiting).rejects.toThrow();
  while (cloud.sqs.waiting("orders.fifo") > 0) await new Promise(setImmediate);
  await sqs.send(
    new SendMessageCommand({ QueueUrl, MessageBody: "x", MessageGroupId: "g", MessageDeduplicationId: "1" }),
  );
  expect(cloud.sqs.metrics("orders.fifo")).toMatchObject({ visible: 1, inFlight: 0 });
});

test("the SDK retries a receive with a lost answer under the same attempt id, and no message is lost", async () => {
  const QueueUrl = await fifoQueue();
  const ids = { MessageGroupId: "g", MessageDeduplicationId: "1" };
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "x", ...ids }));
  let lost = 0;
  cloud.faults.push(({ action }) => {
    if (action !== "ReceiveMessage" || lost > 0) return undefined;
    lost += 1;
    return { kind: "drop-answer" };
  });
  const { Messages } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl, ReceiveRequestAttemptId: "try-1" }),
  );
  expect([lost, Messages?.length, cloud.sqs.metrics("orders.fifo").inFlight]).toEqual([1, 1, 1]);
});

test("a duplicated send puts one message into a FIFO queue", async () => {
  const QueueUrl = await fifoQueue();
  cloud.faults.push(({ action }) => (action === "SendMessage" ? { kind: "duplicate" } : undefined));
  const ids = { MessageGroupId: "g", MessageDeduplicationId: "1" };
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "x", ...ids }));
  expect(cloud.sqs.metrics("orders.fifo").visible).toBe(1);
});

test("the SDK recognises and retries an injected throttling error", async () => {
  const QueueUrl = await fifoQueue();
  let throttled = 0;
  cloud.faults.push(({ action }) => {
    if (action !== "GetQueueAttributes" || throttled === 2) return undefined;
    throttled += 1;
    return { kind: "error", status: 403, code: "RequestThrottled", message: "slow down" };
  });
  await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }));
  expect(throttled).toBe(2);
});

test("an action that is not implemented answers NotImplemented and changes nothing", async () => {
  const answer = await fetch(cloud.url, {
    method: "POST",
    headers: { "x-amz-target": "AmazonSQS.AddPermission" },
    body: "{}",
  });
  expect([answer.status, await answer.json()]).toEqual([
    501,
    {
      __type: "com.amazonaws.sqs#NotImplemented",
      message: "The local SQS does not implement AddPermission.",
    },
  ]);
});
