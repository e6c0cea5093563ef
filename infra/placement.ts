// What all stacks of one fleet share: its settings, its resources' names in the cloud, and ARNs made from names.
import { Aws } from "aws-cdk-lib";
import type { BucketName } from "../worker/fleet/buckets.ts";
import { type ResourceNames, resourceNames } from "../worker/fleet/resources.ts";
import type { Settings } from "./settings.ts";

/** Bucket names are global: the account and the region make them ours. Workers and triggers are told the same suffix. */
export const bucketSuffix = `-${Aws.ACCOUNT_ID}-${Aws.REGION}`;

/** A fleet in the cloud. */
export type Placement = { settings: Settings; names: ResourceNames };

/** The fleet of these settings. */
export function placementOf(settings: Settings): Placement {
  return { settings, names: resourceNames(settings.fleet, bucketSuffix) };
}

/** A bucket's ARN from its name, where a reference would tie two stacks to each other both ways. */
export function bucketArn({ names }: Placement, bucket: BucketName): string {
  return `arn:${Aws.PARTITION}:s3:::${names.buckets[bucket]}`;
}

/** Names and ARNs of the SES receipt rule that stores a fleet's mails. */
export function receiptRule({ settings: { fleet } }: Placement): {
  ruleSet: string;
  rule: string;
  arn: string;
} {
  const [ruleSet, rule] = [`${fleet}-mails`, "store"];
  const arn = `arn:${Aws.PARTITION}:ses:${Aws.REGION}:${Aws.ACCOUNT_ID}:receipt-rule-set/${ruleSet}:receipt-rule/${rule}`;
  return { ruleSet, rule, arn };
}
