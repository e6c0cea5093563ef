// Rules about versioning: what a delete removes and what it keeps.
import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
} from "@aws-sdk/client-s3";
import { expectSeen, type Rule } from "../rule.ts";
import { expectError, newBucket, put, textOf } from "./bucket.ts";

const deleting = "Deleting object versions from a versioning-enabled bucket";

export const versionRules: readonly Rule[] = [
  {
    id: "s3-overwrite-keeps-versions",
    service: "s3",
    statement: "Overwriting a key of a versioned bucket keeps the previous version, readable by its id.",
    source: "How S3 Versioning works",
    run: async (context) => {
      const bucket = await newBucket(context);
      const first = await put(context, bucket, "k", "one");
      const second = await put(context, bucket, "k", "two");
      expectSeen("the ids differ", first !== second, true);
      expectSeen("the first version", await textOf(context, bucket, "k", first), "one");
      expectSeen("the key", await textOf(context, bucket, "k"), "two");
    },
  },
  {
    id: "s3-delete-adds-marker",
    service: "s3",
    statement: "A delete without version id adds a delete marker and removes no version.",
    source: deleting,
    run: async (context) => {
      const bucket = await newBucket(context);
      const version = await put(context, bucket, "k", "one");
      const deleted = await context.s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: "k" }));
      expectSeen("DeleteMarker", deleted.DeleteMarker, true);
      const get = context.s3.send(new GetObjectCommand({ Bucket: bucket, Key: "k" }));
      await expectError("get after delete", get, 404, "NoSuchKey");
      expectSeen("the version", await textOf(context, bucket, "k", version), "one");
    },
  },
  {
    id: "s3-delete-exactly-one-version",
    service: "s3",
    statement: "A delete with a version id removes exactly that version permanently and adds no marker.",
    source: deleting,
    run: async (context) => {
      const bucket = await newBucket(context);
      const first = await put(context, bucket, "k", "one");
      const second = await put(context, bucket, "k", "two");
      const third = await put(context, bucket, "k", "three");
      await context.s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: "k", VersionId: second }));
      const { Versions, DeleteMarkers } = await context.s3.send(
        new ListObjectVersionsCommand({ Bucket: bucket }),
      );
      expectSeen(
        "versions",
        Versions?.map((version) => version.VersionId),
        [third, first],
      );
      expectSeen("markers", DeleteMarkers ?? [], []);
    },
  },
  {
    id: "s3-delete-latest-uncovers-previous",
    service: "s3",
    statement: "When the latest version is deleted by id, the previous one is the latest again.",
    source: deleting,
    run: async (context) => {
      const bucket = await newBucket(context);
      await put(context, bucket, "k", "one");
      const second = await put(context, bucket, "k", "two");
      await context.s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: "k", VersionId: second }));
      expectSeen("the key", await textOf(context, bucket, "k"), "one");
    },
  },
  {
    id: "s3-delete-marker-removed-uncovers-object",
    service: "s3",
    statement: "Deleting the delete marker by its id brings the object back.",
    source: "Managing delete markers",
    run: async (context) => {
      const bucket = await newBucket(context);
      await put(context, bucket, "k", "one");
      const marker = await context.s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: "k" }));
      const removed = await context.s3.send(
        new DeleteObjectCommand({ Bucket: bucket, Key: "k", VersionId: marker.VersionId }),
      );
      expectSeen("DeleteMarker of the answer", removed.DeleteMarker, true);
      expectSeen("the key", await textOf(context, bucket, "k"), "one");
    },
  },
  {
    id: "s3-delete-repeated-is-success",
    service: "s3",
    statement: "Deleting a version that no longer exists succeeds, so a delete can be repeated.",
    source: "DeleteObject",
    run: async (context) => {
      const bucket = await newBucket(context);
      const version = await put(context, bucket, "k");
      for (const round of [1, 2]) {
        const { $metadata } = await context.s3.send(
          new DeleteObjectCommand({ Bucket: bucket, Key: "k", VersionId: version }),
        );
        expectSeen(`status of delete ${round}`, $metadata.httpStatusCode, 204);
      }
    },
  },
  {
    id: "s3-get-marker-by-id-not-allowed",
    service: "s3",
    statement: "Getting a delete marker by its version id answers 405 MethodNotAllowed.",
    source: "Working with delete markers",
    run: async (context) => {
      const bucket = await newBucket(context);
      await put(context, bucket, "k");
      const { VersionId } = await context.s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: "k" }));
      const get = context.s3.send(new GetObjectCommand({ Bucket: bucket, Key: "k", VersionId }));
      await expectError("get", get, 405, "MethodNotAllowed");
    },
  },
  {
    id: "s3-unknown-version",
    service: "s3",
    statement: "The id of a missing version answers 404 NoSuchVersion, a malformed id 400 InvalidArgument.",
    source: "List of error codes",
    run: async (context) => {
      const bucket = await newBucket(context);
      const gone = await put(context, bucket, "k");
      await context.s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: "k", VersionId: gone }));
      const get = (VersionId: string) =>
        context.s3.send(new GetObjectCommand({ Bucket: bucket, Key: "k", VersionId }));
      await expectError("a version that is gone", get(gone), 404, "NoSuchVersion");
      await expectError("no version id", get("nonsense"), 400, "InvalidArgument");
    },
  },
  {
    id: "s3-suspended-writes-null-version",
    service: "s3",
    statement: "With versioning suspended a write replaces the version `null` and keeps the others.",
    source: "Working with objects in a versioning-suspended bucket",
    run: async (context) => {
      const bucket = await newBucket(context);
      const kept = await put(context, bucket, "k", "kept");
      await context.s3.send(
        new PutBucketVersioningCommand({
          Bucket: bucket,
          VersioningConfiguration: { Status: "Suspended" },
        }),
      );
      await put(context, bucket, "k", "first null");
      await put(context, bucket, "k", "second null");
      const { Versions } = await context.s3.send(new ListObjectVersionsCommand({ Bucket: bucket }));
      expectSeen(
        "versions",
        Versions?.map((version) => version.VersionId),
        ["null", kept],
      );
      expectSeen("the key", await textOf(context, bucket, "k"), "second null");
    },
  },
  {
    id: "s3-unversioned-delete-is-final",
    service: "s3",
    statement: "In a bucket that was never versioned, a delete removes the object and adds no marker.",
    source: "Deleting Amazon S3 objects",
    run: async (context) => {
      const bucket = await newBucket(context, { versioned: false });
      await put(context, bucket, "k");
      const deleted = await context.s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: "k" }));
      expectSeen("DeleteMarker", deleted.DeleteMarker, undefined);
      const { Versions, DeleteMarkers } = await context.s3.send(
        new ListObjectVersionsCommand({ Bucket: bucket }),
      );
      expectSeen("versions and markers", [...(Versions ?? []), ...(DeleteMarkers ?? [])], []);
    },
  },
  {
    id: "s3-delete-objects-each-on-its-own",
    service: "s3",
    statement: "DeleteObjects answers for each entry: delete markers, single versions and missing keys.",
    source: "DeleteObjects",
    run: async (context) => {
      const bucket = await newBucket(context);
      const version = await put(context, bucket, "a");
      await put(context, bucket, "b");
      const { Deleted, Errors } = await context.s3.send(
        new DeleteObjectsCommand({
          Bucket: bucket,
          Delete: { Objects: [{ Key: "a", VersionId: version }, { Key: "b" }, { Key: "never" }] },
        }),
      );
      const seen = Deleted?.map(({ Key, DeleteMarker }) => [Key, DeleteMarker ?? false]);
      expectSeen("deleted", seen?.sort(), [
        ["a", false],
        ["b", true],
        ["never", true],
      ]);
      expectSeen("errors", Errors ?? [], []);
    },
  },
];
