// Rules about what FIFO queues accept and refuse: ids, attributes, batches, sizes, settings, delays, retention.
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  PurgeQueueCommand,
  SendMessageBatchCommand,
  SetQueueAttributesCommand,
} from "@aws-sdk/client-sqs";
import { expectRefusal, expectSeen, type Rule, type RuleContext } from "../rule.ts";
import { attributes, drain, fifoQueue, receive, receiveBodies, send, sendAll } from "./queue-steps.ts";

const sending = "SendMessage (Amazon SQS API Reference)";
const batching = "SendMessageBatch (Amazon SQS API Reference)";
const creating = "CreateQueue (Amazon SQS API Reference)";
const megabyte = 1_048_576;

function batch(context: RuleContext, QueueUrl: string, entries: { Id: string; MessageBody?: string }[]) {
  const Entries = entries.map(({ Id, MessageBody = Id }, index) => ({
    Id,
    MessageBody,
    MessageGroupId: "g",
    MessageDeduplicationId: `d${index}`,
  }));
  return context.sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
}

export const sqsRequestRules: readonly Rule[] = [
  {
    id: "sqs-group-id-needed",
    service: "sqs",
    statement: "A send without a message group id is refused.",
    source: sending,
    run: async (context) => {
      const url = await fifoQueue(context);
      await expectRefusal("send without group", send(context, url, "x", { MessageGroupId: undefined }));
    },
  },
  {
    id: "sqs-group-id-form",
    service: "sqs",
    statement: "A group id has at most 128 letters, digits and punctuation characters, and no white space.",
    source: sending,
    run: async (context) => {
      const url = await fifoQueue(context);
      await expectRefusal("129 characters", send(context, url, "x", { MessageGroupId: "g".repeat(129) }));
      await expectRefusal("a blank", send(context, url, "x", { MessageGroupId: "a b" }));
      await send(context, url, "x", {
        MessageGroupId: `${"g".repeat(96)}!"#$%&'()*+,-./:;<=>?@[\\]^_\`{|}~`,
      });
    },
  },
  {
    id: "sqs-deduplication-id-form",
    service: "sqs",
    statement:
      "A deduplication id has at most 128 letters, digits and punctuation characters, and no white space.",
    source: sending,
    run: async (context) => {
      const url = await fifoQueue(context);
      await expectRefusal(
        "129 characters",
        send(context, url, "x", { MessageDeduplicationId: "d".repeat(129) }),
      );
      await expectRefusal("a blank", send(context, url, "x", { MessageDeduplicationId: "a b" }));
    },
  },
  {
    id: "sqs-message-delay-refused",
    service: "sqs",
    statement: "A delay for a single message is refused on a FIFO queue.",
    source: "Amazon SQS message timers",
    run: async (context) => {
      const url = await fifoQueue(context);
      await expectRefusal("send with a delay", send(context, url, "x", { DelaySeconds: 2 }));
    },
  },
  {
    id: "sqs-queue-delay",
    service: "sqs",
    statement: "The queue's delay postpones messages; they are then received in order.",
    source: "Amazon SQS delay queues",
    run: async (context) => {
      const url = await fifoQueue(context, { DelaySeconds: "4" });
      await sendAll(context, url, ["a-1", "a-2"]);
      expectSeen("receive within the delay", await receiveBodies(context, url), []);
      await context.wait(5);
      expectSeen("receive after the delay", await receiveBodies(context, url), ["a-1", "a-2"]);
    },
  },
  {
    id: "sqs-queue-delay-is-retroactive",
    service: "sqs",
    statement: "Changing a FIFO queue's delay also affects messages already in it.",
    source: "Amazon SQS delay queues",
    run: async (context) => {
      const url = await fifoQueue(context, { DelaySeconds: "600" });
      await send(context, url, "x");
      await context.sqs.send(
        new SetQueueAttributesCommand({ QueueUrl: url, Attributes: { DelaySeconds: "0" } }),
      );
      await context.wait(1);
      expectSeen("receive after the delay was removed", await receiveBodies(context, url), ["x"]);
    },
  },
  {
    id: "sqs-empty-body-refused",
    service: "sqs",
    statement: "A message without a body is refused.",
    source: sending,
    run: async (context) => {
      const url = await fifoQueue(context);
      await expectRefusal("an empty body", send(context, url, "", { MessageDeduplicationId: "d" }));
    },
  },
  {
    id: "sqs-forbidden-characters-refused",
    service: "sqs",
    statement:
      "A body with characters outside the allowed Unicode ranges is refused as InvalidMessageContents.",
    source: sending,
    run: async (context) => {
      const url = await fifoQueue(context);
      const call = send(context, url, "a\u0008b", { MessageDeduplicationId: "d" });
      await expectRefusal("a control character", call, "InvalidMessageContents");
      await send(context, url, "tab\t, line\n, umlaut ä, \u{1F600}", { MessageDeduplicationId: "e" });
    },
  },
  {
    id: "sqs-message-of-one-mebibyte",
    service: "sqs",
    statement: "A message of 1,048,576 bytes is accepted, one with a byte more is refused.",
    source: "Amazon SQS message quotas",
    run: async (context) => {
      const url = await fifoQueue(context);
      const ids = (MessageDeduplicationId: string) => ({ MessageDeduplicationId });
      await expectRefusal("a byte more", send(context, url, "x".repeat(megabyte + 1), ids("d")));
      await send(context, url, "x".repeat(megabyte), ids("e"));
    },
  },
  {
    id: "sqs-attributes-count-as-size",
    service: "sqs",
    statement: "Message attributes count towards the size of a message.",
    source: "Amazon SQS message metadata",
    run: async (context) => {
      const url = await fifoQueue(context);
      const MessageAttributes = { name: { DataType: "String", StringValue: "value" } };
      const body = "x".repeat(megabyte - 10);
      await expectRefusal(
        "attributes above the limit",
        send(context, url, body, { MessageAttributes, MessageDeduplicationId: "d" }),
      );
    },
  },
  {
    id: "sqs-batch-of-ten",
    service: "sqs",
    statement: "A batch has at most 10 entries.",
    source: batching,
    run: async (context) => {
      const url = await fifoQueue(context);
      const entries = Array.from({ length: 11 }, (_, index) => ({ Id: String(index) }));
      await expectRefusal("11 entries", batch(context, url, entries), "TooManyEntriesInBatchRequest");
      expectSeen("10 entries sent", (await batch(context, url, entries.slice(1))).Successful?.length, 10);
    },
  },
  {
    id: "sqs-batch-not-empty",
    service: "sqs",
    statement: "A batch without entries is refused as EmptyBatchRequest.",
    source: batching,
    run: async (context) => {
      const url = await fifoQueue(context);
      await expectRefusal("no entry", batch(context, url, []), "EmptyBatchRequest");
    },
  },
  {
    id: "sqs-batch-ids-distinct",
    service: "sqs",
    statement: "Two entries of a batch with the same id are refused.",
    source: batching,
    run: async (context) => {
      const url = await fifoQueue(context);
      const call = batch(context, url, [{ Id: "a" }, { Id: "a" }]);
      await expectRefusal("the same id twice", call, "BatchEntryIdsNotDistinct");
    },
  },
  {
    id: "sqs-batch-id-form",
    service: "sqs",
    statement: "A batch entry's id consists of at most 80 letters, digits, hyphens and underscores.",
    source: batching,
    run: async (context) => {
      const url = await fifoQueue(context);
      await expectRefusal("a dot", batch(context, url, [{ Id: "a.b" }]), "InvalidBatchEntryId");
      await expectRefusal("81 letters", batch(context, url, [{ Id: "a".repeat(81) }]), "InvalidBatchEntryId");
    },
  },
  {
    id: "sqs-batch-total-size",
    service: "sqs",
    statement: "The messages of a batch together have at most 1,048,576 bytes.",
    source: "Amazon SQS message quotas",
    run: async (context) => {
      const url = await fifoQueue(context);
      const half = "x".repeat(megabyte / 2);
      const call = batch(context, url, [
        { Id: "a", MessageBody: half },
        { Id: "b", MessageBody: `${half}x` },
      ]);
      await expectRefusal("a byte more", call, "BatchRequestTooLong");
    },
  },
  {
    id: "sqs-batch-keeps-order",
    service: "sqs",
    statement: "The messages of a batch are received in the order of its entries.",
    source: batching,
    run: async (context) => {
      const url = await fifoQueue(context);
      const ids = ["c", "a", "d", "b"];
      await batch(
        context,
        url,
        ids.map((Id) => ({ Id })),
      );
      expectSeen("bodies", await drain(context, url), ids);
    },
  },
  {
    id: "sqs-batch-entries-fail-alone",
    service: "sqs",
    statement: "In a batch of deletions, a bad handle fails alone; the other messages are deleted.",
    source: "DeleteMessageBatch (Amazon SQS API Reference)",
    run: async (context) => {
      const url = await fifoQueue(context);
      await sendAll(context, url, ["a-1", "a-2"]);
      const [first, second] = await receive(context, url);
      const Entries = [
        { Id: "one", ReceiptHandle: first?.ReceiptHandle },
        { Id: "bad", ReceiptHandle: "garbage" },
        { Id: "two", ReceiptHandle: second?.ReceiptHandle },
      ];
      const answer = await context.sqs.send(new DeleteMessageBatchCommand({ QueueUrl: url, Entries }));
      const failed = answer.Failed?.map(({ Id, Code, SenderFault }) => [Id, Code, SenderFault]);
      expectSeen("failed", failed, [["bad", "ReceiptHandleIsInvalid", true]]);
      expectSeen("deleted", answer.Successful?.map(({ Id }) => Id).sort(), ["one", "two"]);
    },
  },
  {
    id: "sqs-more-than-ten-per-receive-refused",
    service: "sqs",
    statement: "A receive of more than 10 messages is refused.",
    source: "ReceiveMessage (Amazon SQS API Reference)",
    run: async (context) => {
      const url = await fifoQueue(context);
      await expectRefusal("a receive of 11", receive(context, url, { max: 11 }));
    },
  },
  {
    id: "sqs-fifo-name-needs-suffix",
    service: "sqs",
    statement: "A FIFO queue's name must end with .fifo.",
    source: creating,
    run: async (context) => {
      const call = context.sqs.send(
        new CreateQueueCommand({ QueueName: context.name("queue"), Attributes: { FifoQueue: "true" } }),
      );
      await expectRefusal("a FIFO queue without suffix", call);
    },
  },
  {
    id: "sqs-create-is-idempotent",
    service: "sqs",
    statement:
      "Creating a queue again with the same attributes returns it; with a different value it is refused.",
    source: creating,
    run: async (context) => {
      const url = await fifoQueue(context, { VisibilityTimeout: "40" });
      const QueueName = url.split("/").at(-1);
      const create = (VisibilityTimeout: string) =>
        context.sqs.send(
          new CreateQueueCommand({ QueueName, Attributes: { FifoQueue: "true", VisibilityTimeout } }),
        );
      expectSeen("the same attributes", (await create("40")).QueueUrl, url);
      await expectRefusal("another visibility timeout", create("41"), "QueueNameExists");
    },
  },
  {
    id: "sqs-fifo-defaults",
    service: "sqs",
    statement:
      "A new FIFO queue deduplicates per queue by explicit id, with a 30 s visibility timeout and 4 days of retention.",
    source: creating,
    run: async (context) => {
      const seen = await attributes(context, await fifoQueue(context));
      const expected = {
        FifoQueue: "true",
        ContentBasedDeduplication: "false",
        DeduplicationScope: "queue",
        FifoThroughputLimit: "perQueue",
        VisibilityTimeout: "30",
        MessageRetentionPeriod: "345600",
        MaximumMessageSize: "1048576",
        DelaySeconds: "0",
        ReceiveMessageWaitTimeSeconds: "0",
      };
      expectSeen(
        "attributes",
        Object.fromEntries(Object.keys(expected).map((name) => [name, seen[name]])),
        expected,
      );
    },
  },
  {
    id: "sqs-per-group-limit-needs-group-scope",
    service: "sqs",
    statement: "FifoThroughputLimit perMessageGroupId is refused unless DeduplicationScope is messageGroup.",
    source: creating,
    run: async (context) => {
      const call = fifoQueue(context, {
        FifoThroughputLimit: "perMessageGroupId",
        DeduplicationScope: "queue",
      });
      await expectRefusal("perMessageGroupId with scope queue", call);
    },
  },
  {
    id: "sqs-system-attributes-of-a-message",
    service: "sqs",
    statement:
      "A received message shows its group, deduplication id, sequence number, times and trace header.",
    source: "ReceiveMessage (Amazon SQS API Reference)",
    run: async (context) => {
      const url = await fifoQueue(context);
      const trace = "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1";
      await send(context, url, "x", {
        MessageGroupId: "my-group",
        MessageDeduplicationId: "my-id",
        MessageSystemAttributes: { AWSTraceHeader: { DataType: "String", StringValue: trace } },
      });
      const [message] = await receive(context, url);
      const names = Object.keys(message?.Attributes ?? {}).sort();
      const { MessageGroupId, MessageDeduplicationId, AWSTraceHeader } = message?.Attributes ?? {};
      expectSeen("names", names, [
        "AWSTraceHeader",
        "ApproximateFirstReceiveTimestamp",
        "ApproximateReceiveCount",
        "MessageDeduplicationId",
        "MessageGroupId",
        "SenderId",
        "SentTimestamp",
        "SequenceNumber",
      ]);
      const seen = [MessageGroupId, MessageDeduplicationId, AWSTraceHeader];
      expectSeen("values", seen, ["my-group", "my-id", trace]);
    },
  },
  {
    id: "sqs-purge-takes-messages-in-flight",
    service: "sqs",
    statement: "A purge removes all messages, including those in flight.",
    source: "PurgeQueue (Amazon SQS API Reference)",
    run: async (context) => {
      const url = await fifoQueue(context, { VisibilityTimeout: "2" });
      await sendAll(context, url, ["a-1", "a-2"]);
      await receive(context, url, { max: 1 });
      await context.sqs.send(new PurgeQueueCommand({ QueueUrl: url }));
      await context.wait(3);
      expectSeen("messages left", await receiveBodies(context, url), []);
    },
  },
  {
    id: "sqs-purge-once-a-minute",
    service: "sqs",
    statement: "A second purge within 60 seconds is refused.",
    source: "PurgeQueue (Amazon SQS API Reference)",
    run: async (context) => {
      const url = await fifoQueue(context);
      await context.sqs.send(new PurgeQueueCommand({ QueueUrl: url }));
      const call = context.sqs.send(new PurgeQueueCommand({ QueueUrl: url }));
      await expectRefusal("a second purge", call, "PurgeQueueInProgress");
    },
  },
  {
    id: "sqs-retention-removes-messages",
    service: "sqs",
    statement: "A message older than the retention period is removed, and its group continues.",
    source: "SetQueueAttributes (Amazon SQS API Reference)",
    slow: true,
    run: async (context) => {
      const url = await fifoQueue(context, { MessageRetentionPeriod: "60" });
      await sendAll(context, url, ["a-1"]);
      await context.wait(50);
      await sendAll(context, url, ["a-2"]);
      await context.wait(15);
      expectSeen("messages after 65 s", await receiveBodies(context, url), ["a-2"]);
    },
  },
  {
    id: "sqs-many-groups-in-flight",
    service: "sqs",
    statement: "Messages of 200 groups can be in flight at the same time.",
    source: "Amazon SQS FIFO queue quotas",
    run: async (context) => {
      const url = await fifoQueue(context);
      const bodies = Array.from({ length: 200 }, (_, group) => `${group}-1`);
      await sendAll(context, url, bodies);
      let received = 0;
      for (let calls = 0; calls < 40 && received < 200; calls += 1)
        received += (await receive(context, url)).length;
      expectSeen("messages in flight", received, 200);
    },
  },
];
