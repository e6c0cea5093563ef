// Rules about what a FIFO queue accepts in single requests: ids, bodies, sizes, attributes, delays.

import { expectRefusal, expectSeen, type Rule } from "../rule.ts";
import { fifoQueue, receive, send } from "./queue-steps.ts";

const sending = "SendMessage (Amazon SQS API Reference)";
const megabyte = 1_048_576;

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
];
