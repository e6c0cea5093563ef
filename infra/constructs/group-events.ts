// EventBridge rules for what happens to the fleet's instances: spot warnings of the region, launches that failed, and
// instance refreshes that failed. Their counts are metrics; their events go to the scaling topic.
import { Aws } from "aws-cdk-lib";
import { type EventPattern, Rule } from "aws-cdk-lib/aws-events";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { CfnSubscription, type Topic } from "aws-cdk-lib/aws-sns";
import type { Construct } from "constructs";

/** The rules, by what they count. */
type Counted = "interruptions" | "launchErrors" | "failedRollouts";

/** The names of the rules, which are also the dimensions of their metrics. */
export const ruleNames = (fleet: string): Readonly<Record<Counted, string>> => ({
  interruptions: `${fleet}-spot-interruptions`,
  launchErrors: `${fleet}-launch-errors`,
  failedRollouts: `${fleet}-failed-rollouts`,
});

const refreshFailed = "EC2 Auto Scaling Instance Refresh Failed";

const ofGroups = (detailType: string, AutoScalingGroupName: string[]): EventPattern => ({
  source: ["aws.autoscaling"],
  detailType: [detailType],
  detail: { AutoScalingGroupName },
});

/**
 * Sends the events to the topic. Of an interruption EC2 names only the instance, so warnings for other fleets are included.
 * @param groups the names of the fleet's groups
 */
export function announceEvents(
  scope: Construct,
  { fleet, groups, topic }: { fleet: string; groups: readonly string[]; topic: Topic },
): void {
  const names = ruleNames(fleet);
  const rules: Record<Counted, { id: string; description: string; eventPattern: EventPattern }> = {
    interruptions: {
      id: "Interruptions",
      description: "Spot instances that EC2 is about to reclaim",
      eventPattern: { source: ["aws.ec2"], detailType: ["EC2 Spot Instance Interruption Warning"] },
    },
    launchErrors: {
      id: "LaunchErrors",
      description: "Instances of the fleet that could not be launched",
      eventPattern: ofGroups("EC2 Instance Launch Unsuccessful", [...groups]),
    },
    failedRollouts: {
      id: "FailedRollouts",
      description: "Instance refreshes of the fleet that failed",
      eventPattern: ofGroups(refreshFailed, [...groups]),
    },
  };
  for (const [name, { id, ...rule }] of Object.entries(rules) as [Counted, (typeof rules)[Counted]][]) {
    // CDK's own target would allow rules of any account to publish.
    const made = new Rule(scope, id, { ruleName: names[name], ...rule });
    made.addTarget({ bind: () => ({ arn: topic.topicArn }) });
  }
  const arn = (rule: string) => `arn:${Aws.PARTITION}:events:${Aws.REGION}:${Aws.ACCOUNT_ID}:rule/${rule}`;
  topic.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal("events.amazonaws.com")],
      actions: ["sns:Publish"],
      resources: [topic.topicArn],
      conditions: {
        ArnEquals: { "aws:SourceArn": Object.values(names).map(arn) },
        StringEquals: { "aws:SourceAccount": Aws.ACCOUNT_ID },
      },
    }),
  );
}

/**
 * Mails what asks for a person and no alarm explains: why a rollout failed, and instances that cannot be ended. Launches,
 * terminations and interruptions are routine, and failed launches come by the dozen; an alarm tells of those.
 */
export function tellByMail(scope: Construct, topic: Topic, endpoint: string): void {
  new CfnSubscription(scope, "EventsByMail", {
    topicArn: topic.topicArn,
    protocol: "email",
    endpoint,
    filterPolicyScope: "MessageBody",
    // Rules send EventBridge's events, and the groups notifications of their own form.
    filterPolicy: {
      $or: [{ "detail-type": [refreshFailed] }, { Event: ["autoscaling:EC2_INSTANCE_TERMINATE_ERROR"] }],
    },
  });
}
