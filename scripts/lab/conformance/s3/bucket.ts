// Buckets, reads and expected errors for the S3 rules. Everything created here is removed after the rule.
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3ServiceException,
} from "@aws-sdk/client-s3";
import { Difference, expectSeen, type RuleContext } from "../rule.ts";

async function emptyAndDelete({ s3 }: RuleContext, Bucket: string): Promise<void> {
  const { Versions = [], DeleteMarkers = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket }));
  for (const { Key, VersionId } of [...Versions, ...DeleteMarkers]) {
    await s3.send(new DeleteObjectCommand({ Bucket, Key, VersionId }));
  }
  await s3.send(new DeleteBucketCommand({ Bucket }));
}

/** Makes a bucket, versioned by default. */
export async function newBucket(context: RuleContext, { versioned = true } = {}): Promise<string> {
  const Bucket = context.name("rule");
  await context.s3.send(new CreateBucketCommand({ Bucket }));
  context.later(() => emptyAndDelete(context, Bucket));
  if (versioned) {
    await context.s3.send(
      new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } }),
    );
  }
  return Bucket;
}

/** Puts an object. Returns its version id. */
export async function put(
  { s3 }: RuleContext,
  Bucket: string,
  Key: string,
  Body = "content",
  more: Partial<PutObjectCommandInput> = {},
): Promise<string> {
  const { VersionId } = await s3.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
  return VersionId ?? "null";
}

/** The text of an object or of one of its versions. */
export async function textOf(
  { s3 }: RuleContext,
  Bucket: string,
  Key: string,
  VersionId?: string,
): Promise<string> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key, VersionId }));
  return (await Body?.transformToString()) ?? "";
}

/** Throws `Difference` unless the call fails with this status and this error code. */
export async function expectError(
  what: string,
  call: Promise<unknown>,
  status: number,
  code: string,
): Promise<void> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof S3ServiceException)) {
    throw new Difference(
      `${what}: expected ${status} ${code}, saw ${error === undefined ? "success" : error}`,
    );
  }
  expectSeen(what, [error.$metadata.httpStatusCode, error.name], [status, code]);
}
