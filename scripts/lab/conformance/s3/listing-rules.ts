// Rules about listings.
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
} from "@aws-sdk/client-s3";
import { expectSeen, type Rule } from "../rule.ts";
import { expectError, newBucket, put } from "./bucket.ts";

const listing = "ListObjectsV2";

export const listingRules: readonly Rule[] = [
  {
    id: "s3-list-in-utf8-order",
    service: "s3",
    statement: "Keys are listed in the order of their UTF-8 bytes.",
    source: "Listing object keys programmatically",
    run: async (context) => {
      const bucket = await newBucket(context);
      const ordered = ["A", "a", "a/b", "a0", "z", "é", "\u{fffd}", "\u{1f600}"];
      for (const key of [...ordered].reverse()) await put(context, bucket, key);
      const { Contents } = await context.s3.send(new ListObjectsV2Command({ Bucket: bucket }));
      expectSeen(
        "keys",
        Contents?.map((entry) => entry.Key),
        ordered,
      );
    },
  },
  {
    id: "s3-list-folds-at-delimiter",
    service: "s3",
    statement: "With a delimiter, keys below it fold into common prefixes, once each.",
    source: listing,
    run: async (context) => {
      const bucket = await newBucket(context);
      for (const key of ["a/1", "a/2", "a/b/3", "c", "d/4"]) await put(context, bucket, key);
      const list = async (Prefix: string) => {
        const found = await context.s3.send(
          new ListObjectsV2Command({ Bucket: bucket, Delimiter: "/", Prefix }),
        );
        return [
          found.Contents?.map((entry) => entry.Key),
          found.CommonPrefixes?.map((entry) => entry.Prefix),
        ];
      };
      expectSeen("top", await list(""), [["c"], ["a/", "d/"]]);
      expectSeen("a/", await list("a/"), [["a/1", "a/2"], ["a/b/"]]);
    },
  },
  {
    id: "s3-list-pages-cover-all-once",
    service: "s3",
    statement: "Pages follow each other without gaps or repetitions, common prefixes included.",
    source: listing,
    run: async (context) => {
      const bucket = await newBucket(context);
      const keys = ["a", "b/1", "b/2", "c", "d/1", "d/2", "e"];
      for (const key of keys) await put(context, bucket, key);
      const seen: (string | undefined)[] = [];
      let ContinuationToken: string | undefined;
      do {
        const page = await context.s3.send(
          new ListObjectsV2Command({ Bucket: bucket, Delimiter: "/", MaxKeys: 2, ContinuationToken }),
        );
        seen.push(...(page.Contents ?? []).map((entry) => entry.Key));
        seen.push(...(page.CommonPrefixes ?? []).map((entry) => entry.Prefix));
        expectSeen("KeyCount", (page.KeyCount ?? 0) <= 2, true);
        ContinuationToken = page.NextContinuationToken;
      } while (ContinuationToken !== undefined);
      expectSeen("all pages", seen.sort(), ["a", "b/", "c", "d/", "e"]);
    },
  },
  {
    id: "s3-list-leaves-out-deleted",
    service: "s3",
    statement: "A key whose latest version is a delete marker is not listed; its versions are.",
    source: "Listing objects in a versioning-enabled bucket",
    run: async (context) => {
      const bucket = await newBucket(context);
      await put(context, bucket, "gone");
      await put(context, bucket, "there");
      await context.s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: "gone" }));
      const { Contents } = await context.s3.send(new ListObjectsV2Command({ Bucket: bucket }));
      expectSeen(
        "keys",
        Contents?.map((entry) => entry.Key),
        ["there"],
      );
      const all = await context.s3.send(new ListObjectVersionsCommand({ Bucket: bucket }));
      expectSeen(
        "versions",
        all.Versions?.map((entry) => entry.Key),
        ["gone", "there"],
      );
      expectSeen(
        "markers",
        all.DeleteMarkers?.map((entry) => [entry.Key, entry.IsLatest]),
        [["gone", true]],
      );
    },
  },
  {
    id: "s3-bucket-refusals",
    service: "s3",
    statement:
      "A bucket is created once and cannot be deleted while it contains anything; a missing one answers NoSuchBucket.",
    source: "List of error codes",
    run: async (context) => {
      const bucket = await newBucket(context);
      if (context.region !== "us-east-1") {
        const again = context.s3.send(new CreateBucketCommand({ Bucket: bucket }));
        await expectError("created twice", again, 409, "BucketAlreadyOwnedByYou");
      }
      await put(context, bucket, "k");
      const full = context.s3.send(new DeleteBucketCommand({ Bucket: bucket }));
      await expectError("deleted while full", full, 409, "BucketNotEmpty");
      const nowhere = context.s3.send(new GetObjectCommand({ Bucket: context.name("nowhere"), Key: "k" }));
      await expectError("a missing bucket", nowhere, 404, "NoSuchBucket");
    },
  },
];
