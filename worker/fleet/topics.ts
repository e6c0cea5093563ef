// The fleet's topics as data. S3 cannot publish to FIFO topics; FIFO topics deliver to queues only.
import type { ResourceNames } from "./resources.ts";

/** What code calls a topic. */
export type TopicName = keyof ResourceNames["topics"];

/** A topic; a FIFO topic's name ends in `.fifo`, see resources.ts. */
export type TopicShape = {
  kind: "standard" | "fifo";
  /** Who publishes to it: the topic's policy or a trigger's role allows nobody else. */
  publishedBy: "s3" | "ses" | "triggers";
};

export const topicShapes: Readonly<Record<TopicName, TopicShape>> = {
  uploads: { kind: "standard", publishedBy: "s3" },
  results: { kind: "standard", publishedBy: "s3" },
  mails: { kind: "standard", publishedBy: "ses" },
  words: { kind: "fifo", publishedBy: "triggers" },
};

/** Attributes of FIFO topics: ids are always given, and groups have a throughput of their own, as our queues'. */
export const fifoTopicAttributes = {
  FifoTopic: "true",
  ContentBasedDeduplication: "false",
  FifoThroughputScope: "MessageGroup",
} as const;

/** All names, in the order above. */
export const topicNames = Object.keys(topicShapes) as TopicName[];

/** What brings a topic's messages into a job kind's queue as they were published (raw delivery). */
export type QueueSubscription = {
  topic: TopicName;
  /** The event that becomes a job of the kind; others of the topic are left out by the filter policy. */
  event: string;
  /** SNS filter policy on message attributes; nothing is left out where there is none. */
  filterPolicy?: Readonly<Record<string, readonly string[]>>;
};
