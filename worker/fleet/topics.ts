// The fleet's topics as data. S3 cannot publish to FIFO topics; FIFO topics deliver to queues only.
import type { ResourceNames } from "./resources.ts";

/** What code calls a topic. */
export type TopicName = keyof ResourceNames["topics"];

/** A topic. A FIFO topic's name ends in `.fifo`; see resources.ts. */
export type TopicShape = {
  kind: "standard" | "fifo";
  /** The only publisher that the topic's policy or a trigger's role allows. */
  publishedBy: "s3" | "ses" | "triggers";
};

export const topicShapes: Readonly<Record<TopicName, TopicShape>> = {
  uploads: { kind: "standard", publishedBy: "s3" },
  results: { kind: "standard", publishedBy: "s3" },
  mails: { kind: "standard", publishedBy: "ses" },
  words: { kind: "fifo", publishedBy: "triggers" },
  files: { kind: "standard", publishedBy: "s3" },
};

/** Attributes of FIFO topics. Like our queues they get explicit ids and have throughput per group. */
export const fifoTopicAttributes = {
  FifoTopic: "true",
  ContentBasedDeduplication: "false",
  FifoThroughputScope: "MessageGroup",
} as const;

/** All names, in the order above. */
export const topicNames = Object.keys(topicShapes) as TopicName[];

/** A queue's subscription to a topic; messages arrive unchanged (raw delivery). */
export type QueueSubscription = {
  topic: TopicName;
  /** The event that becomes a job of the kind. The filter policy drops the topic's other events. */
  event: string;
  /** SNS filter policy on message attributes; without one nothing is dropped. */
  filterPolicy?: Readonly<Record<string, readonly string[]>>;
};
