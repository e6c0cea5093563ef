// Queues and topics of the synthesised templates.
import { expect, test } from "vitest";
import { triggersWithFailures } from "../../triggers/catalog/event-sources.ts";
import { fifoAttributes } from "../../worker/fleet/queue-settings.ts";
import { deadLetterQueueName, queueName, resourceNames } from "../../worker/fleet/resources.ts";
import { topicNames, topicShapes } from "../../worker/fleet/topics.ts";
import { catalog, jobKinds } from "../../worker/jobs/catalog.ts";
import { fleetOf, listed, ofType, resourcesOf, spelled, statementsIn } from "../support/synth.ts";

const resources = resourcesOf({ messaging: fleetOf().messaging });
const queues = ofType(resources, "AWS::SQS::Queue");
const queue = (name: string) => {
  const found = queues.find(({ Properties }) => Properties.QueueName === name);
  if (found === undefined) throw new Error(`no queue ${name}`);
  return found;
};

test.each(jobKinds)(
  "the queue of %s is a high-throughput FIFO queue with its own lease and dead-letter queue",
  (kind) => {
    const dead = queue(deadLetterQueueName("fifo-fleet", kind));
    expect(queue(queueName("fifo-fleet", kind)).Properties).toMatchObject({
      FifoQueue: true,
      ContentBasedDeduplication: false,
      DeduplicationScope: fifoAttributes.DeduplicationScope,
      FifoThroughputLimit: fifoAttributes.FifoThroughputLimit,
      VisibilityTimeout: catalog[kind].policy.visibilitySeconds,
      RedrivePolicy: { deadLetterTargetArn: { "Fn::GetAtt": [dead.id, "Arn"] }, maxReceiveCount: 1000 },
    });
  },
);

test.each(jobKinds)(
  "the dead-letter queue of %s keeps messages as long as SQS allows, no shorter than the queue, and accepts only its messages",
  (kind) => {
    const { Properties: dead } = queue(deadLetterQueueName("fifo-fleet", kind));
    const { Properties: jobs } = queue(queueName("fifo-fleet", kind));
    expect(dead).toMatchObject({ FifoQueue: true, MessageRetentionPeriod: 14 * 24 * 3600 });
    expect(Number(dead.MessageRetentionPeriod)).toBeGreaterThanOrEqual(Number(jobs.MessageRetentionPeriod));
    const { redrivePermission, sourceQueueArns } = dead.RedriveAllowPolicy as Record<string, unknown>;
    expect(redrivePermission).toBe("byQueue");
    expect(listed(sourceQueueArns)).toEqual([
      `arn:<AWS::Partition>:sqs:<AWS::Region>:<AWS::AccountId>:${queueName("fifo-fleet", kind)}`,
    ]);
  },
);

test("every trigger whose events could be lost has a standard queue for failed events", () => {
  for (const trigger of triggersWithFailures) {
    const { Properties } = queue(`fifo-fleet-${trigger}-failed`);
    expect(Properties.FifoQueue).toBeUndefined();
    expect(Properties.MessageRetentionPeriod).toBe(14 * 24 * 3600);
  }
});

test("every queue is encrypted at rest and refuses requests without TLS", () => {
  const policies = ofType(resources, "AWS::SQS::QueuePolicy");
  expect(queues.length).toBe(2 * jobKinds.length + triggersWithFailures.length);
  for (const { id, Properties } of queues) {
    expect(Properties.SqsManagedSseEnabled).toBe(true);
    const own = policies.filter((policy) => listed(policy.Properties.Queues).includes(`<${id}>`));
    expect(own.flatMap(statementsIn)).toContainEqual(
      expect.objectContaining({ Effect: "Deny", Condition: { Bool: { "aws:SecureTransport": "false" } } }),
    );
  }
});

test("topics have their type and refuse requests without TLS", () => {
  const topics = ofType(resources, "AWS::SNS::Topic");
  const policies = ofType(resources, "AWS::SNS::TopicPolicy");
  for (const name of topicNames) {
    const topic = topics.find(
      ({ Properties }) => Properties.TopicName === resourceNames("fifo-fleet").topics[name],
    );
    expect(topic?.Properties.FifoTopic === true).toBe(topicShapes[name].kind === "fifo");
    const own = policies.filter(({ Properties }) => listed(Properties.Topics).includes(`<${topic?.id}>`));
    expect(own.flatMap(statementsIn)).toContainEqual(
      expect.objectContaining({ Effect: "Deny", Condition: { Bool: { "aws:SecureTransport": "false" } } }),
    );
  }
});

test("every service that may publish or send is restricted to its own resource and this account", () => {
  const allowed = [
    ...ofType(resources, "AWS::SNS::TopicPolicy"),
    ...ofType(resources, "AWS::SQS::QueuePolicy"),
  ]
    .flatMap(statementsIn)
    .filter(({ Effect }) => Effect === "Allow");
  expect(allowed.length).toBeGreaterThanOrEqual(3);
  for (const { Condition, Principal } of allowed) {
    expect(Principal).toHaveProperty("Service");
    expect(Condition?.ArnEquals).toHaveProperty("aws:SourceArn");
    expect(spelled(Condition?.StringEquals?.["aws:SourceAccount"])).toBe("<AWS::AccountId>");
  }
});

test("S3 may publish the events of the uploads bucket, and SES those of the mails that its rule stores", () => {
  const sources = ofType(resources, "AWS::SNS::TopicPolicy")
    .flatMap(statementsIn)
    .filter(({ Effect }) => Effect === "Allow")
    .flatMap(({ Condition }) => listed(Condition?.ArnEquals?.["aws:SourceArn"]));
  expect(sources).toEqual(
    expect.arrayContaining([
      "arn:<AWS::Partition>:s3:::fifo-fleet-uploads-<AWS::AccountId>-<AWS::Region>",
      "arn:<AWS::Partition>:ses:<AWS::Region>:<AWS::AccountId>:receipt-rule-set/fifo-fleet-mails:receipt-rule/store",
    ]),
  );
});
