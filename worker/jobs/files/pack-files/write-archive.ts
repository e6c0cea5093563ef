// Streams an archive to its place, in constant memory: one file is open at a time, and nothing is compressed, because most
// of what people share is compressed already.
import { createHash } from "node:crypto";
import { addAbortSignal, PassThrough, Readable, Transform } from "node:stream";
import { GetObjectCommand } from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { ZipFile } from "yazl";
import type { JobContext } from "../../../engine/job/handler.ts";
import { FleetError } from "../../../fleet/errors.ts";
import { SourceIncomplete } from "../../shared/source-object.ts";
import type { FileChecksum, FileRow } from "../rows/file-row.ts";
import { storedKey } from "../rows/ids.ts";
import { archivePaths } from "./archive-names.ts";
import type { Gathered } from "./gather-files.ts";

/** An archive that was written. */
export type WrittenArchive = { versionId: string; bytes: number; checksum: FileChecksum };

/**
 * A stored file does not have the size in its row. Stored versions never change, so waiting does not help, and this is our
 * fault and not S3's: the job fails, and its dead letter tells an operator.
 */
export class StoredFileDiffers extends FleetError {
  constructor(found: number, expected: number) {
    super(`a stored file has ${found} bytes, its row says ${expected}`);
  }
}

/** S3 takes 10,000 parts, so this is enough for 160 GB; at most three parts are in memory. */
const partBytes = 16 * 1024 ** 2;

/** How an archive is written. */
export type ArchiveFormat = {
  /** Whether every record has the 64-bit form. Records that need it, beyond 4 GB, always have it. */
  always64: boolean;
};

/** The 64-bit form only where it is needed: some old programs do not read it. */
export const usualFormat: ArchiveFormat = { always64: false };

/** Writes the archive and answers its version. */
export async function writeArchive(
  { fileId, present, missing }: Gathered & { fileId: string },
  format: ArchiveFormat,
  context: JobContext,
): Promise<WrittenArchive> {
  const { s3, names, signal, jobId } = context;
  const measured = new Measured();
  const archive = zipOf(present, missing, format, context);
  const body = archive.pipe(measured).pipe(new PassThrough());
  archive.on("error", (error) => body.destroy(error));
  addAbortSignal(signal, body);
  const upload = new Upload({
    client: s3,
    params: {
      Bucket: names.buckets.secure,
      Key: storedKey(fileId),
      Body: body,
      ContentType: "application/octet-stream",
      Metadata: { job: jobId },
    },
    partSize: partBytes,
    queueSize: 2,
  });
  const abort = () => void upload.abort().catch(() => undefined);
  signal.addEventListener("abort", abort, { once: true });
  try {
    const { VersionId: versionId = "null" } = await upload.done();
    return { versionId, bytes: measured.bytes, checksum: measured.checksum() };
  } finally {
    signal.removeEventListener("abort", abort);
    archive.destroy();
  }
}

/** Counts and hashes what passes through. */
class Measured extends Transform {
  bytes = 0;
  readonly #hash = createHash("sha256");

  override _transform(chunk: Buffer, _: BufferEncoding, done: (error: null, chunk: Buffer) => void): void {
    this.bytes += chunk.length;
    this.#hash.update(chunk);
    done(null, chunk);
  }

  checksum(): FileChecksum {
    return { algorithm: "SHA256", value: this.#hash.digest("base64") };
  }
}

/** Name of the text that lists what is not in the archive. */
const missingName = "not in this archive.txt";

function zipOf(
  present: readonly FileRow[],
  missing: readonly string[],
  { always64: forceZip64Format }: ArchiveFormat,
  context: JobContext,
): Readable {
  const zip = new ZipFile();
  const notice = missing.length > 0 ? [{ name: missingName, folder: "" }] : [];
  const paths = archivePaths([...present, ...notice]);
  for (const [index, row] of present.entries()) {
    const mtime = new Date(row.createdAt);
    const options = { size: row.bytes, compress: false, mtime, forceZip64Format };
    zip.addReadStreamLazy(paths[index] ?? row.id, options, (done) => {
      openFile(row, context).then(
        (stream) => done(null, stream),
        (error: Error) => done(error, Readable.from([])),
      );
    });
  }
  if (missing.length > 0) {
    const text = `These files had expired, been deleted or been withdrawn:\n\n${missing.join("\n")}\n`;
    zip.addBuffer(Buffer.from(text), paths.at(-1) ?? missingName, { mtime: new Date(0) });
  }
  // yazl reports a source's error on itself and leaves its output open.
  const output = zip.outputStream as Readable;
  zip.on("error", (error: Error) => output.destroy(error));
  zip.end({ forceZip64Format, comment: "" });
  return output;
}

async function openFile(
  { bucket, key, versionId, bytes }: FileRow,
  { s3, signal }: JobContext,
): Promise<Readable> {
  const get = new GetObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId });
  const { Body, ContentLength } = await s3.send(get, { abortSignal: signal });
  if (!(Body instanceof Readable)) throw new SourceIncomplete("the response has no body");
  if (ContentLength !== bytes) {
    Body.destroy();
    throw new StoredFileDiffers(ContentLength ?? 0, bytes);
  }
  return addAbortSignal(signal, Body);
}
