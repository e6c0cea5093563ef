// Creates queue and dead-letter queue of a job kind at any SQS endpoint.
import { CreateQueueCommand, GetQueueAttributesCommand, type SQSClient } from "@aws-sdk/client-sqs";
import type { JobDefinition } from "../../worker/engine/job/define-job.ts";
import { fifoAttributes, maxReceiveCount, retentionSeconds } from "../../worker/fleet/queue-settings.ts";
import { deadLetterQueueName, failedRecordsQueueName, queueName } from "../../worker/fleet/resources.ts";

/** Creates the queues of one job kind; repeating it changes nothing. */
export async function createQueues(
  sqs: SQSClient,
  fleet: string,
  { kind, policy }: Pick<JobDefinition, "kind" | "policy">,
): Promise<void> {
  const dead = await sqs.send(
    new CreateQueueCommand({
      QueueName: deadLetterQueueName(fleet, kind),
      Attributes: { ...fifoAttributes, MessageRetentionPeriod: String(retentionSeconds.deadLetters) },
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
        MessageRetentionPeriod: String(retentionSeconds.jobs),
        VisibilityTimeout: String(policy.visibilitySeconds),
        RedrivePolicy: JSON.stringify({ deadLetterTargetArn: Attributes?.QueueArn, maxReceiveCount }),
      },
    }),
  );
}

/** Creates the standard queue for events that a trigger could not process; repeating it changes nothing. */
export async function createFailedRecordsQueue(
  sqs: SQSClient,
  fleet: string,
  trigger: string,
): Promise<void> {
  const QueueName = failedRecordsQueueName(fleet, trigger);
  const Attributes = { MessageRetentionPeriod: String(retentionSeconds.deadLetters) };
  await sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
}
