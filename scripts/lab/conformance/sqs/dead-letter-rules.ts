// Rules about dead-letter queues of FIFO queues, and about the way back from them.
import {
  ListDeadLetterSourceQueuesCommand,
  ListMessageMoveTasksCommand,
  type Message,
  StartMessageMoveTaskCommand,
} from "@aws-sdk/client-sqs";
import { expectRefusal, expectSeen, type Rule, type RuleContext } from "../rule.ts";
import {
  arnOf,
  attributes,
  bodiesOf,
  drain,
  fifoQueue,
  receive,
  receiveBodies,
  send,
  sendAll,
  standardQueue,
} from "./queue-steps.ts";

const source = "Using dead-letter queues in Amazon SQS";
const redrive = "Learn how to configure a dead-letter queue redrive in Amazon SQS";

async function withDeadLetters(context: RuleContext, maxReceiveCount = 1) {
  const dead = await fifoQueue(context);
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: await arnOf(context, dead), maxReceiveCount });
  const url = await fifoQueue(context, { VisibilityTimeout: "1", RedrivePolicy });
  return { url, dead };
}

/** Receives until the first message is in the dead-letter queue. Returns it as received there. */
async function letDie(context: RuleContext, url: string, dead: string): Promise<Message | undefined> {
  await receive(context, url, { max: 1 });
  await context.wait(2);
  await receive(context, url, { max: 1 });
  const [message] = await receive(context, dead, { visibility: 0 });
  return message;
}

export const sqsDeadLetterRules: readonly Rule[] = [
  {
    id: "sqs-dead-letter-after-max-receives",
    service: "sqs",
    statement:
      "A message received maxReceiveCount times is not received again; it is moved to the dead-letter queue.",
    source,
    run: async (context) => {
      const { url, dead } = await withDeadLetters(context, 2);
      await send(context, url, "x");
      expectSeen("first receive", await receiveBodies(context, url), ["x"]);
      await context.wait(2);
      expectSeen("second receive", await receiveBodies(context, url), ["x"]);
      await context.wait(2);
      expectSeen("third receive", await receiveBodies(context, url), []);
      expectSeen("dead-letter queue", await receiveBodies(context, dead), ["x"]);
    },
  },
  {
    id: "sqs-dead-letter-unblocks-group",
    service: "sqs",
    statement: "When a message is dead-lettered, the next one of its group is received.",
    source,
    run: async (context) => {
      const { url, dead } = await withDeadLetters(context);
      await sendAll(context, url, ["a-1", "a-2"]);
      await receive(context, url, { max: 1 });
      await context.wait(2);
      expectSeen("receive after the first was dead-lettered", await receiveBodies(context, url, { max: 1 }), [
        "a-2",
      ]);
      expectSeen("dead-letter queue", await receiveBodies(context, dead), ["a-1"]);
    },
  },
  {
    id: "sqs-dead-letter-keeps-message-id",
    service: "sqs",
    statement: "A dead-lettered message keeps its message id.",
    source,
    run: async (context) => {
      const { url, dead } = await withDeadLetters(context);
      const sent = await send(context, url, "x");
      const message = await letDie(context, url, dead);
      expectSeen("message id in the dead-letter queue", message?.MessageId, sent.MessageId);
    },
  },
  {
    id: "sqs-dead-letter-keeps-group",
    service: "sqs",
    statement: "A dead-lettered message keeps its message group.",
    source,
    run: async (context) => {
      const { url, dead } = await withDeadLetters(context);
      await send(context, url, "x", { MessageGroupId: "my-group" });
      const message = await letDie(context, url, dead);
      expectSeen("group in the dead-letter queue", message?.Attributes?.MessageGroupId, "my-group");
    },
  },
  {
    id: "sqs-dead-letter-deduplication-id-is-message-id",
    service: "sqs",
    statement: "When a message is dead-lettered, its message id becomes its deduplication id.",
    source,
    run: async (context) => {
      const { url, dead } = await withDeadLetters(context);
      const sent = await send(context, url, "x");
      const message = await letDie(context, url, dead);
      const seen = message?.Attributes?.MessageDeduplicationId;
      expectSeen("deduplication id in the dead-letter queue", seen, sent.MessageId);
    },
  },
  {
    id: "sqs-dead-letter-names-its-source",
    service: "sqs",
    statement: "A dead-lettered message shows the queue it came from as DeadLetterQueueSourceArn.",
    source: "ReceiveMessage (Amazon SQS API Reference)",
    run: async (context) => {
      const { url, dead } = await withDeadLetters(context);
      await send(context, url, "x");
      const message = await letDie(context, url, dead);
      const seen = message?.Attributes?.DeadLetterQueueSourceArn;
      expectSeen("DeadLetterQueueSourceArn", seen, await arnOf(context, url));
    },
  },
  {
    id: "sqs-dead-letter-receive-count-goes-on",
    service: "sqs",
    statement: "ApproximateReceiveCount counts across queues: it continues in the dead-letter queue.",
    source: "ReceiveMessage (Amazon SQS API Reference)",
    run: async (context) => {
      const { url, dead } = await withDeadLetters(context);
      await send(context, url, "x");
      const message = await letDie(context, url, dead);
      expectSeen("count in the dead-letter queue", message?.Attributes?.ApproximateReceiveCount, "2");
    },
  },
  {
    id: "sqs-dead-letter-queue-must-be-fifo",
    service: "sqs",
    statement: "A standard queue is refused as the dead-letter queue of a FIFO queue.",
    source,
    run: async (context) => {
      const deadLetterTargetArn = await arnOf(context, await standardQueue(context));
      const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 3 });
      await expectRefusal("standard dead-letter queue", fifoQueue(context, { RedrivePolicy }));
    },
  },
  {
    id: "sqs-joint-receive-kills-followers",
    service: "sqs",
    statement:
      "Messages received together with a failing one count their receives too and are dead-lettered with it.",
    source: "ReceiveMessage (Amazon SQS API Reference)",
    run: async (context) => {
      const { url, dead } = await withDeadLetters(context);
      await sendAll(context, url, ["a-1", "a-2"]);
      await receive(context, url);
      await context.wait(2);
      expectSeen("second receive", await receiveBodies(context, url), []);
      expectSeen("dead-letter queue", bodiesOf(await receive(context, dead)), ["a-1", "a-2"]);
    },
  },
  {
    id: "sqs-dead-letter-sources-listed",
    service: "sqs",
    statement: "ListDeadLetterSourceQueues names the queues that send their dead letters there.",
    source: "ListDeadLetterSourceQueues (Amazon SQS API Reference)",
    run: async (context) => {
      const { url, dead } = await withDeadLetters(context);
      const listed = await context.sqs.send(new ListDeadLetterSourceQueuesCommand({ QueueUrl: dead }));
      const nameOf = (queueUrl: string) => queueUrl.split("/").at(-1);
      expectSeen("sources", listed.queueUrls?.map(nameOf), [nameOf(url)]);
    },
  },
  {
    id: "sqs-move-task-brings-back-in-order",
    service: "sqs",
    statement: "A message move task returns dead letters to their source, each group in order.",
    source: redrive,
    run: async (context) => {
      const { url, dead } = await withDeadLetters(context);
      await sendAll(context, url, ["a-1", "a-2", "b-1"]);
      await receive(context, url);
      await context.wait(2);
      await receive(context, url);
      await context.sqs.send(new StartMessageMoveTaskCommand({ SourceArn: await arnOf(context, dead) }));
      await context.wait(5);
      const back = await drain(context, url);
      const ofGroup = (group: string) => back.filter((body) => body.startsWith(group));
      expectSeen("messages back", [ofGroup("a"), ofGroup("b")], [["a-1", "a-2"], ["b-1"]]);
      expectSeen("dead letters left", (await attributes(context, dead)).ApproximateNumberOfMessages, "0");
    },
  },
  {
    id: "sqs-move-task-gives-new-ids",
    service: "sqs",
    statement:
      "A redriven message is a new message: it has a new message id, and its receive count restarts.",
    source: redrive,
    run: async (context) => {
      const { url, dead } = await withDeadLetters(context);
      const sent = await send(context, url, "x");
      await letDie(context, url, dead);
      await context.sqs.send(new StartMessageMoveTaskCommand({ SourceArn: await arnOf(context, dead) }));
      await context.wait(5);
      const [message] = await receive(context, url);
      expectSeen("the message is back", message?.Body, "x");
      expectSeen("it has its old id", message?.MessageId === sent.MessageId, false);
      expectSeen("its receive count", message?.Attributes?.ApproximateReceiveCount, "1");
    },
  },
  {
    id: "sqs-move-task-listed",
    service: "sqs",
    statement: "ListMessageMoveTasks shows a finished task as COMPLETED with the number moved.",
    source: "ListMessageMoveTasks (Amazon SQS API Reference)",
    run: async (context) => {
      const { url, dead } = await withDeadLetters(context);
      await send(context, url, "x");
      await letDie(context, url, dead);
      const SourceArn = await arnOf(context, dead);
      await context.sqs.send(new StartMessageMoveTaskCommand({ SourceArn }));
      await context.wait(5);
      const { Results = [] } = await context.sqs.send(new ListMessageMoveTasksCommand({ SourceArn }));
      const [task] = Results;
      expectSeen("task", [task?.Status, task?.ApproximateNumberOfMessagesMoved], ["COMPLETED", 1]);
    },
  },
  {
    id: "sqs-move-task-needs-dead-letter-queue",
    service: "sqs",
    statement: "A move task is refused for a queue that is not a dead-letter queue.",
    source: "StartMessageMoveTask (Amazon SQS API Reference)",
    run: async (context) => {
      const SourceArn = await arnOf(context, await fifoQueue(context));
      const call = context.sqs.send(new StartMessageMoveTaskCommand({ SourceArn }));
      await expectRefusal("move task from an ordinary queue", call);
    },
  },
  {
    id: "sqs-dead-letter-retention-restarts",
    service: "sqs",
    statement: "The retention period of a FIFO message restarts when it is dead-lettered.",
    source: "Setting-up dead-letter queue retention in Amazon SQS",
    slow: true,
    run: async (context) => {
      const dead = await fifoQueue(context, { MessageRetentionPeriod: "60" });
      const RedrivePolicy = JSON.stringify({
        deadLetterTargetArn: await arnOf(context, dead),
        maxReceiveCount: 1,
      });
      const url = await fifoQueue(context, { VisibilityTimeout: "1", RedrivePolicy });
      await send(context, url, "x");
      await context.wait(50);
      await letDie(context, url, dead);
      await context.wait(30);
      expectSeen("dead letter 80 s after the send", await receiveBodies(context, dead), ["x"]);
    },
  },
];
