// An EventBridge rule for the spot interruption warnings of the region. The dashboard shows its count; its events go to the
// scaling topic.
import { Aws } from "aws-cdk-lib";
import { Rule } from "aws-cdk-lib/aws-events";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { Topic } from "aws-cdk-lib/aws-sns";
import type { Construct } from "constructs";

/** The name of the rule, which is also the dimension of its metric. */
export const interruptionRule = (fleet: string) => `${fleet}-spot-interruptions`;

/** Sends interruption warnings to the topic. EC2 names only the instance, so warnings for other fleets are included. */
export function announceInterruptions(scope: Construct, fleet: string, topic: Topic): void {
  const ruleName = interruptionRule(fleet);
  const rule = new Rule(scope, "Interruptions", {
    ruleName,
    description: "Spot instances that EC2 is about to reclaim",
    eventPattern: { source: ["aws.ec2"], detailType: ["EC2 Spot Instance Interruption Warning"] },
  });
  // CDK's own target would allow rules of any account to publish.
  rule.addTarget({ bind: () => ({ arn: topic.topicArn }) });
  topic.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal("events.amazonaws.com")],
      actions: ["sns:Publish"],
      resources: [topic.topicArn],
      conditions: {
        ArnEquals: {
          "aws:SourceArn": `arn:${Aws.PARTITION}:events:${Aws.REGION}:${Aws.ACCOUNT_ID}:rule/${ruleName}`,
        },
        StringEquals: { "aws:SourceAccount": Aws.ACCOUNT_ID },
      },
    }),
  );
}
