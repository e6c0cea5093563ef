// Rules about deduplication: when a send is a copy, and what happens then.
import { PurgeQueueCommand, SendMessageBatchCommand } from "@aws-sdk/client-sqs";
import { expectRefusal, expectSeen, type Rule } from "../rule.ts";
import { drain, fifoQueue, receive, remove, send } from "./queue-steps.ts";

const exactlyOnce = "Exactly-once processing in Amazon SQS";
const deduplicationId = "Using the Amazon SQS message deduplication ID";
const copyAnswer =
  'Not spelled out; SendMessage (Amazon SQS API Reference) calls a copy "accepted successfully"';
const highThroughput = "High throughput for FIFO queues in Amazon SQS";

export const sqsDeduplicationRules: readonly Rule[] = [
  {
    id: "sqs-copy-is-not-delivered",
    service: "sqs",
    statement: "A second send with the same deduplication id is accepted but not delivered.",
    source: deduplicationId,
    run: async (context) => {
      const url = await fifoQueue(context);
      await send(context, url, "first", { MessageDeduplicationId: "d" });
      await send(context, url, "second", { MessageDeduplicationId: "d" });
      expectSeen("messages", await drain(context, url), ["first"]);
    },
  },
  {
    id: "sqs-copy-answers-first-id",
    service: "sqs",
    statement: "A copy returns the message id of the first send.",
    source: copyAnswer,
    run: async (context) => {
      const url = await fifoQueue(context);
      const first = await send(context, url, "x");
      const second = await send(context, url, "x");
      expectSeen("message id of the copy", second.MessageId, first.MessageId);
    },
  },
  {
    id: "sqs-copy-answers-first-sequence-number",
    service: "sqs",
    statement: "A copy returns the sequence number of the first send.",
    source: copyAnswer,
    run: async (context) => {
      const url = await fifoQueue(context);
      const first = await send(context, url, "x");
      const second = await send(context, url, "x");
      expectSeen("sequence number of the copy", second.SequenceNumber, first.SequenceNumber);
    },
  },
  {
    id: "sqs-copy-after-delete",
    service: "sqs",
    statement: "A copy is recognised even after the first message was received and deleted.",
    source: deduplicationId,
    run: async (context) => {
      const url = await fifoQueue(context);
      await send(context, url, "x");
      await drain(context, url);
      await send(context, url, "x");
      expectSeen("messages after the copy", await drain(context, url), []);
    },
  },
  {
    id: "sqs-copy-in-other-group",
    service: "sqs",
    statement: "With queue scope, the same deduplication id in another group is a copy.",
    source: exactlyOnce,
    run: async (context) => {
      const url = await fifoQueue(context);
      await send(context, url, "x", { MessageGroupId: "a" });
      await send(context, url, "x", { MessageGroupId: "b" });
      expectSeen("number of messages", (await drain(context, url)).length, 1);
    },
  },
  {
    id: "sqs-scope-of-message-group",
    service: "sqs",
    statement: "With message group scope, the same deduplication id in another group is not a copy.",
    source: highThroughput,
    run: async (context) => {
      const url = await fifoQueue(context, {
        DeduplicationScope: "messageGroup",
        FifoThroughputLimit: "perMessageGroupId",
      });
      await send(context, url, "x", { MessageGroupId: "a" });
      await send(context, url, "x", { MessageGroupId: "b" });
      await send(context, url, "x", { MessageGroupId: "b" });
      expectSeen("number of messages", (await drain(context, url)).length, 2);
    },
  },
  {
    id: "sqs-content-based-by-body",
    service: "sqs",
    statement:
      "Content-based deduplication treats messages with the same body as copies, whatever their attributes.",
    source: exactlyOnce,
    run: async (context) => {
      const url = await fifoQueue(context, { ContentBasedDeduplication: "true" });
      const attribute = (StringValue: string) => ({ n: { DataType: "String", StringValue } });
      const ids = { MessageDeduplicationId: undefined };
      await send(context, url, "x", { ...ids, MessageAttributes: attribute("1") });
      await send(context, url, "x", { ...ids, MessageAttributes: attribute("2") });
      await send(context, url, "y", { ...ids, MessageAttributes: attribute("1") });
      expectSeen("messages", await drain(context, url), ["x", "y"]);
    },
  },
  {
    id: "sqs-explicit-id-over-content",
    service: "sqs",
    statement: "An explicit deduplication id takes precedence over content-based deduplication.",
    source: exactlyOnce,
    run: async (context) => {
      const url = await fifoQueue(context, { ContentBasedDeduplication: "true" });
      await send(context, url, "x", { MessageDeduplicationId: "1" });
      await send(context, url, "x", { MessageDeduplicationId: "2" });
      expectSeen("messages", await drain(context, url), ["x", "x"]);
    },
  },
  {
    id: "sqs-deduplication-id-needed",
    service: "sqs",
    statement: "Without content-based deduplication, a send without a deduplication id is refused.",
    source: "SendMessage (Amazon SQS API Reference)",
    run: async (context) => {
      const url = await fifoQueue(context);
      const call = send(context, url, "x", { MessageDeduplicationId: undefined });
      await expectRefusal("send without deduplication id", call);
    },
  },
  {
    id: "sqs-copy-within-a-batch",
    service: "sqs",
    statement: "Copies within one batch all succeed and are delivered once.",
    source: exactlyOnce,
    run: async (context) => {
      const url = await fifoQueue(context);
      const entry = { MessageBody: "x", MessageGroupId: "g", MessageDeduplicationId: "d" };
      const Entries = ["1", "2", "3"].map((Id) => ({ ...entry, Id }));
      const { Successful = [] } = await context.sqs.send(
        new SendMessageBatchCommand({ QueueUrl: url, Entries }),
      );
      expectSeen("entries sent", Successful.length, 3);
      expectSeen("distinct ids", new Set(Successful.map(({ MessageId }) => MessageId)).size, 1);
      expectSeen("messages", await drain(context, url), ["x"]);
    },
  },
  {
    id: "sqs-purge-forgets-copies",
    service: "sqs",
    statement: "After a purge, a message with the same deduplication id is delivered again.",
    source: "Observed on AWS by LocalStack's validated tests (not in the documentation)",
    run: async (context) => {
      const url = await fifoQueue(context);
      await send(context, url, "x");
      await context.sqs.send(new PurgeQueueCommand({ QueueUrl: url }));
      await context.wait(1);
      await send(context, url, "x");
      expectSeen("messages", await drain(context, url), ["x"]);
    },
  },
  {
    id: "sqs-window-is-five-minutes",
    service: "sqs",
    statement: "A copy is recognised until 5 minutes after the first send; after that it is a new message.",
    source: exactlyOnce,
    slow: true,
    run: async (context) => {
      const url = await fifoQueue(context);
      const first = await send(context, url, "x");
      await context.wait(290);
      const copy = await send(context, url, "x");
      await context.wait(15);
      const again = await send(context, url, "x");
      expectSeen("id after 290 s is the first's", copy.MessageId === first.MessageId, true);
      expectSeen("id after 305 s is the first's", again.MessageId === first.MessageId, false);
      expectSeen("messages", await drain(context, url), ["x", "x"]);
    },
  },
  {
    id: "sqs-copy-does-not-prolong-window",
    service: "sqs",
    statement: "A copy does not restart the 5 minutes.",
    source: exactlyOnce,
    slow: true,
    run: async (context) => {
      const url = await fifoQueue(context);
      await send(context, url, "x");
      const [message] = await receive(context, url);
      await remove(context, url, message);
      await context.wait(200);
      await send(context, url, "x");
      await context.wait(110);
      await send(context, url, "x");
      expectSeen("messages 310 s after the first", await drain(context, url), ["x"]);
    },
  },
];
