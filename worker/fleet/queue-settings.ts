// The settings of all queues, under SQS's own attribute names. Local mode, provisioning and the cloud's stacks read this.

const dayInSeconds = 24 * 60 * 60;

/** Attributes of all FIFO queues. High throughput needs both scopes per message group. */
export const fifoAttributes = {
  FifoQueue: "true",
  ContentBasedDeduplication: "false",
  DeduplicationScope: "messageGroup",
  FifoThroughputLimit: "perMessageGroupId",
} as const;

/** Seconds a message is kept. A dead letter is kept longer, because a person has to look at it. */
export const retentionSeconds = { jobs: 4 * dayInSeconds, deadLetters: 14 * dayInSeconds } as const;

/** Only a backstop: the worker counts runs itself, and receives of whole groups raise the count of innocent messages. */
export const maxReceiveCount = 1000;
