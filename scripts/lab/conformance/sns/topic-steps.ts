// The calls that SNS rules are written in: a topic, a subscribed queue, a publication, what was delivered.
import {
  CreateTopicCommand,
  DeleteTopicCommand,
  PublishCommand,
  type PublishCommandInput,
  SubscribeCommand,
} from "@aws-sdk/client-sns";
import { SetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import type { RuleContext } from "../rule.ts";
import { arnOf, drain, fifoQueue } from "../sqs/queue-steps.ts";

/** Subscription attributes for raw delivery. */
export const raw = { RawMessageDelivery: "true" };

export async function fifoTopic(
  context: RuleContext,
  attributes: Record<string, string> = {},
): Promise<string> {
  const Attributes = { FifoTopic: "true", ...attributes };
  const created = await context.sns.send(
    new CreateTopicCommand({ Name: `${context.name("topic")}.fifo`, Attributes }),
  );
  const TopicArn = created.TopicArn ?? "";
  context.later(() => context.sns.send(new DeleteTopicCommand({ TopicArn })));
  return TopicArn;
}

/** Subscribes a new queue and lets the topic send to it. Returns the queue's URL. */
export async function subscribed(
  context: RuleContext,
  TopicArn: string,
  Attributes: Record<string, string> = raw,
  make: (context: RuleContext) => Promise<string> = fifoQueue,
): Promise<string> {
  const url = await make(context);
  const Endpoint = await arnOf(context, url);
  const Statement = [{ Effect: "Allow", Principal: "*", Action: "sqs:SendMessage", Resource: Endpoint }];
  const Policy = JSON.stringify({ Version: "2012-10-17", Statement });
  await context.sqs.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes: { Policy } }));
  await context.sns.send(new SubscribeCommand({ TopicArn, Protocol: "sqs", Endpoint, Attributes }));
  return url;
}

export function publish(
  context: RuleContext,
  TopicArn: string,
  Message: string,
  options: Partial<PublishCommandInput> = {},
) {
  const ids = { MessageGroupId: "g", MessageDeduplicationId: Message };
  return context.sns.send(new PublishCommand({ TopicArn, Message, ...ids, ...options }));
}

/** Everything in the queue, after the topic has had time to deliver. */
export async function delivered(context: RuleContext, url: string): Promise<string[]> {
  await context.wait(1);
  return drain(context, url);
}
