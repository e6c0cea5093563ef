// The settings of all queues, under SQS's own attribute names. Local mode, provisioning and the cloud's stacks read this.

const dayInSeconds = 24 * 60 * 60;

/** Attributes of all FIFO queues. High throughput needs both scopes per message group. */
export const fifoAttributes = {
  FifoQueue: "true",
  ContentBasedDeduplication: "false",
  DeduplicationScope: "messageGroup",
  FifoThroughputLimit: "perMessageGroupId",
} as const;

/**
 * Seconds a message is kept: the longest SQS allows, at no extra charge. What is older is deleted without a word, so an alarm
 * tells of it at half of this age.
 */
export const retentionSeconds = { jobs: 14 * dayInSeconds, deadLetters: 14 * dayInSeconds } as const;

/** Only a backstop: the worker counts runs itself, and receives of whole groups raise the count of innocent messages. */
export const maxReceiveCount = 1000;
