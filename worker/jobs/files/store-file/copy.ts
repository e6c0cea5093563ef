// Copies an upload to its place in the secure bucket, inside S3. The place is written once: a run that comes late finds
// what an earlier one has written.
//
// Checksum rule: S3 computes the checksum of the copy from the bytes it stores, so nothing is downloaded for it. One call
// copies files up to `oneCallBytes` and gives a SHA-256 over all bytes. Larger files are copied in parts; S3 gives SHA-256
// only over parts then, but a CRC-64/NVME over all bytes (S3 user guide, "Checking object integrity").
import { CopyObjectCommand, HeadObjectCommand, NotFound, S3ServiceException } from "@aws-sdk/client-s3";
import type { JobContext } from "../../../engine/job/handler.ts";
import { FleetError } from "../../../fleet/errors.ts";
import type { FileChecksum } from "../rows/file-row.ts";
import { copyInParts } from "./copy-in-parts.ts";
import { type CopyOrder, copySource } from "./copy-order.ts";

/** How files are copied. */
export type CopySizes = {
  /** Files up to this size are copied in one call. S3 takes 5 GB; a smaller limit keeps a call short. */
  oneCallBytes: number;
  /** The size of a part. */
  partBytes: number;
};

export const copySizes: CopySizes = { oneCallBytes: 1024 ** 3, partBytes: 512 * 1024 ** 2 };

/** A stored copy. */
export type StoredCopy = { versionId: string; bytes: number; checksum: FileChecksum };

/** The copy is not there, or is not what was copied. The next run copies again. */
export class CopyMissing extends FleetError {}

const alreadyThere = new Set(["PreconditionFailed", "ConditionalRequestConflict", "NoSuchUpload"]);

/** Copies the upload, or finds the copy that an earlier run made. */
export async function storeCopy(
  order: CopyOrder,
  sizes: CopySizes,
  context: JobContext,
): Promise<StoredCopy> {
  // A run that was interrupted or put off does not count, but it has noted a copy in parts.
  const mayExist = context.run > 1 || order.upload.copy !== undefined;
  const found = mayExist ? await findCopy(order, context) : undefined;
  if (found !== undefined) return found;
  try {
    if (order.bytes <= sizes.oneCallBytes) await copyAtOnce(order, context);
    else await copyInParts(order, sizes.partBytes, context);
  } catch (error) {
    if (!(error instanceof S3ServiceException) || !alreadyThere.has(error.name)) throw error;
    context.log.warn({ cause: error.name }, "the copy was already made");
  }
  const copy = await findCopy(order, context);
  if (copy === undefined) throw new CopyMissing("the copy is not there");
  return copy;
}

/** The copy at the target. It has this size and was made by this job, because the target's key is this file's alone. */
async function findCopy(
  { target, bytes }: CopyOrder,
  { s3, signal, jobId }: JobContext,
): Promise<StoredCopy | undefined> {
  const head = new HeadObjectCommand({ Bucket: target.bucket, Key: target.key, ChecksumMode: "ENABLED" });
  const answer = await s3.send(head, { abortSignal: signal }).catch((error: unknown) => {
    if (error instanceof NotFound) return undefined;
    throw error;
  });
  if (answer === undefined) return undefined;
  if (answer.Metadata?.job !== jobId || answer.ContentLength !== bytes)
    throw new CopyMissing("another object is in the place of the copy");
  const { VersionId: versionId = "null", ChecksumSHA256: sha256, ChecksumCRC64NVME: crc64 } = answer;
  if (sha256) return { versionId, bytes, checksum: { algorithm: "SHA256", value: sha256 } };
  if (crc64) return { versionId, bytes, checksum: { algorithm: "CRC64NVME", value: crc64 } };
  throw new CopyMissing("the copy has no checksum");
}

async function copyAtOnce({ source, target }: CopyOrder, context: JobContext): Promise<void> {
  const copy = new CopyObjectCommand({
    Bucket: target.bucket,
    Key: target.key,
    CopySource: copySource(source),
    ChecksumAlgorithm: "SHA256",
    MetadataDirective: "REPLACE",
    ContentType: "application/octet-stream",
    Metadata: { job: context.jobId },
    IfNoneMatch: "*",
  });
  await context.s3.send(copy, { abortSignal: context.signal });
}
