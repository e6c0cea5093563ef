// Downloads the pictures of a sheet into a directory. A picture that has been deleted since has no file.
import { join } from "node:path";
import { BatchGetCommand } from "@aws-sdk/lib-dynamodb";
import type { JobContext } from "../../../engine/job/handler.ts";
import type { SandboxDirectory } from "../../../engine/sandbox/sandbox.ts";
import { CloudTrouble } from "../../../engine/trouble/cloud-trouble.ts";
import { FleetError } from "../../../fleet/errors.ts";
import { readSource } from "../../shared/source-object.ts";
import { picturesPerSheet } from "../albums/album.ts";
import { type AlbumEntry, lastPictures } from "../albums/album-entry.ts";
import { type ImageRow, parseImageRow, type StoredResult } from "../resize-image/image-row.ts";
import { variants } from "../resize-image/variants.ts";
import type { SheetPayload } from "./sheet-row.ts";

/** A picture of the sheet. Without a file, the picture is gone. */
export type SheetCell = { imageId: string; name: string; file?: string };

/** The largest result; animations may reach it. See the limits in decode-upload.ts. */
const maxPictureBytes = 64 * 1024 ** 2;

/** S3 returned something else than what this fleet stores. A retry may help. */
class PicturesIncomplete extends FleetError {}

/** The last pictures of the album at the payload's revision, in the order in which they joined. */
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

/** The result to show; undefined when the picture has left the album, even if the same key has joined again since. */
function shownResult({ ordinal }: AlbumEntry, row: ImageRow | undefined): StoredResult | undefined {
  if (row?.state !== "ready" || row.ordinal !== ordinal) return undefined;
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
  if (UnprocessedKeys?.[table]) throw new CloudTrouble("dynamodb", "some rows of pictures were not read");
  const rows = (Responses?.[table] ?? []).map(parseImageRow);
  return new Map(rows.map((row) => [row.id, row]));
}

/** Downloads a result. False when its version no longer exists. */
async function download(result: StoredResult, file: string, context: JobContext): Promise<boolean> {
  const read = await readSource(result, context, file, maxPictureBytes);
  if (read.outcome === "too-large")
    throw new PicturesIncomplete(`a result has ${read.bytes} bytes, more than any result may have`);
  return read.outcome === "read";
}
