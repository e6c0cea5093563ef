// Rules about FIFO topics in front of queues: fan-out, order, envelopes, filters, what a topic refuses.
import {
  CreateTopicCommand,
  DeleteTopicCommand,
  PublishBatchCommand,
  SubscribeCommand,
} from "@aws-sdk/client-sns";
import { expectRefusal, expectSeen, type Rule } from "../rule.ts";
import { bodiesOf, receive, standardQueue } from "../sqs/queue-steps.ts";
import { delivered, fifoTopic, publish, raw, subscribed } from "./topic-steps.ts";

const ordering = "Amazon SNS message ordering details for FIFO topics";
const grouping = "Amazon SNS message grouping for FIFO topics";
const delivering = "Amazon SNS message delivery for FIFO topics";

export const snsTopicRules: readonly Rule[] = [
  {
    id: "sns-fan-out-to-every-queue",
    service: "sns",
    statement: "A message published to a FIFO topic reaches every subscribed FIFO queue.",
    source: delivering,
    run: async (context) => {
      const topic = await fifoTopic(context);
      const urls = [await subscribed(context, topic), await subscribed(context, topic)];
      await publish(context, topic, "x");
      for (const url of urls) expectSeen("messages", await delivered(context, url), ["x"]);
    },
  },
  {
    id: "sns-order-within-group",
    service: "sns",
    statement: "Messages of one group arrive in each FIFO queue in the order they were published.",
    source: ordering,
    run: async (context) => {
      const topic = await fifoTopic(context);
      const urls = [await subscribed(context, topic), await subscribed(context, topic)];
      const messages = Array.from({ length: 12 }, (_, index) => `m${index}`);
      for (const message of messages) await publish(context, topic, message);
      for (const url of urls) expectSeen("messages in order", await delivered(context, url), messages);
    },
  },
  {
    id: "sns-group-id-passes-through",
    service: "sns",
    statement: "The queue's message has the message group id of the publication.",
    source: grouping,
    run: async (context) => {
      const topic = await fifoTopic(context);
      const url = await subscribed(context, topic);
      await publish(context, topic, "x", { MessageGroupId: "my-group" });
      await context.wait(1);
      const [message] = await receive(context, url);
      expectSeen("group", message?.Attributes?.MessageGroupId, "my-group");
    },
  },
  {
    id: "sns-envelope-of-fifo-topic",
    service: "sns",
    statement:
      "Without raw delivery, the body is a JSON envelope with type, topic, message id, number and message.",
    source: "Parsing Amazon SNS message formats",
    run: async (context) => {
      const topic = await fifoTopic(context);
      const url = await subscribed(context, topic, {});
      const published = await publish(context, topic, "x");
      await context.wait(1);
      const [message] = await receive(context, url);
      const { Type, TopicArn, MessageId, SequenceNumber, Message } = JSON.parse(message?.Body ?? "{}");
      const expected = ["Notification", topic, published.MessageId, published.SequenceNumber, "x"];
      expectSeen("envelope", [Type, TopicArn, MessageId, SequenceNumber, Message], expected);
    },
  },
  {
    id: "sns-raw-delivery-maps-attributes",
    service: "sns",
    statement:
      "With raw delivery, the body is the message and its attributes become those of the queue's message.",
    source: "Amazon SNS raw message delivery",
    run: async (context) => {
      const topic = await fifoTopic(context);
      const url = await subscribed(context, topic);
      const MessageAttributes = { kind: { DataType: "String", StringValue: "a" } };
      await publish(context, topic, "x", { MessageAttributes });
      await context.wait(1);
      const [message] = await receive(context, url);
      const { DataType, StringValue } = message?.MessageAttributes?.kind ?? {};
      expectSeen("body and attribute", [message?.Body, DataType, StringValue], ["x", "String", "a"]);
    },
  },
  {
    id: "sns-filter-by-attribute",
    service: "sns",
    statement: "A filter policy lets only matching messages through to its queue, in order.",
    source: "Amazon SNS message filtering for FIFO topics",
    run: async (context) => {
      const topic = await fifoTopic(context);
      const url = await subscribed(context, topic, { ...raw, FilterPolicy: JSON.stringify({ kind: ["a"] }) });
      for (const [index, kind] of ["a", "b", "a"].entries()) {
        const MessageAttributes = { kind: { DataType: "String", StringValue: kind } };
        await publish(context, topic, `${kind}${index}`, { MessageAttributes });
      }
      expectSeen("messages", await delivered(context, url), ["a0", "a2"]);
    },
  },
  {
    id: "sns-publish-batch-keeps-order",
    service: "sns",
    statement: "The messages of a batch arrive in the order of its entries.",
    source: ordering,
    run: async (context) => {
      const topic = await fifoTopic(context);
      const url = await subscribed(context, topic);
      const PublishBatchRequestEntries = ["c", "a", "b"].map((Message) => ({
        Id: Message,
        Message,
        MessageGroupId: "g",
        MessageDeduplicationId: Message,
      }));
      const call = new PublishBatchCommand({ TopicArn: topic, PublishBatchRequestEntries });
      expectSeen("sent", (await context.sns.send(call)).Successful?.length, 3);
      expectSeen("messages", await delivered(context, url), ["c", "a", "b"]);
    },
  },
  {
    id: "sns-sequence-numbers-increase",
    service: "sns",
    statement: "Publications to a FIFO topic return increasing sequence numbers.",
    source: ordering,
    run: async (context) => {
      const topic = await fifoTopic(context);
      const numbers: bigint[] = [];
      for (const message of ["1", "2", "3"]) {
        numbers.push(BigInt((await publish(context, topic, message)).SequenceNumber ?? "0"));
      }
      const rising = numbers.every((number, index) => number > (numbers[index - 1] ?? 0n));
      expectSeen("rising", rising, true);
    },
  },
  {
    id: "sns-group-id-needed",
    service: "sns",
    statement: "A publication to a FIFO topic without a message group id is refused.",
    source: grouping,
    run: async (context) => {
      const topic = await fifoTopic(context);
      await expectRefusal("without group", publish(context, topic, "x", { MessageGroupId: undefined }));
    },
  },
  {
    id: "sns-fifo-queue-needs-fifo-topic",
    service: "sns",
    statement: "A FIFO queue cannot be subscribed to a standard topic.",
    source: delivering,
    run: async (context) => {
      const { TopicArn = "" } = await context.sns.send(
        new CreateTopicCommand({ Name: context.name("topic") }),
      );
      context.later(() => context.sns.send(new DeleteTopicCommand({ TopicArn })));
      await expectRefusal("FIFO queue on a standard topic", subscribed(context, TopicArn));
    },
  },
  {
    id: "sns-fifo-topic-refuses-functions",
    service: "sns",
    statement: "A Lambda function cannot be subscribed to a FIFO topic.",
    source: delivering,
    run: async (context) => {
      const topic = await fifoTopic(context);
      const Endpoint = `arn:aws:lambda:${context.region}:000000000000:function:f`;
      const call = context.sns.send(new SubscribeCommand({ TopicArn: topic, Protocol: "lambda", Endpoint }));
      await expectRefusal("function on a FIFO topic", call);
    },
  },
  {
    id: "sns-fifo-topic-into-standard-queue",
    service: "sns",
    statement: "A standard queue can be subscribed to a FIFO topic.",
    source: delivering,
    run: async (context) => {
      const topic = await fifoTopic(context);
      const url = await subscribed(context, topic, raw, standardQueue);
      await publish(context, topic, "x");
      await context.wait(1);
      expectSeen("messages", bodiesOf(await receive(context, url)), ["x"]);
    },
  },
];
