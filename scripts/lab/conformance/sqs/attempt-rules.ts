// Rules about repeating a receive with its ReceiveRequestAttemptId.

import { expectRefusal, expectSeen, type Rule } from "../rule.ts";
import {
  bodiesOf,
  fifoQueue,
  hide,
  receive,
  receiveBodies,
  remove,
  sendAll,
  standardQueue,
} from "./queue-steps.ts";

const source = "Using the Amazon SQS receive request attempt ID";
const receiving = "ReceiveMessage (Amazon SQS API Reference)";

export const sqsAttemptRules: readonly Rule[] = [
  {
    id: "sqs-attempt-repeats-messages-and-handles",
    service: "sqs",
    statement:
      "A receive repeated with its attempt id returns the same messages and the same receipt handles.",
    source,
    run: async (context) => {
      const url = await fifoQueue(context);
      await sendAll(context, url, ["a-1", "a-2", "b-1"]);
      const first = await receive(context, url, { attempt: "one" });
      const again = await receive(context, url, { attempt: "one" });
      const view = (messages: typeof first) =>
        messages.map(({ Body, ReceiptHandle }) => [Body, ReceiptHandle]);
      expectSeen("number of messages", first.length, 3);
      expectSeen("the repeated receive", view(again), view(first));
    },
  },
  {
    id: "sqs-attempt-other-id-gets-nothing",
    service: "sqs",
    statement: "Another attempt id does not return messages that are in flight.",
    source,
    run: async (context) => {
      const url = await fifoQueue(context);
      await sendAll(context, url, ["a-1"]);
      await receive(context, url, { attempt: "one" });
      expectSeen("receive with another id", await receiveBodies(context, url, { attempt: "two" }), []);
    },
  },
  {
    id: "sqs-attempt-restarts-timeout",
    service: "sqs",
    statement: "A repeated attempt restarts the visibility timeout.",
    source: receiving,
    run: async (context) => {
      const url = await fifoQueue(context, { VisibilityTimeout: "4" });
      await sendAll(context, url, ["a-1"]);
      await receive(context, url, { attempt: "one" });
      await context.wait(2);
      await receive(context, url, { attempt: "one" });
      await context.wait(2.5);
      expectSeen("receive 4.5 s after the first", await receiveBodies(context, url), []);
    },
  },
  {
    id: "sqs-attempt-void-after-delete",
    service: "sqs",
    statement: "A repeated attempt does not return a message that was deleted.",
    source: receiving,
    run: async (context) => {
      const url = await fifoQueue(context);
      await sendAll(context, url, ["a-1"]);
      const [message] = await receive(context, url, { attempt: "one" });
      await remove(context, url, message);
      expectSeen("the repeated receive", await receiveBodies(context, url, { attempt: "one" }), []);
    },
  },
  {
    id: "sqs-attempt-void-after-change",
    service: "sqs",
    statement: "A repeated attempt does not return an in-flight message whose visibility was changed.",
    source: receiving,
    run: async (context) => {
      const url = await fifoQueue(context);
      await sendAll(context, url, ["a-1"]);
      const [message] = await receive(context, url, { attempt: "one" });
      await hide(context, url, message, 100);
      expectSeen("the repeated receive", await receiveBodies(context, url, { attempt: "one" }), []);
    },
  },
  {
    id: "sqs-attempt-handles-work",
    service: "sqs",
    statement: "The handles of a repeated attempt delete the messages.",
    source,
    run: async (context) => {
      const url = await fifoQueue(context, { VisibilityTimeout: "2" });
      await sendAll(context, url, ["a-1"]);
      await receive(context, url, { attempt: "one" });
      const [again] = await receive(context, url, { attempt: "one" });
      expectSeen("the repeated receive", bodiesOf(again === undefined ? [] : [again]), ["a-1"]);
      await remove(context, url, again);
      await context.wait(3);
      expectSeen("messages left", await receiveBodies(context, url), []);
    },
  },
  {
    id: "sqs-attempt-id-on-standard-queue-refused",
    service: "sqs",
    statement: "A receive attempt id is refused on a standard queue.",
    source: receiving,
    run: async (context) => {
      const url = await standardQueue(context);
      await expectRefusal("attempt id on a standard queue", receive(context, url, { attempt: "one" }));
    },
  },
  {
    id: "sqs-attempt-lasts-five-minutes",
    service: "sqs",
    statement: "An attempt can be repeated for 5 minutes; after that its id counts as new.",
    source: receiving,
    slow: true,
    run: async (context) => {
      const url = await fifoQueue(context, { VisibilityTimeout: "600" });
      await sendAll(context, url, ["a-1"]);
      await receive(context, url, { attempt: "one" });
      await context.wait(280);
      expectSeen("repeated after 280 s", await receiveBodies(context, url, { attempt: "one" }), ["a-1"]);
      await context.wait(25);
      expectSeen("repeated after 305 s", await receiveBodies(context, url, { attempt: "one" }), []);
    },
  },
];
