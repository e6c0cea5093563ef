// Rules about writing and reading one object: conditions, checksums, headers, ranges, copies.
import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { expectSeen, type Rule } from "../rule.ts";
import { expectError, newBucket, put, textOf } from "./bucket.ts";

const conditional = "How to prevent object overwrites with conditional writes";
const integrity = "Checking object integrity for data uploads in Amazon S3";

export const writeRules: readonly Rule[] = [
  {
    id: "s3-if-none-match-star",
    service: "s3",
    statement: "A put with If-None-Match: * succeeds once; while the object exists it answers 412.",
    source: conditional,
    run: async (context) => {
      const bucket = await newBucket(context);
      await put(context, bucket, "k", "one", { IfNoneMatch: "*" });
      const again = put(context, bucket, "k", "two", { IfNoneMatch: "*" });
      await expectError("the second put", again, 412, "PreconditionFailed");
      expectSeen("the key", await textOf(context, bucket, "k"), "one");
    },
  },
  {
    id: "s3-if-none-match-after-delete-marker",
    service: "s3",
    statement: "A put with If-None-Match: * succeeds when the latest version is a delete marker.",
    source: conditional,
    run: async (context) => {
      const bucket = await newBucket(context);
      await put(context, bucket, "k", "one");
      await context.s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: "k" }));
      await put(context, bucket, "k", "two", { IfNoneMatch: "*" });
      expectSeen("the key", await textOf(context, bucket, "k"), "two");
    },
  },
  {
    id: "s3-if-none-match-one-winner",
    service: "s3",
    statement: "Of several simultaneous puts with If-None-Match: *, exactly one succeeds.",
    source: conditional,
    run: async (context) => {
      const bucket = await newBucket(context);
      const puts = Array.from({ length: 8 }, (_, index) =>
        put(context, bucket, "k", `body ${index}`, { IfNoneMatch: "*" }),
      );
      const settled = await Promise.allSettled(puts);
      expectSeen("successes", settled.filter((result) => result.status === "fulfilled").length, 1);
    },
  },
  {
    id: "s3-if-match-etag",
    service: "s3",
    statement:
      "A put with If-Match succeeds for the current ETag, answers 412 for another and 404 without an object.",
    source: conditional,
    run: async (context) => {
      const bucket = await newBucket(context);
      await put(context, bucket, "k", "one");
      const etag = createHash("md5").update("one").digest("hex");
      await put(context, bucket, "k", "two", { IfMatch: `"${etag}"` });
      const stale = put(context, bucket, "k", "three", { IfMatch: `"${etag}"` });
      await expectError("a stale ETag", stale, 412, "PreconditionFailed");
      const nothing = put(context, bucket, "nothing", "x", { IfMatch: `"${etag}"` });
      await expectError("no object", nothing, 404, "NoSuchKey");
    },
  },
  {
    id: "s3-etag-is-md5",
    service: "s3",
    statement: "The ETag of an object put in one piece is the MD5 of its bytes, in quotes.",
    source: "Object",
    run: async (context) => {
      const bucket = await newBucket(context);
      const { ETag } = await context.s3.send(
        new PutObjectCommand({ Bucket: bucket, Key: "k", Body: "hello" }),
      );
      expectSeen("ETag", ETag, `"${createHash("md5").update("hello").digest("hex")}"`);
    },
  },
  {
    id: "s3-wrong-checksum-refused",
    service: "s3",
    statement: "A put whose checksum does not match its bytes answers 400 BadDigest and stores nothing.",
    source: integrity,
    run: async (context) => {
      const bucket = await newBucket(context);
      const other = createHash("sha256").update("other").digest("base64");
      const wrong = put(context, bucket, "k", "bytes", { ChecksumSHA256: other });
      await expectError("the put", wrong, 400, "BadDigest");
      const head = context.s3.send(new GetObjectCommand({ Bucket: bucket, Key: "k" }));
      await expectError("the object", head, 404, "NoSuchKey");
    },
  },
  {
    id: "s3-checksums-kept",
    service: "s3",
    statement: "The checksum given with the put is returned in ChecksumMode ENABLED, for every algorithm.",
    source: integrity,
    run: async (context) => {
      const bucket = await newBucket(context);
      const algorithms = ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"] as const;
      for (const algorithm of algorithms) {
        const stored = await context.s3.send(
          new PutObjectCommand({
            Bucket: bucket,
            Key: algorithm,
            Body: "123456789",
            ChecksumAlgorithm: algorithm,
          }),
        );
        const head = await context.s3.send(
          new HeadObjectCommand({ Bucket: bucket, Key: algorithm, ChecksumMode: "ENABLED" }),
        );
        const name = `Checksum${algorithm}` as const;
        expectSeen(`${algorithm} is there`, typeof head[name], "string");
        expectSeen(algorithm, [head[name], head.ChecksumType], [stored[name], "FULL_OBJECT"]);
        expectSeen(`${algorithm}: body`, await textOf(context, bucket, algorithm), "123456789");
      }
    },
  },
  {
    id: "s3-streamed-body-with-trailer",
    service: "s3",
    statement: "A streamed body in chunks with a checksum trailer is stored without the chunk framing.",
    source: "Signature calculations for trailing headers (chunked upload)",
    run: async (context) => {
      const bucket = await newBucket(context);
      const pieces = [Buffer.alloc(70_000, "a"), Buffer.alloc(70_000, "b")];
      await context.s3.send(
        new PutObjectCommand({
          Bucket: bucket,
          Key: "k",
          Body: Readable.from(pieces),
          ContentLength: 140_000,
          ChecksumAlgorithm: "CRC32C",
        }),
      );
      expectSeen("the body", (await textOf(context, bucket, "k")) === Buffer.concat(pieces).toString(), true);
      const head = await context.s3.send(new HeadObjectCommand({ Bucket: bucket, Key: "k" }));
      expectSeen("content encoding", head.ContentEncoding ?? "", "");
    },
  },
  {
    id: "s3-headers-and-metadata-kept",
    service: "s3",
    statement: "Content type, disposition, cache control and metadata are returned as given.",
    source: "Working with object metadata",
    run: async (context) => {
      const bucket = await newBucket(context);
      const given = {
        ContentType: "image/webp",
        ContentDisposition: 'inline; filename="a.webp"',
        CacheControl: "max-age=60",
        Metadata: { origin: "camera", "two-words": "x y" },
      };
      await put(context, bucket, "k", "x", given);
      const head = await context.s3.send(new HeadObjectCommand({ Bucket: bucket, Key: "k" }));
      const { ContentType, ContentDisposition, CacheControl, Metadata } = head;
      expectSeen("headers", { ContentType, ContentDisposition, CacheControl, Metadata }, given);
    },
  },
  {
    id: "s3-range",
    service: "s3",
    statement: "A range answers 206 with exactly those bytes; one beyond the end answers 416 InvalidRange.",
    source: "GetObject",
    run: async (context) => {
      const bucket = await newBucket(context);
      await put(context, bucket, "k", "0123456789");
      const get = async (Range: string) => {
        const answer = await context.s3.send(new GetObjectCommand({ Bucket: bucket, Key: "k", Range }));
        return [answer.$metadata.httpStatusCode, answer.ContentRange, await answer.Body?.transformToString()];
      };
      expectSeen("bytes=2-4", await get("bytes=2-4"), [206, "bytes 2-4/10", "234"]);
      expectSeen("bytes=7-", await get("bytes=7-"), [206, "bytes 7-9/10", "789"]);
      expectSeen("bytes=-3", await get("bytes=-3"), [206, "bytes 7-9/10", "789"]);
      await expectError("bytes=10-", get("bytes=10-"), 416, "InvalidRange");
    },
  },
  {
    id: "s3-conditional-read",
    service: "s3",
    statement:
      "A get answers 412 for If-Match with another ETag, and 304 for If-None-Match with the same ETag.",
    source: "GetObject",
    run: async (context) => {
      const bucket = await newBucket(context);
      await put(context, bucket, "k", "one");
      const etag = `"${createHash("md5").update("one").digest("hex")}"`;
      const read = { Bucket: bucket, Key: "k" };
      const other = context.s3.send(new GetObjectCommand({ ...read, IfMatch: '"0123"' }));
      await expectError("another ETag", other, 412, "PreconditionFailed");
      const status = await context.s3.send(new GetObjectCommand({ ...read, IfNoneMatch: etag })).then(
        () => 200,
        (error: { $metadata?: { httpStatusCode?: number } }) => error.$metadata?.httpStatusCode,
      );
      expectSeen("the same ETag", status, 304);
    },
  },
  {
    id: "s3-copy-keeps-or-replaces-metadata",
    service: "s3",
    statement: "A copy keeps bytes, type and metadata; with the REPLACE directive it gets the new ones.",
    source: "CopyObject",
    run: async (context) => {
      const bucket = await newBucket(context);
      await put(context, bucket, "a b/ü", "bytes", { ContentType: "text/plain", Metadata: { one: "1" } });
      const copy = { Bucket: bucket, CopySource: `${bucket}/${encodeURIComponent("a b/ü")}` };
      await context.s3.send(new CopyObjectCommand({ ...copy, Key: "kept" }));
      await context.s3.send(
        new CopyObjectCommand({
          ...copy,
          Key: "replaced",
          MetadataDirective: "REPLACE",
          ContentType: "text/csv",
        }),
      );
      const seen = [];
      for (const Key of ["kept", "replaced"]) {
        const head = await context.s3.send(new HeadObjectCommand({ Bucket: bucket, Key }));
        seen.push([await textOf(context, bucket, Key), head.ContentType, head.Metadata]);
      }
      expectSeen("copies", seen, [
        ["bytes", "text/plain", { one: "1" }],
        ["bytes", "text/csv", {}],
      ]);
    },
  },
];
