// Addresses by which a browser sends a file straight to S3: a form for a small file, presigned parts for a large one.
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListPartsCommand,
  NoSuchUpload,
  type S3Client,
  S3ServiceException,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { createPresignedPost } from "@aws-sdk/s3-presigned-post";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { Conflict } from "../refusals.ts";

const mebibyte = 1024 ** 2;

/** Up to this size a file goes in one form; a lost connection then costs at most this much. */
export const maxFormBytes = 16 * mebibyte;

/** S3 takes at most this many parts (S3 user guide, multipart upload limits). */
export const maxParts = 10_000;

/** How long a form and a part's address may be used. */
const addressSeconds = 3600;

/** An object of the bucket `incoming`. */
export type Target = { bucket: string; key: string };

/** A multipart upload under way. */
export type Multipart = Target & { multipartId: string };

/** The size of the parts of a file: 16 MiB, or more when there would be too many parts. */
export function partBytesOf(bytes: number): number {
  return Math.max(maxFormBytes, Math.ceil(bytes / maxParts / mebibyte) * mebibyte);
}

/** A form for exactly this key and at most this many bytes. */
export function formFor(
  s3: S3Client,
  { bucket, key }: Target,
  maxBytes: number,
  returnTo?: string,
): Promise<{ url: string; fields: Record<string, string> }> {
  return createPresignedPost(s3, {
    Bucket: bucket,
    Key: key,
    ...(returnTo !== undefined && { Fields: { success_action_redirect: returnTo } }),
    Conditions: [
      ["eq", "$key", key],
      ["content-length-range", 0, maxBytes],
    ],
    Expires: addressSeconds,
  });
}

/** Begins a multipart upload. */
export async function beginMultipart(s3: S3Client, { bucket, key }: Target): Promise<string> {
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket: bucket, Key: key }));
  if (UploadId === undefined) throw new Error("S3 began no multipart upload");
  return UploadId;
}

/** The bytes of one part of a file: all parts are of one size but the last, which may be smaller. */
export function bytesOfPart(fileBytes: number, number: number): number {
  const partBytes = partBytesOf(fileBytes);
  return Math.min(partBytes, fileBytes - (number - 1) * partBytes);
}

/**
 * The address for one part, which takes exactly this many bytes: the header `content-length` is signed. Otherwise someone
 * could leave 5 GB in each part of a small file.
 */
export function partAddress(
  s3: S3Client,
  { bucket, key, multipartId }: Multipart,
  { number, bytes }: { number: number; bytes: number },
): Promise<string> {
  const command = new UploadPartCommand({
    Bucket: bucket,
    Key: key,
    UploadId: multipartId,
    PartNumber: number,
    ContentLength: bytes,
  });
  // The SDK signs the checksum of the body that it sees, which is empty. S3 would refuse the browser's bytes.
  command.middlewareStack.add(
    (next) => (args) => {
      if (hasHeaders(args.request)) args.request.headers = withoutChecksum(args.request.headers);
      return next(args);
    },
    { step: "build", priority: "low" },
  );
  return getSignedUrl(s3, command, { expiresIn: addressSeconds });
}

/** Names of the headers by which the SDK announces the checksum of a body. */
const checksumHeader = /^x-amz-(checksum|sdk-checksum)-/i;

const hasHeaders = (request: unknown): request is { headers: Record<string, string> } =>
  typeof request === "object" && request !== null && "headers" in request;

/** Headers without those of a checksum. */
function withoutChecksum(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !checksumHeader.test(name)));
}

/** A part that S3 has. */
export type Part = { number: number; bytes: number; etag: string };

/** The parts that S3 has; undefined when the upload is complete or was aborted. */
export async function partsOf(s3: S3Client, upload: Multipart): Promise<Part[] | undefined> {
  const { bucket, key, multipartId } = upload;
  const parts: Part[] = [];
  for (let after: string | undefined; ; ) {
    const list = new ListPartsCommand({
      Bucket: bucket,
      Key: key,
      UploadId: multipartId,
      PartNumberMarker: after,
    });
    const page = await s3.send(list).catch((error: unknown) => goneOr(error));
    if (page === undefined) return undefined;
    for (const { PartNumber = 0, Size = 0, ETag = "" } of page.Parts ?? [])
      parts.push({ number: PartNumber, bytes: Size, etag: ETag });
    if (!page.IsTruncated) return parts;
    after = page.NextPartNumberMarker;
  }
}

function goneOr(error: unknown): undefined {
  if (error instanceof NoSuchUpload || (error instanceof Error && error.name === "NoSuchUpload"))
    return undefined;
  throw error;
}

/**
 * Puts the parts together. Doing it twice is harmless: S3 then has no such upload any more.
 * @throws Conflict when S3 does not have these parts
 */
export async function completeMultipart(
  s3: S3Client,
  { bucket, key, multipartId }: Multipart,
  parts: readonly Pick<Part, "number" | "etag">[],
): Promise<void> {
  const Parts = parts.map(({ number, etag }) => ({ PartNumber: number, ETag: etag }));
  const complete = new CompleteMultipartUploadCommand({
    Bucket: bucket,
    Key: key,
    UploadId: multipartId,
    MultipartUpload: { Parts },
  });
  await s3.send(complete).catch((error: unknown) => {
    const refused = error instanceof S3ServiceException && error.$fault === "client";
    if (refused && /^(InvalidPart|InvalidPartOrder|EntityTooSmall|MalformedXML)$/.test(error.name))
      throw new Conflict("Some parts of the file are missing or have changed. Send them again.");
    goneOr(error);
  });
}

/** Aborts a multipart upload, if it is still there. */
export async function abortMultipart(s3: S3Client, { bucket, key, multipartId }: Multipart): Promise<void> {
  const abort = new AbortMultipartUploadCommand({ Bucket: bucket, Key: key, UploadId: multipartId });
  await s3.send(abort).catch(goneOr);
}
