// Copies a large upload in parts, inside S3. The copy under way is noted in the upload's row before its first part, so
// that another run goes on with the parts that are missing.
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListPartsCommand,
  NoSuchUpload,
  S3ServiceException,
  UploadPartCopyCommand,
} from "@aws-sdk/client-s3";
import type { JobContext } from "../../../engine/job/handler.ts";
import { FleetError } from "../../../fleet/errors.ts";
import type { UploadRow } from "../rows/upload-row.ts";
import { type CopyOrder, copySource } from "./copy-order.ts";

type Copy = NonNullable<UploadRow["copy"]>;

/** Parts copied at once. */
const parallel = 4;

/** S3 takes at most so many parts ("Amazon S3 multipart upload limits"). */
const maxParts = 10_000;

/** Copies what is missing and completes the copy. */
export async function copyInParts(order: CopyOrder, partBytes: number, context: JobContext): Promise<void> {
  const { copy, done } = await resumed(order, partBytes, context);
  const numbers = Array.from({ length: Math.ceil(order.bytes / copy.partBytes) }, (_, index) => index + 1);
  const missing = numbers.filter((number) => !done.has(number));
  const copied = new Map(done);
  const copyNext = async (): Promise<void> => {
    for (let number = missing.shift(); number !== undefined; number = missing.shift())
      copied.set(number, await copyPart(order, copy, number, context));
  };
  await Promise.all(Array.from({ length: parallel }, copyNext));
  const Parts = numbers.map((number): CompletedPart => ({ PartNumber: number, ETag: copied.get(number) }));
  const complete = new CompleteMultipartUploadCommand({
    ...placeOf(order, copy),
    MultipartUpload: { Parts },
    ChecksumType: "FULL_OBJECT",
    MpuObjectSize: order.bytes,
    IfNoneMatch: "*",
  });
  try {
    await context.s3.send(complete, { abortSignal: context.signal });
  } catch (error) {
    // The place is taken, so these parts will never be used.
    if (error instanceof S3ServiceException && error.name === "PreconditionFailed")
      await context.s3.send(new AbortMultipartUploadCommand(placeOf(order, copy)));
    throw error;
  }
}

const placeOf = ({ target }: CopyOrder, { uploadId }: Copy) => ({
  Bucket: target.bucket,
  Key: target.key,
  UploadId: uploadId,
});

/** The copy to go on with and its finished parts, as ETags by number: an earlier run's, else a new one. */
async function resumed(
  order: CopyOrder,
  partBytes: number,
  context: JobContext,
): Promise<{ copy: Copy; done: Map<number, string> }> {
  const { copy } = order.upload;
  const done = copy && (await finishedParts(order, copy, context));
  if (copy && done) return { copy, done };
  const least = Math.ceil(order.bytes / maxParts);
  return { copy: await started(order, Math.max(partBytes, least), context), done: new Map() };
}

/** The parts that are there; undefined when the copy is no longer under way. */
async function finishedParts(
  order: CopyOrder,
  copy: Copy,
  { s3, signal }: JobContext,
): Promise<Map<number, string> | undefined> {
  const done = new Map<number, string>();
  let marker: string | undefined;
  do {
    const list = new ListPartsCommand({ ...placeOf(order, copy), PartNumberMarker: marker });
    const answer = await s3.send(list, { abortSignal: signal }).catch((error: unknown) => {
      if (error instanceof NoSuchUpload) return undefined;
      throw error;
    });
    if (answer === undefined) return undefined;
    for (const { PartNumber, ETag } of answer.Parts ?? []) if (PartNumber && ETag) done.set(PartNumber, ETag);
    marker = answer.IsTruncated ? answer.NextPartNumberMarker : undefined;
  } while (marker !== undefined);
  return done;
}

/** Starts a copy and notes it, if the job is still ours. A copy that could not be noted is aborted. */
async function started(order: CopyOrder, partBytes: number, context: JobContext): Promise<Copy> {
  const create = new CreateMultipartUploadCommand({
    Bucket: order.target.bucket,
    Key: order.target.key,
    ChecksumAlgorithm: "CRC64NVME",
    ChecksumType: "FULL_OBJECT",
    ContentType: "application/octet-stream",
    Metadata: { job: context.jobId },
  });
  const { UploadId: uploadId } = await context.s3.send(create, { abortSignal: context.signal });
  if (uploadId === undefined) throw new FleetError("the response to a new multipart upload has no id");
  const copy: Copy = { uploadId, partBytes };
  const note = {
    Update: {
      TableName: context.names.tables.uploads,
      Key: { id: order.upload.id },
      UpdateExpression: "SET #copy = :copy",
      ConditionExpression: "#state = :issued",
      ExpressionAttributeNames: { "#copy": "copy", "#state": "state" },
      ExpressionAttributeValues: { ":copy": copy, ":issued": "issued" },
    },
  };
  await context.mark([note]).catch(async (error: unknown) => {
    await context.s3.send(new AbortMultipartUploadCommand(placeOf(order, copy))).catch(() => undefined);
    throw error;
  });
  return copy;
}

async function copyPart(
  order: CopyOrder,
  copy: Copy,
  number: number,
  { s3, signal }: JobContext,
): Promise<string> {
  const start = (number - 1) * copy.partBytes;
  const end = Math.min(order.bytes, start + copy.partBytes) - 1;
  const part = new UploadPartCopyCommand({
    ...placeOf(order, copy),
    PartNumber: number,
    CopySource: copySource(order.source),
    CopySourceRange: `bytes=${start}-${end}`,
  });
  const { CopyPartResult } = await s3.send(part, { abortSignal: signal });
  if (CopyPartResult?.ETag === undefined) throw new FleetError("the response to a copied part has no ETag");
  return CopyPartResult.ETag;
}
