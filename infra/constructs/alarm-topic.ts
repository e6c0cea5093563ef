// The topic of the alarms. CloudWatch publishes to it; a person may subscribe by mail.
import { Aws } from "aws-cdk-lib";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Topic } from "aws-cdk-lib/aws-sns";
import { EmailSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import type { Construct } from "constructs";

/** Creates the topic. Only alarms of this account and region may publish to it. */
export function alarmTopic(scope: Construct, fleet: string, mail: string | undefined): Topic {
  const topic = new Topic(scope, "Alarms", { topicName: `${fleet}-alarms`, enforceSSL: true });
  topic.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal("cloudwatch.amazonaws.com")],
      actions: ["sns:Publish"],
      resources: [topic.topicArn],
      conditions: {
        ArnLike: {
          "aws:SourceArn": `arn:${Aws.PARTITION}:cloudwatch:${Aws.REGION}:${Aws.ACCOUNT_ID}:alarm:*`,
        },
        StringEquals: { "aws:SourceAccount": Aws.ACCOUNT_ID },
      },
    }),
  );
  if (mail) topic.addSubscription(new EmailSubscription(mail));
  return topic;
}
