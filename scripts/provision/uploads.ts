// The buckets and the path of their events: bucket -> topic -> trigger. Works at any endpoint that offers the calls.
import {
  BucketAlreadyOwnedByYou,
  CreateBucketCommand,
  type Event,
  PutBucketCorsCommand,
  PutBucketNotificationConfigurationCommand,
  PutBucketVersioningCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import type { SNSClient } from "@aws-sdk/client-sns";
import { bucketNames, bucketShapes } from "../../worker/fleet/buckets.ts";
import type { ResourceNames } from "../../worker/fleet/resources.ts";
import { createTopic, subscribeTrigger } from "./topics.ts";

/** Creates the private, versioned buckets; repeating it changes nothing. */
export async function createBuckets(s3: S3Client, { buckets }: ResourceNames): Promise<void> {
  for (const Bucket of Object.values(buckets)) {
    await s3.send(new CreateBucketCommand({ Bucket })).catch((error: unknown) => {
      if (!(error instanceof BucketAlreadyOwnedByYou)) throw error;
    });
    await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } }));
  }
}

/** Lets pages of `origins` upload from a browser, and read the answer, to the buckets that take uploads. */
export async function allowUploadsFrom(
  s3: S3Client,
  { buckets }: ResourceNames,
  origins: string[],
): Promise<void> {
  for (const name of bucketNames) {
    const { takesForms = false, takesParts = false } = bucketShapes[name];
    if (!takesForms && !takesParts) continue;
    const AllowedMethods = [...(takesForms ? ["POST"] : []), ...(takesParts ? ["PUT"] : [])];
    const rule = {
      AllowedMethods,
      AllowedOrigins: origins,
      AllowedHeaders: ["*"],
      ExposeHeaders: ["ETag", "x-amz-version-id", "Location"],
    };
    const CORSConfiguration = { CORSRules: [rule] };
    await s3.send(new PutBucketCorsCommand({ Bucket: buckets[name], CORSConfiguration }));
  }
}

/** Events of a bucket, the topic they go to, and the function that is subscribed to it. */
export type BucketEvents = { bucket: string; topic: string; events: Event[]; triggerArn: string };

/** Creates the topic, subscribes the trigger to it and returns its ARN; repeating it changes nothing. */
export async function connectTopic(sns: SNSClient, topic: string, triggerArn: string): Promise<string> {
  const topicArn = await createTopic(sns, topic, { kind: "standard" });
  await subscribeTrigger(sns, topicArn, triggerArn);
  return topicArn;
}

/** Subscribes the trigger to the topic and points the bucket's events at it; repeating it changes nothing. */
export async function connectBucket(
  clients: { s3: S3Client; sns: SNSClient },
  { bucket, topic, events, triggerArn }: BucketEvents,
): Promise<void> {
  const topicArn = await connectTopic(clients.sns, topic, triggerArn);
  await announceEvents(clients.s3, { bucket, topicArn, events });
}

/** Points a bucket's events at a topic; repeating it changes nothing. */
export async function announceEvents(
  s3: S3Client,
  { bucket, topicArn, events }: { bucket: string; topicArn: string; events: Event[] },
): Promise<void> {
  await s3.send(
    new PutBucketNotificationConfigurationCommand({
      Bucket: bucket,
      NotificationConfiguration: {
        TopicConfigurations: [{ Id: topicArn.split(":").at(-1), TopicArn: topicArn, Events: events }],
      },
    }),
  );
}
