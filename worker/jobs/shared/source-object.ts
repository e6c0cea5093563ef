// Reads one version of an object into a file, and deletes exactly that version. Knows S3, not the content.
import { createHash } from "node:crypto";
import { closeSync, openSync, writevSync } from "node:fs";
import { open } from "node:fs/promises";
import { addAbortSignal, Readable } from "node:stream";
import { DeleteObjectCommand, GetObjectCommand, S3ServiceException } from "@aws-sdk/client-s3";
import type { JobContext } from "../../engine/job/handler.ts";
import { CloudTrouble } from "../../engine/trouble/cloud-trouble.ts";

/** One version of one object. */
export type ObjectVersion = { bucket: string; key: string; versionId: string };

/** One version of one object; the current version when `versionId` is absent. */
export type ReadableObject = Omit<ObjectVersion, "versionId"> & { versionId?: string | undefined };

/** The outcome of a read: the bytes are in the file, the object is too large, or the version no longer exists. */
export type SourceRead =
  | { outcome: "read"; bytes: number; sha256: string }
  | { outcome: "too-large"; bytes: number }
  | { outcome: "gone" };

/** The connection or the disk ended before the object did. */
export class SourceIncomplete extends CloudTrouble {
  constructor(what: string) {
    super("s3", what);
  }
}

const goneNames = new Set(["NoSuchKey", "NoSuchVersion", "NotFound"]);

const isGone = (error: unknown) => error instanceof S3ServiceException && goneNames.has(error.name);

/**
 * Streams the version into `file` and computes its hash on the way.
 * @param maxBytes a larger object is not read at all
 */
export async function readSource(
  { bucket, key, versionId }: ReadableObject,
  { s3, signal }: JobContext,
  file: string,
  maxBytes: number,
): Promise<SourceRead> {
  const get = new GetObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId });
  const answer = await s3.send(get, { abortSignal: signal }).catch((error: unknown) => {
    if (isGone(error)) return undefined;
    throw error;
  });
  if (answer === undefined) return { outcome: "gone" };
  const { Body, ContentLength = 0 } = answer;
  if (!(Body instanceof Readable)) throw new SourceIncomplete("the response has no body");
  if (ContentLength > maxBytes) {
    Body.destroy();
    return { outcome: "too-large", bytes: ContentLength };
  }
  const body = addAbortSignal(signal, Body);
  const write = ContentLength > 0 && ContentLength <= writeBufferBytes ? writeSmall : writeLarge;
  const { bytes, sha256 } = await write(body, file);
  if (bytes !== ContentLength) throw new SourceIncomplete(`got ${bytes} of ${ContentLength} bytes`);
  return { outcome: "read", bytes, sha256 };
}

/** Bytes collected before a write. Writing every network packet by itself took a third of the download time. */
const writeBufferBytes = 1024 * 1024;

type Written = { bytes: number; sha256: string };

/** An object of one write: three short system calls, for which threads of libuv's pool would take several times the CPU. */
async function writeSmall(body: Readable, file: string): Promise<Written> {
  const hash = createHash("sha256");
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    hash.update(chunk);
    chunks.push(chunk);
    bytes += chunk.length;
  }
  const handle = openSync(file, "w");
  try {
    if (bytes > 0) checkWritten(writevSync(handle, chunks), bytes);
  } finally {
    closeSync(handle);
  }
  return { bytes, sha256: hash.digest("hex") };
}

async function writeLarge(body: Readable, file: string): Promise<Written> {
  await using handle = await open(file, "w");
  const hash = createHash("sha256");
  let bytes = 0;
  let pending: Buffer[] = [];
  let waiting = 0;
  const write = async () => {
    const { bytesWritten } = await handle.writev(pending);
    checkWritten(bytesWritten, waiting);
    bytes += waiting;
    pending = [];
    waiting = 0;
  };
  for await (const chunk of body as AsyncIterable<Buffer>) {
    hash.update(chunk);
    pending.push(chunk);
    waiting += chunk.length;
    if (waiting >= writeBufferBytes) await write();
  }
  if (waiting > 0) await write();
  return { bytes, sha256: hash.digest("hex") };
}

function checkWritten(written: number, bytes: number): void {
  if (written < bytes) throw new SourceIncomplete(`wrote ${written} of ${bytes} bytes`);
}

/** Deletes exactly this version. A version that is already gone is not an error (S3 answers 204). */
export async function deleteSource(
  { bucket, key, versionId }: ObjectVersion,
  { s3, signal }: JobContext,
): Promise<void> {
  await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId }), {
    abortSignal: signal,
  });
}
