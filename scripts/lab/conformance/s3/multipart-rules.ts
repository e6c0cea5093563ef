// Rules about multipart uploads.
import { createHash } from "node:crypto";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  type CreateMultipartUploadCommandInput,
  GetObjectCommand,
  HeadObjectCommand,
  ListPartsCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { expectSeen, type Rule, type RuleContext } from "../rule.ts";
import { expectError, newBucket, put, textOf } from "./bucket.ts";

const mebibyte = 1024 * 1024;
const overview = "Uploading and copying objects using multipart upload";

type Started = { Bucket: string; Key: string; UploadId: string };

async function start(
  context: RuleContext,
  Bucket: string,
  more: Partial<CreateMultipartUploadCommandInput> = {},
): Promise<Started> {
  const Key = "k";
  const { UploadId = "" } = await context.s3.send(
    new CreateMultipartUploadCommand({
      Bucket,
      Key,
      ContentType: "image/png",
      Metadata: { a: "b" },
      ...more,
    }),
  );
  context.later(() => context.s3.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId })));
  return { Bucket, Key, UploadId };
}

async function part(context: RuleContext, upload: Started, PartNumber: number, Body: Buffer) {
  const stored = await context.s3.send(new UploadPartCommand({ ...upload, PartNumber, Body }));
  return { PartNumber, ETag: stored.ETag, ChecksumCRC32: stored.ChecksumCRC32 };
}

const complete = (
  context: RuleContext,
  upload: Started,
  Parts: Awaited<ReturnType<typeof part>>[],
  more = {},
) => context.s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts }, ...more }));

const md5 = (data: Buffer) => createHash("md5").update(data).digest();

export const multipartRules: readonly Rule[] = [
  {
    id: "s3-multipart-etag",
    service: "s3",
    statement:
      "The ETag of a multipart object is the MD5 of its parts' MD5s, then a hyphen and their number.",
    source: "Object",
    run: async (context) => {
      const upload = await start(context, await newBucket(context));
      const [one, two] = [Buffer.alloc(5 * mebibyte, "a"), Buffer.from("end")];
      const parts = [await part(context, upload, 1, one), await part(context, upload, 2, two)];
      const { ETag } = await complete(context, upload, parts);
      const expected = md5(Buffer.concat([md5(one), md5(two)])).toString("hex");
      expectSeen("ETag", ETag, `"${expected}-2"`);
    },
  },
  {
    id: "s3-multipart-joins-in-number-order",
    service: "s3",
    statement:
      "Parts uploaded in any order are joined by number; of a part uploaded twice the later copy counts.",
    source: overview,
    run: async (context) => {
      const upload = await start(context, await newBucket(context));
      const last = await part(context, upload, 7, Buffer.from("end"));
      await part(context, upload, 2, Buffer.alloc(5 * mebibyte, "x"));
      const first = await part(context, upload, 2, Buffer.alloc(5 * mebibyte, "b"));
      await complete(context, upload, [first, last]);
      const get = (Range: string) =>
        context.s3.send(new GetObjectCommand({ Bucket: upload.Bucket, Key: upload.Key, Range }));
      const middle = await get(`bytes=${5 * mebibyte - 2}-`);
      expectSeen("the end", await middle.Body?.transformToString(), "bbend");
      const head = await context.s3.send(new HeadObjectCommand({ Bucket: upload.Bucket, Key: upload.Key }));
      const seen = [head.ContentLength, head.ContentType, head.Metadata];
      expectSeen("the object", seen, [5 * mebibyte + 3, "image/png", { a: "b" }]);
    },
  },
  {
    id: "s3-multipart-invisible-until-complete",
    service: "s3",
    statement: "The object does not exist before the completion, and nothing is left after an abort.",
    source: overview,
    run: async (context) => {
      const upload = await start(context, await newBucket(context));
      await part(context, upload, 1, Buffer.from("x"));
      const get = () => context.s3.send(new GetObjectCommand({ Bucket: upload.Bucket, Key: upload.Key }));
      await expectError("before completion", get(), 404, "NoSuchKey");
      await context.s3.send(new AbortMultipartUploadCommand(upload));
      await expectError(
        "parts after abort",
        context.s3.send(new ListPartsCommand(upload)),
        404,
        "NoSuchUpload",
      );
      await expectError("after abort", get(), 404, "NoSuchKey");
    },
  },
  {
    id: "s3-multipart-refusals",
    service: "s3",
    statement: "A completion refuses wrong ETags, wrong order and parts under 5 MiB that are not the last.",
    source: "CompleteMultipartUpload",
    run: async (context) => {
      const bucket = await newBucket(context);
      const large = await start(context, bucket);
      const one = await part(context, large, 1, Buffer.alloc(5 * mebibyte));
      const two = await part(context, large, 2, Buffer.alloc(5 * mebibyte));
      const wrong = { ...one, ETag: '"00000000000000000000000000000000"' };
      await expectError("wrong ETag", complete(context, large, [wrong, two]), 400, "InvalidPart");
      await expectError("wrong order", complete(context, large, [two, one]), 400, "InvalidPartOrder");
      const small = await start(context, bucket);
      const parts = [
        await part(context, small, 1, Buffer.from("small")),
        await part(context, small, 2, Buffer.from("last")),
      ];
      await expectError("small part", complete(context, small, parts), 400, "EntityTooSmall");
      await complete(context, small, parts.slice(0, 1));
      expectSeen("one small part alone", await textOf(context, bucket, small.Key), "small");
    },
  },
  {
    id: "s3-multipart-complete-if-none-match",
    service: "s3",
    statement: "A completion with If-None-Match: * answers 412 when the object was created meanwhile.",
    source: "How to prevent object overwrites with conditional writes",
    run: async (context) => {
      const upload = await start(context, await newBucket(context));
      const parts = [await part(context, upload, 1, Buffer.from("late"))];
      await put(context, upload.Bucket, upload.Key, "early");
      const late = complete(context, upload, parts, { IfNoneMatch: "*" });
      await expectError("the completion", late, 412, "PreconditionFailed");
      expectSeen("the key", await textOf(context, upload.Bucket, upload.Key), "early");
    },
  },
  {
    id: "s3-multipart-composite-checksum",
    service: "s3",
    statement:
      "A multipart object with CRC32 parts has a composite checksum: the checksum of checksums, `-N`.",
    source: "Checking object integrity for data uploads in Amazon S3",
    run: async (context) => {
      const upload = await start(context, await newBucket(context), { ChecksumAlgorithm: "CRC32" });
      const parts = [
        await part(context, upload, 1, Buffer.alloc(5 * mebibyte, "a")),
        await part(context, upload, 2, Buffer.from("end")),
      ];
      const done = await complete(context, upload, parts);
      expectSeen("type", done.ChecksumType, "COMPOSITE");
      expectSeen("value", /^[A-Za-z0-9+/]{6}==-2$/.test(done.ChecksumCRC32 ?? ""), true);
    },
  },
];
