// Spot notices of the region as a rule: its count is on the dashboard, its events go to the scaling topic.
import { Aws } from "aws-cdk-lib";
import { Rule } from "aws-cdk-lib/aws-events";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { Topic } from "aws-cdk-lib/aws-sns";
import type { Construct } from "constructs";

/** The rule's name, by which its metric goes. */
export const interruptionRule = (fleet: string) => `${fleet}-spot-interruptions`;

/** Tells the topic of interruption warnings. EC2 names the instance only, so those of other fleets of the region are among them. */
export function announceInterruptions(scope: Construct, fleet: string, topic: Topic): void {
  const ruleName = interruptionRule(fleet);
  const rule = new Rule(scope, "Interruptions", {
    ruleName,
    description: "Spot instances that EC2 is about to take back",
    eventPattern: { source: ["aws.ec2"], detailType: ["EC2 Spot Instance Interruption Warning"] },
  });
  // CDK's own target would let rules of every account publish.
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
