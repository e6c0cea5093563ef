// Queue and dead-letter queue of every job kind at any SQS endpoint, from the catalog.
import { CreateQueueCommand, GetQueueAttributesCommand, type SQSClient } from "@aws-sdk/client-sqs";
import type { JobDefinition } from "../../worker/jobs/define-job.ts";
import { deadLetterQueueName, failedRecordsQueueName, queueName } from "../../worker/resources.ts";

const fourteenDays = String(14 * 24 * 60 * 60);
const fourDays = String(4 * 24 * 60 * 60);

/** Only a backstop: the worker counts real attempts itself, and joint receives raise the count of innocents. */
const maxReceiveCount = 1000;

/** Attributes of all our FIFO queues: high throughput needs both scopes per message group. */
const fifoAttributes = {
  FifoQueue: "true",
  ContentBasedDeduplication: "false",
  DeduplicationScope: "messageGroup",
  FifoThroughputLimit: "perMessageGroupId",
};

/** Creates the queues of one job kind; repeating it changes nothing. */
export async function createQueues(
  sqs: SQSClient,
  fleet: string,
  { kind, policy }: Pick<JobDefinition, "kind" | "policy">,
): Promise<void> {
  const dead = await sqs.send(
    new CreateQueueCommand({
      QueueName: deadLetterQueueName(fleet, kind),
      Attributes: { ...fifoAttributes, MessageRetentionPeriod: fourteenDays },
    }),
  );
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: dead.QueueUrl, AttributeNames: ["QueueArn"] }),
  );
  await sqs.send(
    new CreateQueueCommand({
      QueueName: queueName(fleet, kind),
      Attributes: {
        ...fifoAttributes,
        MessageRetentionPeriod: fourDays,
        VisibilityTimeout: String(policy.visibilitySeconds),
        RedrivePolicy: JSON.stringify({ deadLetterTargetArn: Attributes?.QueueArn, maxReceiveCount }),
      },
    }),
  );
}

/** Creates the standard queue for records a stream's trigger could not take; repeating it changes nothing. */
export async function createFailedRecordsQueue(
  sqs: SQSClient,
  fleet: string,
  trigger: string,
): Promise<void> {
  const QueueName = failedRecordsQueueName(fleet, trigger);
  const Attributes = { MessageRetentionPeriod: fourteenDays };
  await sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
}
