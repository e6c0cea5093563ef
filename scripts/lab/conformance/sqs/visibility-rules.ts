// Rules about visibility timeouts and receipt handles of FIFO queues.

import { expectRefusal, expectSeen, type Rule } from "../rule.ts";
import {
  attributes,
  drain,
  fifoQueue,
  hide,
  receive,
  receiveBodies,
  remove,
  send,
  sendAll,
} from "./queue-steps.ts";

const visibility = "Amazon SQS visibility timeout";
const deleting = "DeleteMessage (Amazon SQS API Reference)";
const receiving = "ReceiveMessage (Amazon SQS API Reference)";
const changing = "ChangeMessageVisibility (Amazon SQS API Reference)";

export const sqsVisibilityRules: readonly Rule[] = [
  {
    id: "sqs-invisible-until-timeout",
    service: "sqs",
    statement: "A received message is hidden for its visibility timeout and can be received again after it.",
    source: visibility,
    run: async (context) => {
      const url = await fifoQueue(context, { VisibilityTimeout: "3" });
      await send(context, url, "x");
      expectSeen("first receive", await receiveBodies(context, url), ["x"]);
      expectSeen("receive within the timeout", await receiveBodies(context, url), []);
      await context.wait(4);
      expectSeen("receive after the timeout", await receiveBodies(context, url), ["x"]);
    },
  },
  {
    id: "sqs-receive-overrides-timeout",
    service: "sqs",
    statement: "A receive's own visibility timeout is used instead of the queue's.",
    source: visibility,
    run: async (context) => {
      const url = await fifoQueue(context, { VisibilityTimeout: "600" });
      await send(context, url, "x");
      await receive(context, url, { visibility: 1 });
      await context.wait(2);
      expectSeen("receive after a second", await receiveBodies(context, url), ["x"]);
    },
  },
  {
    id: "sqs-zero-timeout-makes-visible",
    service: "sqs",
    statement: "Changing the visibility timeout to 0 makes a message available at once.",
    source: visibility,
    run: async (context) => {
      const url = await fifoQueue(context);
      await send(context, url, "x");
      const [message] = await receive(context, url);
      await hide(context, url, message, 0);
      expectSeen("receive after the return", await receiveBodies(context, url), ["x"]);
    },
  },
  {
    id: "sqs-change-counts-from-now",
    service: "sqs",
    statement: "A changed visibility timeout counts from the change, not from the receive.",
    source: visibility,
    run: async (context) => {
      const url = await fifoQueue(context, { VisibilityTimeout: "3" });
      await send(context, url, "x");
      const [message] = await receive(context, url);
      await context.wait(2);
      await hide(context, url, message, 4);
      await context.wait(2);
      expectSeen("receive within the extension", await receiveBodies(context, url), []);
      await context.wait(3);
      expectSeen("receive after the extension", await receiveBodies(context, url), ["x"]);
    },
  },
  {
    id: "sqs-change-is-not-remembered",
    service: "sqs",
    statement: "A changed timeout applies to that receive only; the next one uses the queue's again.",
    source: visibility,
    run: async (context) => {
      const url = await fifoQueue(context, { VisibilityTimeout: "2" });
      await send(context, url, "x");
      const [message] = await receive(context, url);
      await hide(context, url, message, 600);
      await hide(context, url, message, 0);
      await receive(context, url);
      await context.wait(3);
      expectSeen("receive after the queue's timeout", await receiveBodies(context, url), ["x"]);
    },
  },
  {
    id: "sqs-expired-handle-cannot-delete",
    service: "sqs",
    statement: "A handle whose visibility timeout has ended cannot delete its message.",
    source: receiving,
    run: async (context) => {
      const url = await fifoQueue(context, { VisibilityTimeout: "1" });
      await send(context, url, "x");
      const [message] = await receive(context, url);
      await context.wait(2);
      await expectRefusal("deletion with the expired handle", remove(context, url, message));
      expectSeen("receive after it", await receiveBodies(context, url), ["x"]);
    },
  },
  {
    id: "sqs-older-handle-cannot-delete",
    service: "sqs",
    statement: "After a message was received again, the handle of the earlier receive cannot delete it.",
    source: receiving,
    run: async (context) => {
      const url = await fifoQueue(context, { VisibilityTimeout: "1" });
      await send(context, url, "x");
      const [old] = await receive(context, url);
      await context.wait(2);
      const [current] = await receive(context, url, { visibility: 60 });
      await expectRefusal("deletion with the older handle", remove(context, url, old));
      await remove(context, url, current);
      expectSeen("messages left", await drain(context, url), []);
    },
  },
  {
    id: "sqs-expired-handle-cannot-extend",
    service: "sqs",
    statement: "A handle whose visibility timeout has ended cannot extend it.",
    source: changing,
    run: async (context) => {
      const url = await fifoQueue(context, { VisibilityTimeout: "1" });
      await send(context, url, "x");
      const [message] = await receive(context, url);
      await context.wait(2);
      await expectRefusal("extension with the expired handle", hide(context, url, message, 60));
      expectSeen("receive after it", await receiveBodies(context, url), ["x"]);
    },
  },
  {
    id: "sqs-older-handle-cannot-extend",
    service: "sqs",
    statement: "After a message was received again, the handle of the earlier receive cannot return it.",
    source: changing,
    run: async (context) => {
      const url = await fifoQueue(context, { VisibilityTimeout: "1" });
      await send(context, url, "x");
      const [old] = await receive(context, url);
      await context.wait(2);
      await receive(context, url, { visibility: 60 });
      await expectRefusal("return with the older handle", hide(context, url, old, 0));
      expectSeen("receive after it", await receiveBodies(context, url), []);
    },
  },
  {
    id: "sqs-extended-message-can-be-deleted",
    service: "sqs",
    statement: "A handle remains valid beyond the first timeout if it was extended in time.",
    source: changing,
    run: async (context) => {
      const url = await fifoQueue(context, { VisibilityTimeout: "2" });
      await send(context, url, "x");
      const [message] = await receive(context, url);
      await hide(context, url, message, 10);
      await context.wait(3);
      await remove(context, url, message);
      const { ApproximateNumberOfMessagesNotVisible, ApproximateNumberOfMessages } = await attributes(
        context,
        url,
      );
      expectSeen(
        "messages left",
        [ApproximateNumberOfMessages, ApproximateNumberOfMessagesNotVisible],
        ["0", "0"],
      );
    },
  },
  {
    id: "sqs-delete-twice-succeeds",
    service: "sqs",
    statement: "Deleting a message again succeeds.",
    source: deleting,
    run: async (context) => {
      const url = await fifoQueue(context);
      await send(context, url, "x");
      const [message] = await receive(context, url);
      await remove(context, url, message);
      await remove(context, url, message);
    },
  },
  {
    id: "sqs-malformed-handle-refused",
    service: "sqs",
    statement: "A malformed receipt handle is refused as ReceiptHandleIsInvalid.",
    source: deleting,
    run: async (context) => {
      const url = await fifoQueue(context);
      const call = remove(context, url, { ReceiptHandle: "garbage" });
      await expectRefusal("deletion with garbage", call, "ReceiptHandleIsInvalid");
    },
  },
  {
    id: "sqs-change-after-delete-refused",
    service: "sqs",
    statement: "Changing the visibility of a deleted message is refused.",
    source: changing,
    run: async (context) => {
      const url = await fifoQueue(context);
      await send(context, url, "x");
      const [message] = await receive(context, url);
      await remove(context, url, message);
      await expectRefusal("change after deletion", hide(context, url, message, 10));
    },
  },
  {
    id: "sqs-timeout-above-12-hours-refused",
    service: "sqs",
    statement: "A visibility timeout above 43,200 seconds is refused.",
    source: changing,
    run: async (context) => {
      const url = await fifoQueue(context);
      await send(context, url, "x");
      const [message] = await receive(context, url);
      await expectRefusal("timeout of 43,201 s", hide(context, url, message, 43_201));
    },
  },
  {
    id: "sqs-total-visibility-12-hours",
    service: "sqs",
    statement:
      "After a receive, a message can be hidden for 12 hours in total; an extension beyond that is refused.",
    source: changing,
    run: async (context) => {
      const url = await fifoQueue(context, { VisibilityTimeout: "600" });
      await send(context, url, "x");
      const [message] = await receive(context, url);
      await context.wait(2);
      await expectRefusal("extension to 12 h and 2 s after the receive", hide(context, url, message, 43_200));
      await hide(context, url, message, 43_100);
    },
  },
  {
    id: "sqs-receive-count-rises",
    service: "sqs",
    statement: "Every receive increases ApproximateReceiveCount of each message it returns.",
    source: "ReceiveMessage (Amazon SQS API Reference)",
    run: async (context) => {
      const url = await fifoQueue(context, { VisibilityTimeout: "1" });
      await sendAll(context, url, ["a-1", "a-2"]);
      const counts = async () => {
        const messages = await receive(context, url);
        return messages.map((message) => message.Attributes?.ApproximateReceiveCount);
      };
      expectSeen("counts of the first receive", await counts(), ["1", "1"]);
      await context.wait(2);
      expectSeen("counts of the second receive", await counts(), ["2", "2"]);
    },
  },
];
