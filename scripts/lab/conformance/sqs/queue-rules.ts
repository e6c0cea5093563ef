// Rules about the queue itself: names, defaults, settings, delays, purges, retention, limits.
import { CreateQueueCommand, PurgeQueueCommand, SetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import { expectRefusal, expectSeen, type Rule } from "../rule.ts";
import { attributes, fifoQueue, receive, receiveBodies, send, sendAll } from "./queue-steps.ts";

const creating = "CreateQueue (Amazon SQS API Reference)";

export const sqsQueueRules: readonly Rule[] = [
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
