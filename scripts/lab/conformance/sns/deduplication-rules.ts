// Rules about deduplication by a FIFO topic.

import { expectRefusal, expectSeen, type Rule } from "../rule.ts";
import { receive, standardQueue } from "../sqs/queue-steps.ts";
import { delivered, fifoTopic, publish, raw, subscribed } from "./topic-steps.ts";

const deduplicating = "Amazon SNS message deduplication for FIFO topics";

export const snsDeduplicationRules: readonly Rule[] = [
  {
    id: "sns-deduplication-id-passes-through",
    service: "sns",
    statement: "The queue's message has the deduplication id of the publication.",
    source: deduplicating,
    run: async (context) => {
      const topic = await fifoTopic(context);
      const url = await subscribed(context, topic);
      await publish(context, topic, "x", { MessageDeduplicationId: "my-id" });
      await context.wait(1);
      const [message] = await receive(context, url);
      expectSeen("deduplication id", message?.Attributes?.MessageDeduplicationId, "my-id");
    },
  },
  {
    id: "sns-copy-is-not-delivered",
    service: "sns",
    statement: "A second publication with the same deduplication id is accepted but not delivered.",
    source: deduplicating,
    run: async (context) => {
      const topic = await fifoTopic(context);
      const url = await subscribed(context, topic, raw, standardQueue);
      await publish(context, topic, "first", { MessageDeduplicationId: "d" });
      await publish(context, topic, "second", { MessageDeduplicationId: "d" });
      expectSeen("messages", await delivered(context, url), ["first"]);
    },
  },
  {
    id: "sns-content-based-deduplication",
    service: "sns",
    statement: "With content-based deduplication, two publications of the same message are delivered once.",
    source: deduplicating,
    run: async (context) => {
      const topic = await fifoTopic(context, { ContentBasedDeduplication: "true" });
      const url = await subscribed(context, topic, raw, standardQueue);
      const ids = { MessageDeduplicationId: undefined };
      await publish(context, topic, "x", ids);
      await publish(context, topic, "x", ids);
      await publish(context, topic, "y", ids);
      expectSeen("messages", (await delivered(context, url)).sort(), ["x", "y"]);
    },
  },
  {
    id: "sns-content-based-into-enveloped-queue",
    service: "sns",
    statement: "The topic's content-based deduplication also works for a queue that receives the envelope.",
    source: deduplicating,
    run: async (context) => {
      const topic = await fifoTopic(context, { ContentBasedDeduplication: "true" });
      const url = await subscribed(context, topic, {});
      await publish(context, topic, "x", { MessageDeduplicationId: undefined });
      await publish(context, topic, "x", { MessageDeduplicationId: undefined });
      expectSeen("number of messages", (await delivered(context, url)).length, 1);
    },
  },
  {
    id: "sns-deduplication-id-needed",
    service: "sns",
    statement: "Without content-based deduplication, a publication without a deduplication id is refused.",
    source: deduplicating,
    run: async (context) => {
      const topic = await fifoTopic(context);
      await expectRefusal("without id", publish(context, topic, "x", { MessageDeduplicationId: undefined }));
    },
  },
  {
    id: "sns-window-is-five-minutes",
    service: "sns",
    statement: "After 5 minutes, a publication with the same deduplication id is delivered again.",
    source: deduplicating,
    slow: true,
    run: async (context) => {
      const topic = await fifoTopic(context);
      const url = await subscribed(context, topic, raw, standardQueue);
      await publish(context, topic, "x");
      await context.wait(290);
      await publish(context, topic, "x");
      expectSeen("messages after 290 s", await delivered(context, url), ["x"]);
      await context.wait(15);
      await publish(context, topic, "x");
      expectSeen("messages after 305 s", await delivered(context, url), ["x"]);
    },
  },
];
