// Saves a story's parts to a folder. Checks each against its checksum and never replaces an existing file.
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { link, mkdir, rm } from "node:fs/promises";
import { join, parse } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { GetObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { FleetError } from "../../worker/fleet/errors.ts";
import { partFileName } from "./file-name.ts";
import { isHtml, pointingAt, savedPictures } from "./picture-links.ts";
import type { Part, Story } from "./story.ts";

/** A part is missing or damaged. */
export class PartNotSaved extends FleetError {}

/** A part on the editor's disk. */
export type SavedPart = { n: number; file: string; bytes: number; contentType: string; name: string | null };

/**
 * Saves every part into `folder` and creates the folder if it is missing. If a file of that name has other content, such as an
 * editor's notes, it stays and the part's name gets a counter.
 * @throws PartNotSaved
 */
export async function saveParts(s3: S3Client, story: Story, folder: string): Promise<SavedPart[]> {
  await mkdir(folder, { recursive: true });
  const saved: SavedPart[] = [];
  for (const part of story.parts) {
    const change = isHtml(part) ? pointingAt(savedPictures(part, story.parts)) : unchanged;
    const file = await savePart({ s3, bucket: story.bucket ?? "", folder, change }, part);
    const { n, bytes, contentType, name = null } = part;
    saved.push({ n, file, bytes, contentType, name });
  }
  return saved;
}

/** Where parts come from and go to, and how their bytes change on the way. */
type Saving = {
  s3: S3Client;
  bucket: string;
  folder: string;
  change: (chunks: AsyncIterable<Buffer>) => AsyncIterable<Buffer>;
};

async function* unchanged(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield* chunks;
}

async function savePart({ s3, bucket, folder, change }: Saving, part: Part): Promise<string> {
  const name = partFileName(part);
  const partial = join(folder, `.${name}.${process.pid}.partial`);
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: part.key }));
    if (!(Body instanceof Readable)) throw new PartNotSaved(`part ${part.n} has no content`);
    const hash = createHash("sha256");
    await pipeline(Body, hashing(hash), change, createWriteStream(partial, { flags: "wx" }));
    if (hash.digest("hex") !== part.sha256)
      throw new PartNotSaved(`part ${part.n} is damaged: its checksum differs`);
    return await place(partial, folder, name, await checksumOf(partial));
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "NoSuchKey") throw error;
    throw new PartNotSaved(`part ${part.n} is no longer in the bucket ${bucket}`, { cause: error });
  } finally {
    await rm(partial, { force: true });
  }
}

function hashing(hash: ReturnType<typeof createHash>) {
  return async function* (chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      hash.update(chunk);
      yield chunk;
    }
  };
}

/** Gives the file its name, else the next name that is free or has the same content; returns the path. */
async function place(
  partial: string,
  folder: string,
  name: string,
  sha256: string | undefined,
): Promise<string> {
  const { name: stem, ext } = parse(name);
  for (let counter = 1; ; counter += 1) {
    const candidate = join(folder, counter === 1 ? name : `${stem} (${counter})${ext}`);
    try {
      // Unlike a rename, a link never replaces a file.
      await link(partial, candidate);
      return candidate;
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
      if ((await checksumOf(candidate)) === sha256) return candidate;
    }
  }
}

async function checksumOf(file: string): Promise<string | undefined> {
  const hash = createHash("sha256");
  try {
    await pipeline(createReadStream(file), hash);
    return hash.digest("hex");
  } catch {
    // A folder of that name, or an unreadable file: it is not one of ours.
    return undefined;
  }
}
