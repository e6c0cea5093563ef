// Topics, and who is subscribed to them, at any SNS endpoint. Repeating a call changes nothing.
import { CreateTopicCommand, type SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import { GetQueueAttributesCommand, GetQueueUrlCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { queueName } from "../../worker/resources.ts";
import { fifoTopicAttributes, type QueueSubscription, type TopicShape } from "../../worker/topics.ts";

/** Creates a topic by its name at the endpoint and answers its ARN. */
export async function createTopic(
  sns: SNSClient,
  name: string,
  { kind }: Pick<TopicShape, "kind">,
): Promise<string> {
  const attributes = kind === "fifo" ? { Attributes: { ...fifoTopicAttributes } } : {};
  const { TopicArn = "" } = await sns.send(new CreateTopicCommand({ Name: name, ...attributes }));
  return TopicArn;
}

/** Lets a topic call a trigger. */
export async function subscribeTrigger(sns: SNSClient, topicArn: string, triggerArn: string): Promise<void> {
  await sns.send(new SubscribeCommand({ TopicArn: topicArn, Protocol: "lambda", Endpoint: triggerArn }));
}

/** Lets a topic's messages into a job kind's queue, as they were published. */
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
