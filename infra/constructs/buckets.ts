// The buckets: private, versioned, encrypted, reached over TLS only. Replaced versions are deleted after some days.
import { Aws, Duration, RemovalPolicy } from "aws-cdk-lib";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type CfnBucket,
  HttpMethods,
  type LifecycleRule,
  ObjectOwnership,
} from "aws-cdk-lib/aws-s3";
import type { Construct } from "constructs";
import { type BucketName, bucketLifecycle, bucketShapes } from "../../worker/fleet/buckets.ts";
import { acknowledge } from "../acknowledge.ts";
import { type Placement, receiptRule } from "../placement.ts";
import type { Settings } from "../settings.ts";

const guarded = {
  blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
  encryption: BucketEncryption.S3_MANAGED,
  enforceSSL: true,
  minimumTLSVersion: 1.2,
  objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
};

const unfinished = {
  abortIncompleteMultipartUploadAfter: Duration.days(bucketLifecycle.unfinishedUploadsDays),
};

/** Creates the bucket for the access logs of the other buckets, kept for 90 days. */
export function accessLogBucket(scope: Construct): Bucket {
  const bucket = new Bucket(scope, "access-logs", {
    ...guarded,
    versioned: false,
    removalPolicy: RemovalPolicy.RETAIN,
    lifecycleRules: [{ id: "forget", expiration: Duration.days(90), ...unfinished }],
  });
  acknowledge(bucket, { S1: "It holds the other buckets' access logs; logging its own would never end." });
  return bucket;
}

/** Creates a bucket of the fleet. */
export function fleetBucket(
  scope: Construct,
  name: BucketName,
  { names, settings }: Placement,
  { accessLogs, removalPolicy }: { accessLogs: Bucket; removalPolicy: RemovalPolicy },
): Bucket {
  const { keepDays, keepReplacedDays, takesForms = false, takesParts = false } = bucketShapes[name];
  const replaced: LifecycleRule = {
    id: "sweep",
    noncurrentVersionExpiration: Duration.days(keepReplacedDays ?? bucketLifecycle.replacedVersionsDays),
    expiredObjectDeleteMarker: true,
    ...unfinished,
  };
  // A separate rule: S3 does not accept days and delete markers in one rule.
  const forgotten = keepDays === undefined ? [] : [{ id: "forget", expiration: Duration.days(keepDays) }];
  const methods = [...(takesForms ? [HttpMethods.POST] : []), ...(takesParts ? [HttpMethods.PUT] : [])];
  const origins = [...(settings.uploadOrigins ?? []), ...pagesOrigins(settings)];
  return new Bucket(scope, `${name}-bucket`, {
    ...guarded,
    bucketName: names.buckets[name],
    versioned: true,
    removalPolicy,
    lifecycleRules: [replaced, ...forgotten],
    serverAccessLogsBucket: accessLogs,
    serverAccessLogsPrefix: `${name}/`,
    ...(methods.length > 0 && origins.length > 0 && { cors: [uploadsFrom(origins, methods)] }),
  });
}

/**
 * Where our pages are. CloudFront's own name is not known before the distribution exists, and the buckets exist first. The
 * wildcard grants nothing: CORS lets a page read the answer, and only the signature of an upload's address lets it write.
 */
const pagesOrigins = ({ web, webDomain }: Settings) =>
  web ? [webDomain ? `https://${webDomain}` : "https://*.cloudfront.net"] : [];

const uploadsFrom = (allowedOrigins: readonly string[], allowedMethods: HttpMethods[]) => ({
  allowedMethods,
  allowedOrigins: [...allowedOrigins],
  allowedHeaders: ["*"],
  exposedHeaders: ["ETag", "x-amz-version-id", "Location"],
});

/**
 * Publishes a bucket's events to a topic. Uses the bucket's own properties: CDK's `addEventNotification` would add a
 * function that may change the notifications of every bucket.
 */
export function announceEvents(bucket: Bucket, topicArn: string, events: readonly string[]): void {
  const properties = bucket.node.defaultChild as CfnBucket;
  properties.notificationConfiguration = {
    topicConfigurations: events.map((event) => ({ event, topic: topicArn })),
  };
}

/**
 * Allows only the fleet's own receipt rule to store mails. Source: SES developer guide, "Giving permissions to Amazon SES
 * for email receiving".
 */
export function allowMails(bucket: Bucket, placement: Placement): void {
  bucket.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal("ses.amazonaws.com")],
      actions: ["s3:PutObject"],
      resources: [bucket.arnForObjects("*")],
      conditions: {
        StringEquals: { "aws:SourceAccount": Aws.ACCOUNT_ID },
        ArnEquals: { "aws:SourceArn": receiptRule(placement).arn },
      },
    }),
  );
}
