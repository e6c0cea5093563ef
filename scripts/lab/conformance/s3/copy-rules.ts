// Rules about copies inside S3: of whole objects, and of ranges as parts.
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListPartsCommand,
  UploadPartCopyCommand,
} from "@aws-sdk/client-s3";
import { expectSeen, type Rule, type RuleContext } from "../rule.ts";
import { expectError, newBucket, put, textOf } from "./bucket.ts";

const smallestPart = 5 * 1024 * 1024;

/** Starts a multipart upload with the checksum over all bytes. */
async function start({ s3, later }: RuleContext, Bucket: string) {
  const place = { Bucket, Key: "copy" };
  const create = { ...place, ChecksumAlgorithm: "CRC64NVME", ChecksumType: "FULL_OBJECT" } as const;
  const { UploadId = "" } = await s3.send(new CreateMultipartUploadCommand(create));
  later(() => s3.send(new AbortMultipartUploadCommand({ ...place, UploadId })).catch(() => undefined));
  return { ...place, UploadId };
}

const source = (bucket: string, key: string, versionId: string) => `${bucket}/${key}?versionId=${versionId}`;

export const copyRules: readonly Rule[] = [
  {
    id: "s3-copy-part-range",
    service: "s3",
    statement:
      "Parts copied from ranges of one version become an object with its bytes and its CRC-64 over all.",
    source: "UploadPartCopy",
    run: async (context) => {
      const bucket = await newBucket(context);
      const text = "0123456789".repeat(smallestPart / 8);
      const version = await put(context, bucket, "k", text, { ChecksumAlgorithm: "CRC64NVME" });
      await put(context, bucket, "k", "a later version");
      const upload = await start(context, bucket);
      const ranges = [`bytes=0-${smallestPart - 1}`, `bytes=${smallestPart}-${text.length - 1}`];
      const Parts = [];
      for (const [index, CopySourceRange] of ranges.entries()) {
        const PartNumber = index + 1;
        const CopySource = source(bucket, "k", version);
        const copy = new UploadPartCopyCommand({ ...upload, PartNumber, CopySource, CopySourceRange });
        const { CopyPartResult, CopySourceVersionId } = await context.s3.send(copy);
        expectSeen("version of the source", CopySourceVersionId, version);
        Parts.push({ PartNumber, ETag: CopyPartResult?.ETag });
      }
      const complete = { ...upload, MultipartUpload: { Parts }, MpuObjectSize: text.length };
      const { ChecksumCRC64NVME } = await context.s3.send(new CompleteMultipartUploadCommand(complete));
      expectSeen("bytes", (await textOf(context, bucket, "copy")) === text, true);
      const head = new HeadObjectCommand({
        Bucket: bucket,
        Key: "k",
        VersionId: version,
        ChecksumMode: "ENABLED",
      });
      expectSeen("checksum", ChecksumCRC64NVME, (await context.s3.send(head)).ChecksumCRC64NVME);
    },
  },
  {
    id: "s3-copy-part-listed",
    service: "s3",
    statement: "A copied part is listed with its size and the ETag that the copy returned.",
    source: "ListParts",
    run: async (context) => {
      const bucket = await newBucket(context);
      const version = await put(context, bucket, "k", "content");
      const upload = await start(context, bucket);
      const copy = { ...upload, PartNumber: 3, CopySource: source(bucket, "k", version) };
      const { CopyPartResult } = await context.s3.send(new UploadPartCopyCommand(copy));
      const { Parts = [] } = await context.s3.send(new ListPartsCommand(upload));
      const seen = Parts.map(({ PartNumber, Size, ETag }) => [PartNumber, Size, ETag]);
      expectSeen("parts", seen, [[3, 7, CopyPartResult?.ETag]]);
    },
  },
  {
    id: "s3-copy-part-outside",
    service: "s3",
    statement: "A range beyond the end of the source is refused with 400 InvalidArgument.",
    source: "UploadPartCopy",
    run: async (context) => {
      const bucket = await newBucket(context);
      const version = await put(context, bucket, "k", "content");
      const upload = await start(context, bucket);
      const copy = { ...upload, PartNumber: 1, CopySource: source(bucket, "k", version) };
      const beyond = context.s3.send(new UploadPartCopyCommand({ ...copy, CopySourceRange: "bytes=0-7" }));
      await expectError("a range of 8 bytes of 7", beyond, 400, "InvalidArgument");
    },
  },
  {
    id: "s3-copy-once",
    service: "s3",
    statement: "A copy with `If-None-Match: *` is refused with 412 when its key has an object.",
    source: "CopyObject",
    run: async (context) => {
      const bucket = await newBucket(context);
      const version = await put(context, bucket, "k", "content");
      const copy = {
        Bucket: bucket,
        Key: "copy",
        CopySource: source(bucket, "k", version),
        IfNoneMatch: "*",
      };
      await context.s3.send(new CopyObjectCommand(copy));
      const again = context.s3.send(new CopyObjectCommand(copy));
      await expectError("the second copy", again, 412, "PreconditionFailed");
    },
  },
  {
    id: "s3-copy-checksum",
    service: "s3",
    statement: "A copy gets the checksum that it asks for, over all bytes.",
    source: "CopyObject",
    run: async (context) => {
      const bucket = await newBucket(context);
      const version = await put(context, bucket, "k", "content");
      const copy = { Bucket: bucket, Key: "copy", CopySource: source(bucket, "k", version) };
      await context.s3.send(new CopyObjectCommand({ ...copy, ChecksumAlgorithm: "SHA256" }));
      const get = new GetObjectCommand({ Bucket: bucket, Key: "copy", ChecksumMode: "ENABLED" });
      const { ChecksumSHA256 } = await context.s3.send(get);
      expectSeen("checksum", ChecksumSHA256, "7XACtDnprIRfIjV9giusFERzD722AW0+yUMil7nsn3M=");
    },
  },
];
