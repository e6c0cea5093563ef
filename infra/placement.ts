// What all stacks of one fleet share: its settings, the names of its resources, and ARNs built from names.
import { Aws } from "aws-cdk-lib";
import type { BucketName } from "../worker/fleet/buckets.ts";
import { failedRecordsQueueName, type ResourceNames, resourceNames } from "../worker/fleet/resources.ts";
import type { TableName } from "../worker/fleet/tables.ts";
import type { TopicName } from "../worker/fleet/topics.ts";
import type { Settings } from "./settings.ts";

/** Bucket names are global, so they end with account and region. Workers and triggers get the same suffix. */
export const bucketSuffix = `-${Aws.ACCOUNT_ID}-${Aws.REGION}`;

/** A fleet in the cloud. */
export type Placement = { settings: Settings; names: ResourceNames };

/** The fleet with these settings. */
export function placementOf(settings: Settings): Placement {
  return { settings, names: resourceNames(settings.fleet, bucketSuffix) };
}

/** The name of the fleet's Auto Scaling group. */
export const workerGroupName = (fleet: string): string => `${fleet}-workers`;

/** The name of the group of on-demand instances that stand in for spot instances. */
export const onDemandGroupName = (fleet: string): string => `${fleet}-workers-on-demand`;

/**
 * The ARN of a resource of this account and region. Stacks name each other's resources instead of referring to them: an
 * export that another stack imports could not be removed, so that taking out a trigger would take two deployments.
 */
export const regionalArn = (service: string, resource: string): string =>
  `arn:${Aws.PARTITION}:${service}:${Aws.REGION}:${Aws.ACCOUNT_ID}:${resource}`;

/** A topic's ARN. */
export const topicArn = ({ names }: Placement, topic: TopicName): string =>
  regionalArn("sns", names.topics[topic]);

/** The ARN of the queue for a trigger's failed events. */
export const failedEventsArn = ({ settings: { fleet } }: Placement, trigger: string): string =>
  regionalArn("sqs", failedRecordsQueueName(fleet, trigger));

/**
 * Systems Manager parameters by which a stack hands on what has no name of ours: the ARN of a table's stream, the id of an
 * API. A stack that reads one is deployed after the one that writes it.
 */
export const handedOn = {
  streamOf: (fleet: string, table: TableName): string => `/${fleet}/stacks/stream-of-${table}`,
  apiOf: (fleet: string, stack: "triggers" | "web"): string => `/${fleet}/stacks/api-of-${stack}`,
} as const;

/** A bucket's ARN. */
export function bucketArn({ names }: Placement, bucket: BucketName): string {
  return `arn:${Aws.PARTITION}:s3:::${names.buckets[bucket]}`;
}

/** The name of an alarm. Alarms, too, are named, so that other stacks and people find them. */
export const alarmName = (fleet: string, alarm: string): string => `${fleet}-${alarm}`;

/** The names and the ARN of the SES receipt rule that stores the fleet's mails. */
export function receiptRule({ settings: { fleet } }: Placement): {
  ruleSet: string;
  rule: string;
  arn: string;
} {
  const [ruleSet, rule] = [`${fleet}-mails`, "store"];
  const arn = `arn:${Aws.PARTITION}:ses:${Aws.REGION}:${Aws.ACCOUNT_ID}:receipt-rule-set/${ruleSet}:receipt-rule/${rule}`;
  return { ruleSet, rule, arn };
}
