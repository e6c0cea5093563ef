// Topics and subscriptions as the API shows them.
import type { Attributes } from "./attributes.ts";
import type { Subscription, Topic } from "./state.ts";

/** GetTopicAttributes. */
export function topicView(topic: Topic, accountId: string): Attributes {
  const policy = {
    Version: "2008-10-17",
    Id: "__default_policy_ID",
    Statement: [
      {
        Sid: "__default_statement_ID",
        Effect: "Allow",
        Principal: { AWS: "*" },
        Action: ["SNS:Publish", "SNS:Subscribe"],
        Resource: topic.arn,
        Condition: { StringEquals: { "AWS:SourceOwner": accountId } },
      },
    ],
  };
  return {
    DisplayName: "",
    Policy: JSON.stringify(policy),
    ...(topic.fifo && { ContentBasedDeduplication: "false", FifoThroughputScope: "Topic" }),
    ...topic.attributes,
    TopicArn: topic.arn,
    Owner: accountId,
    SubscriptionsConfirmed: String(topic.subscriptions.size),
    SubscriptionsPending: "0",
    SubscriptionsDeleted: String(topic.unsubscribed),
  };
}

/** GetSubscriptionAttributes. */
export function subscriptionAttributes(subscription: Subscription, accountId: string): Attributes {
  const { attributes, arn, topicArn, protocol, endpoint } = subscription;
  return {
    RawMessageDelivery: "false",
    ...(attributes.FilterPolicy !== undefined && { FilterPolicyScope: "MessageAttributes" }),
    ...attributes,
    SubscriptionArn: arn,
    TopicArn: topicArn,
    Protocol: protocol,
    Endpoint: endpoint,
    Owner: accountId,
    PendingConfirmation: "false",
    ConfirmationWasAuthenticated: "true",
    SubscriptionPrincipal: `arn:aws:iam::${accountId}:root`,
  };
}

/** One entry of ListSubscriptions. */
export function subscriptionView(
  { arn, topicArn, protocol, endpoint }: Subscription,
  accountId: string,
): Attributes {
  return {
    SubscriptionArn: arn,
    Owner: accountId,
    Protocol: protocol,
    Endpoint: endpoint,
    TopicArn: topicArn,
  };
}
