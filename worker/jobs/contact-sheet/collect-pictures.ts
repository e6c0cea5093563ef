// Brings the pictures of a sheet into a directory: the shown version of each, or nothing where it has been deleted since.
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { GetObjectCommand, S3ServiceException } from "@aws-sdk/client-s3";
import { BatchGetCommand } from "@aws-sdk/lib-dynamodb";
import { picturesPerSheet } from "../../albums/album.ts";
import { type AlbumEntry, lastPictures } from "../../albums/album-entry.ts";
import { FleetError } from "../../errors.ts";
import type { SandboxDirectory } from "../../sandbox/sandbox.ts";
import type { JobContext } from "../handler.ts";
import { type ImageRow, parseImageRow, type StoredResult } from "../resize-image/image-row.ts";
import { variants } from "../resize-image/variants.ts";
import type { SheetPayload } from "./sheet-row.ts";

/** A picture of the sheet; without a file it is gone. */
export type SheetCell = { imageId: string; name: string; file?: string };

/** DynamoDB or S3 gave less than was asked for; worth another try. */
class PicturesIncomplete extends FleetError {}

/** The last pictures the album held at the payload's revision, in the order in which they joined. */
export async function collectPictures(
  { album, revision }: SheetPayload,
  directory: SandboxDirectory,
  context: JobContext,
): Promise<SheetCell[]> {
  const entries = await lastPictures({ album, revision, count: picturesPerSheet }, context);
  const rows = await readRows(entries, context);
  return Promise.all(
    entries.map(async (entry, index): Promise<SheetCell> => {
      const { imageId, name } = entry;
      const file = `picture-${index}`;
      const result = shownResult(entry, rows.get(imageId));
      const found = result && (await download(result, join(directory.path, file), context));
      return { imageId, name, ...(found && { file }) };
    }),
  );
}

/** Where a picture lies; nothing when it left the album, whether or not the same key has joined again. */
function shownResult(
  { ordinal, leftAtRevision }: AlbumEntry,
  row: ImageRow | undefined,
): StoredResult | undefined {
  if (leftAtRevision !== undefined || row?.state !== "ready" || row.ordinal !== ordinal) return undefined;
  return row.results[variants[0].name];
}

async function readRows(
  entries: readonly AlbumEntry[],
  { db, names, signal }: JobContext,
): Promise<Map<string, ImageRow>> {
  const table = names.tables.images;
  const Keys = [...new Set(entries.map(({ imageId }) => imageId))].map((id) => ({ id }));
  if (Keys.length === 0) return new Map();
  const get = new BatchGetCommand({ RequestItems: { [table]: { Keys, ConsistentRead: true } } });
  const { Responses, UnprocessedKeys } = await db.send(get, { abortSignal: signal });
  if (UnprocessedKeys?.[table]) throw new PicturesIncomplete("not all pictures' rows were read");
  const rows = (Responses?.[table] ?? []).map(parseImageRow);
  return new Map(rows.map((row) => [row.id, row]));
}

/** True when the version was there. */
async function download(
  { bucket, key, versionId }: StoredResult,
  file: string,
  { s3, signal }: JobContext,
): Promise<boolean> {
  const get = new GetObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId });
  const answer = await s3.send(get, { abortSignal: signal }).catch((error: unknown) => {
    if (error instanceof S3ServiceException && goneNames.has(error.name)) return undefined;
    throw error;
  });
  if (answer === undefined) return false;
  if (!(answer.Body instanceof Readable)) throw new PicturesIncomplete("the answer has no body");
  await pipeline(answer.Body, createWriteStream(file), { signal });
  return true;
}

const goneNames = new Set(["NoSuchKey", "NoSuchVersion", "NotFound"]);
