// Writes a result object on condition that nobody else has written it since the job looked, and takes it back.
import { createHash } from "node:crypto";
import {
  DeleteObjectCommand,
  HeadObjectCommand,
  NotFound,
  PutObjectCommand,
  S3ServiceException,
} from "@aws-sdk/client-s3";
import type { JobContext } from "../../../engine/job/handler.ts";
import { FleetError } from "../../../fleet/errors.ts";

/** What lies at a key: its current version, the ETag of its bytes and the job that wrote it; or nothing. */
export type CurrentResult = { versionId: string; etag: string; job: string | undefined } | undefined;

/** Somebody else has written the key since it was looked at; the next attempt looks again. */
export class ResultChanged extends FleetError {
  constructor(cause: unknown) {
    super("the result object was changed by somebody else meanwhile", { cause });
  }
}

const changedNames = new Set(["PreconditionFailed", "ConditionalRequestConflict"]);

export type ResultObject = { bucket: string; key: string; body: Buffer; contentType: string };

/** What lies at the key now. */
export async function currentResult(
  { bucket, key }: Pick<ResultObject, "bucket" | "key">,
  { s3, signal }: JobContext,
): Promise<CurrentResult> {
  const head = new HeadObjectCommand({ Bucket: bucket, Key: key });
  const answer = await s3.send(head, { abortSignal: signal }).catch((error: unknown) => {
    if (error instanceof NotFound) return undefined;
    throw error;
  });
  if (answer?.ETag === undefined) return undefined;
  return { versionId: answer.VersionId ?? "null", etag: answer.ETag, job: answer.Metadata?.job };
}

/**
 * Stores the object if `currentETag` is still that of what lies at its key (nothing, when undefined). S3 checks the bytes by their SHA-256.
 * @throws ResultChanged when it is not
 */
export async function putResult(
  { bucket, key, body, contentType }: ResultObject,
  currentETag: string | undefined,
  { s3, signal, jobId }: JobContext,
): Promise<{ versionId: string; etag: string }> {
  const put = new PutObjectCommand({
    Bucket: bucket,
    Key: key,
    Body: body,
    ContentType: contentType,
    ContentLength: body.length,
    ChecksumSHA256: createHash("sha256").update(body).digest("base64"),
    Metadata: { job: jobId },
    ...(currentETag === undefined ? { IfNoneMatch: "*" } : { IfMatch: currentETag }),
  });
  const answer = await s3.send(put, { abortSignal: signal }).catch((error: unknown) => {
    if (error instanceof S3ServiceException && changedNames.has(error.name)) throw new ResultChanged(error);
    throw error;
  });
  const { VersionId: versionId = "null", ETag: etag } = answer;
  if (etag === undefined) throw new FleetError("the answer to a put has no ETag");
  return { versionId, etag };
}

/** Removes one version written before; the one below it is current again. */
export async function takeBackResult(
  { bucket, key, versionId }: { bucket: string; key: string; versionId: string },
  { s3 }: JobContext,
): Promise<void> {
  await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId }));
}
