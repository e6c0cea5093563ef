// The queues. Messages are encrypted with SQS's own keys, sent over TLS only, and come only from roles of this account or
// from the topic that the queue is subscribed to.
import { Aws, Duration } from "aws-cdk-lib";
import { ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Subscription, SubscriptionFilter, SubscriptionProtocol, type Topic } from "aws-cdk-lib/aws-sns";
import {
  DeduplicationScope,
  FifoThroughputLimit,
  Queue,
  QueueEncryption,
  RedrivePermission,
} from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import type { JobDefinition } from "../../worker/engine/job/define-job.ts";
import { maxReceiveCount, retentionSeconds } from "../../worker/fleet/queue-settings.ts";
import { deadLetterQueueName, failedRecordsQueueName, queueName } from "../../worker/fleet/resources.ts";
import type { QueueSubscription } from "../../worker/fleet/topics.ts";
import { acknowledge } from "../acknowledge.ts";

/** The same as `fifoAttributes` in queue-settings.ts, in CDK's terms. A test compares the two. */
const fifo = {
  fifo: true,
  contentBasedDeduplication: false,
  deduplicationScope: DeduplicationScope.MESSAGE_GROUP,
  fifoThroughputLimit: FifoThroughputLimit.PER_MESSAGE_GROUP_ID,
};
const guarded = { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true };
const deadLetters = { ...guarded, retentionPeriod: Duration.seconds(retentionSeconds.deadLetters) };

/** The queue of a job kind and its dead-letter queue, which accepts messages of this queue only. */
export class JobQueue extends Construct {
  readonly kind: string;
  readonly jobs: Queue;
  readonly dead: Queue;

  constructor(
    scope: Construct,
    id: string,
    { fleet, job }: { fleet: string; job: Pick<JobDefinition, "kind" | "policy"> },
  ) {
    super(scope, id);
    this.kind = job.kind;
    const name = queueName(fleet, job.kind);
    // The ARN is built from the name, because the two queues refer to each other.
    const sourceArn = `arn:${Aws.PARTITION}:sqs:${Aws.REGION}:${Aws.ACCOUNT_ID}:${name}`;
    this.dead = new Queue(this, "Dead", {
      ...deadLetters,
      ...fifo,
      queueName: deadLetterQueueName(fleet, job.kind),
      redriveAllowPolicy: {
        redrivePermission: RedrivePermission.BY_QUEUE,
        sourceQueues: [Queue.fromQueueArn(this, "Source", sourceArn)],
      },
    });
    this.jobs = new Queue(this, "Jobs", {
      ...guarded,
      ...fifo,
      queueName: name,
      retentionPeriod: Duration.seconds(retentionSeconds.jobs),
      visibilityTimeout: Duration.seconds(job.policy.visibilitySeconds),
      deadLetterQueue: { queue: this.dead, maxReceiveCount },
    });
  }
}

/** Creates the standard queue for events that a trigger could not process. */
export function failedEventsQueue(scope: Construct, fleet: string, trigger: string): Queue {
  const queue = new Queue(scope, `${trigger}-failed`, {
    ...deadLetters,
    queueName: failedRecordsQueueName(fleet, trigger),
  });
  acknowledge(queue, { SQS3: "Failed events end here: it is a dead-letter queue itself." });
  return queue;
}

/** Subscribes a queue to a topic and allows only that topic to send. Messages arrive exactly as published. */
export function subscribe({ jobs }: JobQueue, topic: Topic, { filterPolicy = {} }: QueueSubscription): void {
  const grant = jobs.grantSendMessages(
    new ServicePrincipal("sns.amazonaws.com", {
      conditions: {
        ArnEquals: { "aws:SourceArn": topic.topicArn },
        StringEquals: { "aws:SourceAccount": Aws.ACCOUNT_ID },
      },
    }),
  );
  const filters = Object.entries(filterPolicy).map(([attribute, allowlist]) => [
    attribute,
    SubscriptionFilter.stringFilter({ allowlist: [...allowlist] }),
  ]);
  const subscription = new Subscription(jobs, "Subscription", {
    topic,
    protocol: SubscriptionProtocol.SQS,
    endpoint: jobs.queueArn,
    rawMessageDelivery: true,
    ...(filters.length > 0 && { filterPolicy: Object.fromEntries(filters) }),
  });
  grant.applyBefore(subscription);
}
