// Rules about event notifications: which events are sent, in which shape, to which targets.
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  type Event,
  GetBucketNotificationConfigurationCommand,
  PutBucketNotificationConfigurationCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
} from "@aws-sdk/client-sqs";
import { z } from "zod";
import { Difference, expectSeen, type Rule, type RuleContext } from "../rule.ts";
import { expectError, newBucket, put } from "./bucket.ts";

/** The fields that every rule needs of a record. Another rule checks its whole shape. */
const recordSchema = z.looseObject({
  eventName: z.string(),
  s3: z.looseObject({
    object: z.object({
      key: z.string(),
      size: z.number().optional(),
      eTag: z.string().optional(),
      versionId: z.string().optional(),
      sequencer: z.string().regex(/^[0-9A-F]+$/i),
    }),
  }),
});
const wholeRecordSchema = z.object({
  eventVersion: z.string().regex(/^2\.[1-9]$/),
  eventSource: z.literal("aws:s3"),
  awsRegion: z.string(),
  eventTime: z.iso.datetime(),
  eventName: z.string(),
  userIdentity: z.object({ principalId: z.string().min(1) }),
  requestParameters: z.object({ sourceIPAddress: z.string().min(1) }),
  responseElements: z.object({ "x-amz-request-id": z.string().min(1), "x-amz-id-2": z.string().min(1) }),
  s3: z.object({
    s3SchemaVersion: z.literal("1.0"),
    configurationId: z.string(),
    bucket: z.object({
      name: z.string(),
      arn: z.string(),
      ownerIdentity: z.object({ principalId: z.string().min(1) }),
    }),
    object: recordSchema.shape.s3.shape.object,
  }),
});
const recordsSchema = z.object({ Records: z.array(recordSchema) });
const testEventSchema = z.object({
  Service: z.literal("Amazon S3"),
  Event: z.literal("s3:TestEvent"),
  Bucket: z.string(),
});

type Body = z.infer<typeof recordsSchema> | z.infer<typeof testEventSchema>;
type EventRecord = z.infer<typeof recordSchema>;

/** Checks a shape. @throws Difference that names the first field with another shape */
function expectShape<Schema extends z.ZodType>(
  what: string,
  schema: Schema,
  seen: unknown,
): z.output<Schema> {
  const parsed = schema.safeParse(seen);
  if (parsed.success) return parsed.data;
  const problem = parsed.error.issues[0];
  throw new Difference(`${what}: ${problem?.path.join(".")}: ${problem?.message}`);
}

function bodyOf(text: string): Body {
  const content: unknown = JSON.parse(text);
  const isTest = typeof content === "object" && content !== null && "Event" in content;
  return isTest
    ? expectShape("a test event", testEventSchema, content)
    : expectShape("a message", recordsSchema, content);
}

/** Makes a queue that a bucket may send to. */
async function newQueue(context: RuleContext, { fifo = false } = {}): Promise<{ url: string; arn: string }> {
  const Statement = [
    { Effect: "Allow", Principal: { Service: "s3.amazonaws.com" }, Action: "sqs:SendMessage", Resource: "*" },
  ];
  const { QueueUrl = "" } = await context.sqs.send(
    new CreateQueueCommand({
      QueueName: context.name("events") + (fifo ? ".fifo" : ""),
      Attributes: {
        Policy: JSON.stringify({ Version: "2012-10-17", Statement }),
        ...(fifo && { FifoQueue: "true" }),
      },
    }),
  );
  context.later(() => context.sqs.send(new DeleteQueueCommand({ QueueUrl })));
  const { Attributes } = await context.sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["QueueArn"] }),
  );
  return { url: QueueUrl, arn: Attributes?.QueueArn ?? "" };
}

const configure = (
  { s3 }: RuleContext,
  Bucket: string,
  QueueArn: string,
  Events: Event[] = ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"],
  FilterRules: { Name: "prefix" | "suffix"; Value: string }[] = [],
) =>
  s3.send(
    new PutBucketNotificationConfigurationCommand({
      Bucket,
      NotificationConfiguration: {
        QueueConfigurations: [
          {
            Id: "rule",
            QueueArn,
            Events,
            ...(FilterRules.length > 0 && { Filter: { Key: { FilterRules } } }),
          },
        ],
      },
    }),
  );

/** Receives from a queue until `enough`. Waits between empty receives. */
async function receive(
  context: RuleContext,
  url: string,
  enough: (bodies: Body[]) => boolean,
): Promise<Body[]> {
  const bodies: Body[] = [];
  for (let empty = 0; empty < 40 && !enough(bodies); ) {
    const { Messages = [] } = await context.sqs.send(
      new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10 }),
    );
    if (Messages.length === 0) {
      empty += 1;
      await new Promise((resolve) => setTimeout(resolve, 50 * Math.min(10, empty)));
    }
    for (const { Body = "", ReceiptHandle } of Messages) {
      bodies.push(bodyOf(Body));
      await context.sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle }));
    }
  }
  return bodies;
}

const recordsOf = (bodies: readonly Body[]): EventRecord[] =>
  bodies.flatMap((body) => ("Records" in body ? body.Records : []));

/** The records of a queue once there are `count` of them, ordered by sequencer. */
async function records(context: RuleContext, url: string, count: number): Promise<EventRecord[]> {
  const bodies = await receive(context, url, (seen) => recordsOf(seen).length >= count);
  return recordsOf(bodies).sort((a, b) => (a.s3.object.sequencer < b.s3.object.sequencer ? -1 : 1));
}

const structure = "Event message structure";
const types = "Supported event types for SQS, SNS, and Lambda";

export const notificationRules: readonly Rule[] = [
  {
    id: "s3-notification-test-event",
    service: "s3",
    statement: "Configuring a notification sends s3:TestEvent, which is not a record, to its target.",
    source: types,
    run: async (context) => {
      const bucket = await newBucket(context);
      const { url, arn } = await newQueue(context);
      await configure(context, bucket, arn);
      const [test] = await receive(context, url, (bodies) => bodies.length > 0);
      expectSeen("the message", test, { Service: "Amazon S3", Event: "s3:TestEvent", Bucket: bucket });
    },
  },
  {
    id: "s3-notification-record",
    service: "s3",
    statement:
      "A created object is announced in one record with event name, bucket, key, size, ETag and version id.",
    source: structure,
    run: async (context) => {
      const bucket = await newBucket(context);
      const { url, arn } = await newQueue(context);
      await configure(context, bucket, arn);
      const versionId = await put(context, bucket, "k", "hello");
      const [seen] = await records(context, url, 1);
      const record = expectShape("the record", wholeRecordSchema, seen);
      expectSeen("event", record.eventName, "ObjectCreated:Put");
      expectSeen("bucket", [record.s3.bucket.name, record.s3.bucket.arn], [bucket, `arn:aws:s3:::${bucket}`]);
      expectSeen("configuration", record.s3.configurationId, "rule");
      const { key, size, eTag } = record.s3.object;
      expectSeen(
        "object",
        { key, size, eTag, versionId: record.s3.object.versionId },
        {
          key: "k",
          size: 5,
          eTag: "5d41402abc4b2a76b9719d911017c592",
          versionId,
        },
      );
    },
  },
  {
    id: "s3-notification-key-encoding",
    service: "s3",
    statement: "The key in a record is URL-encoded with + for a space; slashes stay.",
    source: structure,
    run: async (context) => {
      const bucket = await newBucket(context);
      const { url, arn } = await newQueue(context);
      await configure(context, bucket, arn);
      const keys = ["a b/c+d.png", "ü/100%.txt"];
      for (const key of keys) await put(context, bucket, key);
      const seen = await records(context, url, keys.length);
      const encoded = seen.map((record) => record.s3.object.key).sort();
      expectSeen("keys", encoded, ["%C3%BC/100%25.txt", "a+b/c%2Bd.png"]);
    },
  },
  {
    id: "s3-notification-event-names",
    service: "s3",
    statement:
      "Put, copy, multipart completion, delete marker and permanent delete each have their event name.",
    source: types,
    run: async (context) => {
      const { s3 } = context;
      const bucket = await newBucket(context);
      const { url, arn } = await newQueue(context);
      await configure(context, bucket, arn);
      const versionId = await put(context, bucket, "k");
      await s3.send(new CopyObjectCommand({ Bucket: bucket, Key: "copy", CopySource: `${bucket}/k` }));
      const upload = { Bucket: bucket, Key: "parts" };
      const { UploadId } = await s3.send(new CreateMultipartUploadCommand(upload));
      const part = { ...upload, UploadId, PartNumber: 1 };
      const { ETag } = await s3.send(new UploadPartCommand({ ...part, Body: "x" }));
      const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
      await s3.send(new CompleteMultipartUploadCommand({ ...upload, UploadId, MultipartUpload }));
      await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: "k" }));
      await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: "k", VersionId: versionId }));
      const seen = (await records(context, url, 5)).map(({ eventName, s3: { object } }) => [
        eventName,
        object.key,
      ]);
      expectSeen("events", seen.sort(), [
        ["ObjectCreated:CompleteMultipartUpload", "parts"],
        ["ObjectCreated:Copy", "copy"],
        ["ObjectCreated:Put", "k"],
        ["ObjectRemoved:Delete", "k"],
        ["ObjectRemoved:DeleteMarkerCreated", "k"],
      ]);
    },
  },
  {
    id: "s3-notification-sequencer-grows",
    service: "s3",
    statement: "The sequencers of one key's events grow in the order of the changes.",
    source: structure,
    run: async (context) => {
      const bucket = await newBucket(context);
      const { url, arn } = await newQueue(context);
      await configure(context, bucket, arn);
      const versions: string[] = [];
      for (let round = 0; round < 5; round += 1) versions.push(await put(context, bucket, "k", `${round}`));
      const seen = (await records(context, url, 5)).map((record) => record.s3.object.versionId);
      expectSeen("versions by sequencer", seen, versions);
    },
  },
  {
    id: "s3-notification-filters",
    service: "s3",
    statement: "Only keys with the filter's prefix and suffix, and only the requested events, are announced.",
    source: "Configuring event notifications using object key name filtering",
    run: async (context) => {
      const bucket = await newBucket(context);
      const { url, arn } = await newQueue(context);
      await configure(
        context,
        bucket,
        arn,
        ["s3:ObjectCreated:Put"],
        [
          { Name: "prefix", Value: "in/" },
          { Name: "suffix", Value: ".png" },
        ],
      );
      for (const key of ["in/a.png", "in/a.txt", "out/a.png"]) await put(context, bucket, key);
      const CopySource = `${bucket}/in/a.png`;
      await context.s3.send(new CopyObjectCommand({ Bucket: bucket, Key: "in/copy.png", CopySource }));
      await put(context, bucket, "in/last.png");
      const seen = await records(context, url, 2);
      expectSeen("keys", seen.map((record) => record.s3.object.key).sort(), ["in/a.png", "in/last.png"]);
    },
  },
  {
    id: "s3-notification-refuses-bad-targets",
    service: "s3",
    statement:
      "A target that does not exist, or a FIFO queue, is refused, and the configuration does not change.",
    source: "Supported event destinations",
    run: async (context) => {
      const bucket = await newBucket(context);
      const { arn } = await newQueue(context);
      const fifo = await newQueue(context, { fifo: true });
      await expectError("a FIFO queue", configure(context, bucket, fifo.arn), 400, "InvalidArgument");
      const nowhere = configure(context, bucket, `${arn}-that-is-not-there`);
      await expectError("no such queue", nowhere, 400, "InvalidArgument");
      const { QueueConfigurations } = await context.s3.send(
        new GetBucketNotificationConfigurationCommand({ Bucket: bucket }),
      );
      expectSeen("the configuration", QueueConfigurations ?? [], []);
    },
  },
];
