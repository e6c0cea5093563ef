// Rules about event notifications: which events are sent, in which shape, to which targets.
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetBucketNotificationConfigurationCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { expectSeen, type Rule } from "../rule.ts";
import { expectError, newBucket, put } from "./bucket.ts";
import { configure, expectShape, newQueue, receive, records, wholeRecordSchema } from "./event-queue.ts";

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
