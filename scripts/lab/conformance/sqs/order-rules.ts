// Rules about order and message groups: which messages a receive may return.

import { Difference, expectSeen, type Rule } from "../rule.ts";
import {
  attributes,
  bodiesOf,
  drain,
  fifoQueue,
  hide,
  receive,
  receiveBodies,
  remove,
  send,
  sendAll,
} from "./queue-steps.ts";

const logic = "FIFO queue delivery logic in Amazon SQS";
const groupId = "Using the Amazon SQS message group ID";

export const sqsOrderRules: readonly Rule[] = [
  {
    id: "sqs-order-within-group",
    service: "sqs",
    statement: "Messages of one group are received in the order they were sent.",
    source: logic,
    run: async (context) => {
      const url = await fifoQueue(context);
      const bodies = Array.from({ length: 25 }, (_, index) => `a-${index}`);
      await sendAll(context, url, bodies);
      expectSeen("bodies in order of receipt", await drain(context, url), bodies);
    },
  },
  {
    id: "sqs-order-of-interleaved-groups",
    service: "sqs",
    statement: "Interleaved groups are each received in their own order.",
    source: logic,
    run: async (context) => {
      const url = await fifoQueue(context);
      const bodies = Array.from({ length: 24 }, (_, index) => `${"abc"[index % 3]}-${Math.floor(index / 3)}`);
      await sendAll(context, url, bodies);
      const seen = await drain(context, url);
      for (const group of "abc") {
        const own = (all: string[]) => all.filter((body) => body.startsWith(group));
        expectSeen(`order of group ${group}`, own(seen), own(bodies));
      }
    },
  },
  {
    id: "sqs-joint-receive-of-one-group",
    service: "sqs",
    statement: "One receive returns several messages of one group, in order.",
    source: logic,
    run: async (context) => {
      const url = await fifoQueue(context);
      await sendAll(context, url, ["a-1", "a-2", "a-3"]);
      expectSeen("bodies of one receive", await receiveBodies(context, url), ["a-1", "a-2", "a-3"]);
    },
  },
  {
    id: "sqs-same-group-first",
    service: "sqs",
    statement: "A receive returns as many messages of the same group as it can before those of another.",
    source: logic,
    run: async (context) => {
      const url = await fifoQueue(context);
      await sendAll(context, url, ["a-1", "b-1", "a-2", "a-3"]);
      expectSeen("bodies of one receive", await receiveBodies(context, url), ["a-1", "a-2", "a-3", "b-1"]);
    },
  },
  {
    id: "sqs-receive-mixes-groups",
    service: "sqs",
    statement: "One receive returns messages of several groups when one group does not fill it.",
    source: logic,
    run: async (context) => {
      const url = await fifoQueue(context);
      await sendAll(context, url, ["a-1", "b-1", "c-1", "d-1"]);
      expectSeen("bodies of one receive", (await receiveBodies(context, url)).sort(), [
        "a-1",
        "b-1",
        "c-1",
        "d-1",
      ]);
    },
  },
  {
    id: "sqs-receive-respects-max",
    service: "sqs",
    statement: "A receive never returns more messages than asked for; by default it returns one.",
    source: "ReceiveMessage (Amazon SQS API Reference)",
    run: async (context) => {
      const url = await fifoQueue(context);
      await sendAll(context, url, ["a-1", "a-2", "a-3", "a-4"]);
      expectSeen("bodies of a receive of 3", await receiveBodies(context, url, { max: 3 }), [
        "a-1",
        "a-2",
        "a-3",
      ]);
    },
  },
  {
    id: "sqs-group-blocked-while-in-flight",
    service: "sqs",
    statement: "While a message of a group is in flight, no later message of that group is returned.",
    source: groupId,
    run: async (context) => {
      const url = await fifoQueue(context);
      await sendAll(context, url, ["a-1", "a-2"]);
      expectSeen("first receive", await receiveBodies(context, url, { max: 1 }), ["a-1"]);
      expectSeen("second receive", await receiveBodies(context, url, { max: 1 }), []);
    },
  },
  {
    id: "sqs-other-groups-go-on",
    service: "sqs",
    statement: "A group in flight does not hold up another group.",
    source: "Interleaving multiple ordered message groups in Amazon SQS",
    run: async (context) => {
      const url = await fifoQueue(context);
      await sendAll(context, url, ["a-1", "a-2", "b-1"]);
      expectSeen("first receive", await receiveBodies(context, url, { max: 1 }), ["a-1"]);
      expectSeen("second receive", await receiveBodies(context, url), ["b-1"]);
    },
  },
  {
    id: "sqs-sent-while-group-in-flight",
    service: "sqs",
    statement: "A message sent to a group that is in flight waits until the group is no longer in flight.",
    source: groupId,
    run: async (context) => {
      const url = await fifoQueue(context);
      await sendAll(context, url, ["a-1"]);
      const [first] = await receive(context, url);
      await sendAll(context, url, ["a-2"]);
      expectSeen("receive while a-1 is in flight", await receiveBodies(context, url), []);
      await remove(context, url, first);
      expectSeen("receive after a-1 was deleted", await receiveBodies(context, url), ["a-2"]);
    },
  },
  {
    id: "sqs-delete-unblocks-group",
    service: "sqs",
    statement: "Deleting the message in flight makes the group's next message available at once.",
    source: groupId,
    run: async (context) => {
      const url = await fifoQueue(context);
      await sendAll(context, url, ["a-1", "a-2"]);
      const [first] = await receive(context, url, { max: 1 });
      await remove(context, url, first);
      expectSeen("receive after the deletion", await receiveBodies(context, url), ["a-2"]);
    },
  },
  {
    id: "sqs-partial-delete-keeps-blocking",
    service: "sqs",
    statement:
      "After deleting the first of two messages received together, the second still blocks the group.",
    source: groupId,
    run: async (context) => {
      const url = await fifoQueue(context);
      await sendAll(context, url, ["a-1", "a-2", "a-3"]);
      const [first] = await receive(context, url, { max: 2 });
      await remove(context, url, first);
      expectSeen("receive while a-2 is in flight", await receiveBodies(context, url), []);
    },
  },
  {
    id: "sqs-delete-of-later-keeps-blocking",
    service: "sqs",
    statement:
      "After deleting the second of two messages received together, the first still blocks the group.",
    source: groupId,
    run: async (context) => {
      const url = await fifoQueue(context);
      await sendAll(context, url, ["a-1", "a-2", "a-3"]);
      const [, second] = await receive(context, url, { max: 2 });
      await remove(context, url, second);
      expectSeen("receive while a-1 is in flight", await receiveBodies(context, url), []);
    },
  },
  {
    id: "sqs-released-head-beside-later-in-flight",
    service: "sqs",
    statement:
      "A message that is visible again is received, alone, while later messages of its group are in flight.",
    source: logic,
    run: async (context) => {
      const url = await fifoQueue(context);
      await sendAll(context, url, ["a-1", "a-2", "a-3"]);
      const [first] = await receive(context, url, { max: 2 });
      await hide(context, url, first, 0);
      expectSeen("receive after a-1 was returned", await receiveBodies(context, url), ["a-1"]);
    },
  },
  {
    id: "sqs-released-follower-waits-for-head",
    service: "sqs",
    statement:
      "A message that is visible again is not received while an earlier one of its group is in flight.",
    source: logic,
    run: async (context) => {
      const url = await fifoQueue(context);
      await sendAll(context, url, ["a-1", "a-2"]);
      const [, second] = await receive(context, url);
      await hide(context, url, second, 0);
      expectSeen("receive after a-2 was returned", await receiveBodies(context, url), []);
    },
  },
  {
    id: "sqs-expired-followers-wait-for-extended-head",
    service: "sqs",
    statement:
      "While the first message of a group is extended, later ones are not received although their timeout ended.",
    source: "Amazon SQS visibility timeout",
    run: async (context) => {
      const url = await fifoQueue(context, { VisibilityTimeout: "2" });
      await sendAll(context, url, ["a-1", "a-2", "a-3"]);
      const [first] = await receive(context, url);
      await hide(context, url, first, 60);
      await context.wait(3);
      expectSeen("receive after the others' timeout", await receiveBodies(context, url), []);
    },
  },
  {
    id: "sqs-extended-follower-does-not-hold-head",
    service: "sqs",
    statement:
      "Extending the last message of a group does not stop earlier ones from being received after their timeout.",
    source: "Amazon SQS visibility timeout",
    run: async (context) => {
      const url = await fifoQueue(context, { VisibilityTimeout: "2" });
      await sendAll(context, url, ["a-1", "a-2", "a-3"]);
      const [, , third] = await receive(context, url);
      await hide(context, url, third, 60);
      await context.wait(3);
      expectSeen("receive after the timeout", await receiveBodies(context, url), ["a-1", "a-2"]);
    },
  },
  {
    id: "sqs-same-order-after-timeout",
    service: "sqs",
    statement: "Messages whose visibility timeout ended are received again in their original order.",
    source: logic,
    run: async (context) => {
      const url = await fifoQueue(context, { VisibilityTimeout: "1" });
      await sendAll(context, url, ["a-1", "a-2", "a-3"]);
      await receive(context, url);
      await context.wait(2);
      expectSeen("second receive", await receiveBodies(context, url), ["a-1", "a-2", "a-3"]);
    },
  },
  {
    id: "sqs-sequence-numbers-increase",
    service: "sqs",
    statement:
      "Sequence numbers have 20 digits and increase from send to send; the receive returns the same ones.",
    source: "FIFO queue and message identifiers for Amazon SQS",
    run: async (context) => {
      const url = await fifoQueue(context);
      const sent: string[] = [];
      for (const body of ["1", "2", "3"]) sent.push((await send(context, url, body)).SequenceNumber ?? "");
      if (!sent.every((number) => /^\d{20}$/.test(number)))
        throw new Difference(`sequence numbers: saw ${sent}`);
      expectSeen("numbers in order", [...sent].sort(), sent);
      const received = await receive(context, url);
      expectSeen(
        "numbers received",
        received.map((message) => message.Attributes?.SequenceNumber),
        sent,
      );
    },
  },
  {
    id: "sqs-counts-of-blocked-group",
    service: "sqs",
    statement:
      "Only received messages count as in flight; the blocked messages of their group count as visible.",
    source: "GetQueueAttributes (Amazon SQS API Reference)",
    run: async (context) => {
      const url = await fifoQueue(context);
      await sendAll(context, url, ["a-1", "a-2", "a-3"]);
      expectSeen("received", bodiesOf(await receive(context, url, { max: 1 })), ["a-1"]);
      const { ApproximateNumberOfMessages, ApproximateNumberOfMessagesNotVisible } = await attributes(
        context,
        url,
      );
      const seen = [ApproximateNumberOfMessages, ApproximateNumberOfMessagesNotVisible];
      expectSeen("visible and in flight", seen, ["2", "1"]);
    },
  },
];
