// Topics and their subscriptions at any SNS endpoint. Repeating a call changes nothing.
import { CreateTopicCommand, type SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import { GetQueueAttributesCommand, GetQueueUrlCommand, type SQSClient } from "@aws-sdk/client-sqs";
import type { JobDefinition } from "../../worker/engine/job/define-job.ts";
import { queueName, type ResourceNames } from "../../worker/fleet/resources.ts";
import {
  fifoTopicAttributes,
  type QueueSubscription,
  type TopicName,
  type TopicShape,
  topicNames,
  topicShapes,
} from "../../worker/fleet/topics.ts";
import { catalog } from "../../worker/jobs/catalog.ts";

/** Creates a topic at the endpoint and returns its ARN. */
export async function createTopic(
  sns: SNSClient,
  name: string,
  { kind }: Pick<TopicShape, "kind">,
): Promise<string> {
  const attributes = kind === "fifo" ? { Attributes: { ...fifoTopicAttributes } } : {};
  const { TopicArn = "" } = await sns.send(new CreateTopicCommand({ Name: name, ...attributes }));
  return TopicArn;
}

/** ARNs of the fleet's topics, by their name in code. */
export type TopicArns = Readonly<Record<TopicName, string>>;

/** Creates all topics of a fleet. */
export async function createTopics(sns: SNSClient, { topics }: ResourceNames): Promise<TopicArns> {
  const arns: Partial<Record<TopicName, string>> = {};
  for (const topic of topicNames) arns[topic] = await createTopic(sns, topics[topic], topicShapes[topic]);
  return arns as TopicArns;
}

/** Subscribes the queue of every kind that has a subscription to its topic. */
export async function subscribeKinds(
  clients: { sns: SNSClient; sqs: SQSClient },
  fleet: string,
  topicArns: TopicArns,
): Promise<void> {
  for (const { kind, subscription } of Object.values<Pick<JobDefinition, "kind" | "subscription">>(catalog))
    if (subscription)
      await subscribeQueue(clients, fleet, kind, {
        ...subscription,
        topicArn: topicArns[subscription.topic],
      });
}

/** Subscribes a trigger to a topic. */
export async function subscribeTrigger(sns: SNSClient, topicArn: string, triggerArn: string): Promise<void> {
  await sns.send(new SubscribeCommand({ TopicArn: topicArn, Protocol: "lambda", Endpoint: triggerArn }));
}

/** Subscribes a kind's queue to a topic; messages arrive as they were published. */
export async function subscribeQueue(
  { sns, sqs }: { sns: SNSClient; sqs: SQSClient },
  fleet: string,
  kind: string,
  { topicArn, filterPolicy }: Pick<QueueSubscription, "filterPolicy"> & { topicArn: string },
): Promise<void> {
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: queueName(fleet, kind) }));
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["QueueArn"] }),
  );
  await sns.send(
    new SubscribeCommand({
      TopicArn: topicArn,
      Protocol: "sqs",
      Endpoint: Attributes?.QueueArn,
      Attributes: {
        RawMessageDelivery: "true",
        ...(filterPolicy && { FilterPolicy: JSON.stringify(filterPolicy) }),
      },
    }),
  );
}
