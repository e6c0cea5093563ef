// The calls of SQS, SNS, SES, Systems Manager and Auto Scaling as IAM sees them. A batch requires the action of its single
// call ("Amazon SQS API permissions", "Amazon SNS API permissions").
import * as z from "zod";
import type { FaultCall } from "../../../local/gateway/faults.ts";
import type { Deployment } from "../assembly/physical.ts";
import type { RequiredAccess } from "./required-access.ts";

const queueBody = z.object({ QueueUrl: z.string().optional(), QueueName: z.string().optional() });

const queueActions = [
  "GetQueueUrl",
  "GetQueueAttributes",
  "SendMessage",
  "ReceiveMessage",
  "DeleteMessage",
  "ChangeMessageVisibility",
  "PurgeQueue",
  "SetQueueAttributes",
];

/** The accesses of an SQS call. */
export function sqsAccesses(
  { action, request }: FaultCall,
  deployment: Deployment,
): RequiredAccess[] | undefined {
  const single = action.replace(/Batch$/, "");
  if (!queueActions.includes(single)) return undefined;
  const { QueueUrl, QueueName } = queueBody.parse(JSON.parse(request.body.toString()));
  const name = QueueName ?? QueueUrl?.split("/").at(-1) ?? "";
  const { partition, region, account } = deployment;
  return [{ action: `sqs:${single}`, resource: `arn:${partition}:sqs:${region}:${account}:${name}` }];
}

/** The accesses of an SNS call. */
export function snsAccesses({ action, request }: FaultCall): RequiredAccess[] | undefined {
  const resource = new URLSearchParams(request.body.toString()).get("TopicArn");
  if ((action !== "Publish" && action !== "PublishBatch") || resource === null) return undefined;
  return [{ action: "sns:Publish", resource }];
}

const mail = z.object({
  FromEmailAddress: z.string(),
  Destination: z.object({ ToAddresses: z.array(z.string()).default([]) }).default({ ToAddresses: [] }),
  Content: z.object({ Raw: z.unknown().optional() }),
  ConfigurationSetName: z.string().optional(),
});

/**
 * The accesses of an SES v2 call. Sending raw content also requires the older action, as SES's own errors say ("Controlling
 * access to Amazon SES"). The identity is the sender's domain.
 */
export function sesAccesses(
  { action, request }: FaultCall,
  deployment: Deployment,
): RequiredAccess[] | undefined {
  if (action !== "SendEmail") return undefined;
  const { FromEmailAddress, Destination, Content, ConfigurationSetName } = mail.parse(
    JSON.parse(request.body.toString()),
  );
  const from = /<([^>]*)>/.exec(FromEmailAddress)?.[1] ?? FromEmailAddress;
  const { partition, region, account } = deployment;
  const arn = (resource: string) => `arn:${partition}:ses:${region}:${account}:${resource}`;
  const resources = [
    arn(`identity/${from.split("@").at(-1)}`),
    ...(ConfigurationSetName === undefined ? [] : [arn(`configuration-set/${ConfigurationSetName}`)]),
  ];
  const actions = ["ses:SendEmail", ...(Content.Raw === undefined ? [] : ["ses:SendRawEmail"])];
  const context = { "ses:FromAddress": from, "ses:Recipients": Destination.ToAddresses };
  return actions.flatMap((name) => resources.map((resource) => ({ action: name, resource, context })));
}

/** The accesses of an Auto Scaling call. */
export function autoScalingAccesses(
  { action, request }: FaultCall,
  { partition, region, account }: Deployment,
): RequiredAccess[] | undefined {
  const form = new URLSearchParams(request.body.toString());
  // Describing supports no resource (service authorization reference, EC2 Auto Scaling).
  if (action === "DescribeAutoScalingGroups") return [{ action: `autoscaling:${action}`, resource: "*" }];
  const group = form.get("AutoScalingGroupName");
  const onGroup = ["CompleteLifecycleAction", "RecordLifecycleActionHeartbeat", "SetDesiredCapacity"];
  if (!onGroup.includes(action) || group === null) return undefined;
  const resource = `arn:${partition}:autoscaling:${region}:${account}:autoScalingGroup:*:autoScalingGroupName/${group}`;
  return [{ action: `autoscaling:${action}`, resource }];
}

const parameters = z.object({ Name: z.string().optional(), Names: z.array(z.string()).optional() });

/**
 * The accesses of a Systems Manager call. Decryption with the AWS-managed key requires nothing more: that key's policy allows
 * everybody in the account who may read the parameter ("AWS KMS encryption for Parameter Store SecureString").
 */
export function ssmAccesses(
  { action, request }: FaultCall,
  { partition, region, account }: Deployment,
): RequiredAccess[] | undefined {
  if (action !== "GetParameter" && action !== "GetParameters") return undefined;
  const { Name, Names = [] } = parameters.parse(JSON.parse(request.body.toString()));
  return [...(Name === undefined ? [] : [Name]), ...Names].map((name) => ({
    action: `ssm:${action}`,
    resource: `arn:${partition}:ssm:${region}:${account}:parameter/${name.replace(/^\//, "")}`,
  }));
}
