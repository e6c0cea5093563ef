// What all stacks of one fleet share: its settings, the names of its resources, and ARNs built from names.
import { Aws } from "aws-cdk-lib";
import type { BucketName } from "../worker/fleet/buckets.ts";
import { type ResourceNames, resourceNames } from "../worker/fleet/resources.ts";
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

/** A bucket's ARN, built from its name. A reference would make two stacks depend on each other. */
export function bucketArn({ names }: Placement, bucket: BucketName): string {
  return `arn:${Aws.PARTITION}:s3:::${names.buckets[bucket]}`;
}

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
