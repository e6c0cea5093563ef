// How all queues are set up, as data in SQS's own attribute names. Local mode, provisioning and the cloud's stacks read this.

const dayInSeconds = 24 * 60 * 60;

/** Attributes of all our FIFO queues: high throughput needs both scopes per message group. */
export const fifoAttributes = {
  FifoQueue: "true",
  ContentBasedDeduplication: "false",
  DeduplicationScope: "messageGroup",
  FifoThroughputLimit: "perMessageGroupId",
} as const;

/** Seconds a message is kept: a dead letter longer than a job, for a person has to look at it. */
export const retentionSeconds = { jobs: 4 * dayInSeconds, deadLetters: 14 * dayInSeconds } as const;

/** Only a backstop: the worker counts real attempts itself, and joint receives raise the count of innocents. */
export const maxReceiveCount = 1000;
