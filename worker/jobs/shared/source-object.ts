// Reads one version of an object into a file, and deletes exactly that version. Knows S3, not the content.
import { createHash } from "node:crypto";
import { closeSync, openSync, writeSync } from "node:fs";
import { open } from "node:fs/promises";
import { addAbortSignal, Readable } from "node:stream";
import { finished } from "node:stream/promises";
import { DeleteObjectCommand, GetObjectCommand, S3ServiceException } from "@aws-sdk/client-s3";
import type { JobContext } from "../../engine/job/handler.ts";
import { noteSpent } from "../../engine/job/spent-bytes.ts";
import { CloudTrouble } from "../../engine/trouble/cloud-trouble.ts";

/** One version of one object. */
export type ObjectVersion = { bucket: string; key: string; versionId: string };

/** One version of one object; the current version when `versionId` is absent. */
export type ReadableObject = Omit<ObjectVersion, "versionId"> & { versionId?: string | undefined };

/** The outcome of a read: the bytes are in the file, the object is too large, or the version no longer exists. */
export type SourceRead =
  | { outcome: "read"; bytes: number }
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
 * Streams the version into `file`.
 * @param maxBytes a larger object is not read at all
 */
export const readSource = (
  object: ReadableObject,
  context: JobContext,
  file: string,
  maxBytes: number,
): Promise<SourceRead> => readInto((bytes) => fileSink(file, bytes), object, context, maxBytes);

/** Reads the version for its SHA-256, in hexadecimal digits; undefined when it is gone or larger than `maxBytes`. */
export async function hashSource(
  object: ReadableObject,
  context: JobContext,
  maxBytes: number,
): Promise<string | undefined> {
  const hash = createHash("sha256");
  const into = (): Sink => ({ take: (piece) => void hash.update(piece), end: async () => {} });
  const { outcome } = await readInto(into, object, context, maxBytes);
  return outcome === "read" ? hash.digest("hex") : undefined;
}

async function readInto(
  into: (bytes: number) => Sink,
  { bucket, key, versionId }: ReadableObject,
  { s3, signal }: JobContext,
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
  let bytes = 0;
  const sink = into(ContentLength);
  try {
    await takeAll(addAbortSignal(signal, Body), (piece) => {
      bytes += piece.length;
      return sink.take(piece);
    });
  } finally {
    await sink.end();
  }
  if (bytes !== ContentLength) throw new SourceIncomplete(`got ${bytes} of ${ContentLength} bytes`);
  return { outcome: "read", bytes };
}

/**
 * Gives all pieces of a body to `take`, which is waited for where it takes longer: the last one too, since a body may end while it is
 * being taken. Iterating takes several turns for each piece.
 */
async function takeAll(body: Readable, take: Sink["take"]): Promise<void> {
  let taking: Promise<void> | undefined;
  const fail = (error: Error) => void body.destroy(error);
  body.on("data", (piece: Buffer) => {
    try {
      const taken = take(piece);
      noteSpent(piece.length);
      if (taken === undefined) return;
      body.pause();
      taking = taken.then(() => void body.resume());
      taking.catch(fail);
    } catch (error) {
      fail(error as Error);
    }
  });
  await finished(body);
  await taking;
}

/** Where pieces go. `end` is called after the last one, whatever came before. */
type Sink = { take: (piece: Buffer) => void | Promise<void>; end: () => Promise<void> };

/** Bytes collected before a write of a large object. Writing every network packet by itself took a third of the download time. */
const writeBufferBytes = 1024 * 1024;

/** As large as most pictures. */
const smallBytes = 8 * 1024 * 1024;

/**
 * A small object is written as it comes: for short system calls, threads of libuv's pool would take several times the CPU. The many writes
 * of a large one could hold the worker up, so they are those threads' work, a megabyte at a time.
 */
const fileSink = (file: string, bytes: number): Sink =>
  bytes > 0 && bytes <= smallBytes ? smallSink(file) : largeSink(file);

function smallSink(file: string): Sink {
  const descriptor = openSync(file, "w");
  return {
    take: (piece) => checkWritten(writeSync(descriptor, piece), piece.length),
    end: async () => closeSync(descriptor),
  };
}

function largeSink(file: string): Sink {
  const opening = open(file, "w");
  // Whoever writes hears of a failure, which may come before.
  opening.catch(() => {});
  let pending: Buffer[] = [];
  let length = 0;
  const write = async () => {
    const { bytesWritten } = await (await opening).writev(pending);
    checkWritten(bytesWritten, length);
    pending = [];
    length = 0;
  };
  return {
    take: (piece) => {
      pending.push(piece);
      length += piece.length;
      if (length >= writeBufferBytes) return write();
    },
    end: async () => {
      await using _file = await opening;
      if (length > 0) await write();
    },
  };
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
