// The topics. Each topic's policy, or a trigger's role, says who may publish.
import { Aws } from "aws-cdk-lib";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { FifoThroughputScope, Topic } from "aws-cdk-lib/aws-sns";
import type { Construct } from "constructs";
import { bucketNames, bucketShapes } from "../../worker/fleet/buckets.ts";
import { type TopicName, topicShapes } from "../../worker/fleet/topics.ts";
import { bucketArn, type Placement, receiptRule } from "../placement.ts";

/** Creates a topic that accepts TLS only. The buckets or the mail rule that announce events there may publish. */
export function fleetTopic(scope: Construct, name: TopicName, placement: Placement): Topic {
  const { kind, publishedBy } = topicShapes[name];
  const fifo = kind === "fifo";
  const topic = new Topic(scope, `${name}-topic`, {
    topicName: placement.names.topics[name],
    enforceSSL: true,
    ...(fifo && {
      fifo,
      contentBasedDeduplication: false,
      fifoThroughputScope: FifoThroughputScope.MESSAGE_GROUP,
    }),
  });
  if (publishedBy === "triggers") return topic;
  const sources = publishedBy === "ses" ? [receiptRule(placement).arn] : announcingBuckets(name, placement);
  topic.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal(`${publishedBy}.amazonaws.com`)],
      actions: ["sns:Publish"],
      resources: [topic.topicArn],
      conditions: {
        ArnEquals: { "aws:SourceArn": sources },
        StringEquals: { "aws:SourceAccount": Aws.ACCOUNT_ID },
      },
    }),
  );
  return topic;
}

function announcingBuckets(topic: TopicName, placement: Placement): string[] {
  return bucketNames
    .filter((bucket) => bucketShapes[bucket].announces?.topic === topic)
    .map((bucket) => bucketArn(placement, bucket));
}
