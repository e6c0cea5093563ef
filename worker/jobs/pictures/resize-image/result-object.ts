// Reads, writes and deletes result objects. A write is conditional: it fails when another job has written the key since
// this job looked at it.
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

/** The current object at a key: its version, its ETag and the job that wrote it; undefined when there is none. */
export type CurrentResult = { versionId: string; etag: string; job: string | undefined } | undefined;

/** Another job has written the key or the row in the meantime. The next run reads again. */
export class ResultChanged extends FleetError {
  constructor(cause: unknown) {
    super("another job changed the result object in the meantime", { cause });
  }
}

const changedNames = new Set(["PreconditionFailed", "ConditionalRequestConflict"]);

export type ResultObject = { bucket: string; key: string; body: Buffer; contentType: string };

/** Looks up the current object at a key. */
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
 * Stores the object if the key still holds `currentETag`, or still holds nothing when that is undefined. S3 checks the
 * bytes by their SHA-256.
 * @throws ResultChanged when the key has changed
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
  if (etag === undefined) throw new FleetError("the response to a put has no ETag");
  return { versionId, etag };
}

/** Deletes one version. The version below it becomes current again. */
export async function deleteResultVersion(
  { bucket, key, versionId }: { bucket: string; key: string; versionId: string },
  { s3 }: JobContext,
): Promise<void> {
  await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId }));
}
