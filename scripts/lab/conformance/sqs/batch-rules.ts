// Rules about batches.
import { DeleteMessageBatchCommand, SendMessageBatchCommand } from "@aws-sdk/client-sqs";
import { expectRefusal, expectSeen, type Rule, type RuleContext } from "../rule.ts";
import { drain, fifoQueue, receive, sendAll } from "./queue-steps.ts";

const batching = "SendMessageBatch (Amazon SQS API Reference)";
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

export const sqsBatchRules: readonly Rule[] = [
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
];
