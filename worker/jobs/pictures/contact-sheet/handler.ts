// Handler of contact-sheet: draws one sheet of the pictures that an album held when it reached a multiple of ten. The
// sheet's row names one version of the object, so a repeated run leaves nothing wrong behind.
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import type { Handler, JobContext, JobResult } from "../../../engine/job/handler.ts";
import { collectPictures, type SheetCell } from "./collect-pictures.ts";
import { drawSheet } from "./draw-sheet.ts";
import { type MadeSheet, readSheet, type SheetPayload, sheetEffect } from "./sheet-row.ts";

const output = "sheet.png";
const contentType = "image/png";

/** S3's limit for a key in UTF-8 (S3 user guide, "Naming Amazon S3 objects"). */
const maxKeyBytes = 1024;

/** Makes the handler. */
export function contactSheetHandler(): Handler<SheetPayload> {
  return {
    run: async (payload, context) => {
      const before = await readSheet(payload, context);
      if (before) return { effects: [], result: before };
      await using directory = await context.sandbox.directory();
      const cells = await collectPictures(payload, directory, context);
      const { width, height } = await drawSheet(payload, cells, output, { ...context, directory });
      const body = await readFile(join(directory.path, output));
      const place = await store(payload, body, context);
      const shown = cells.filter(({ file }) => file !== undefined).length;
      const missing = cells.length - shown;
      const { album, threshold } = payload;
      const made = { ...place, width, height, contentType, album, threshold, shown, missing };
      context.log.info({ threshold, shown, missing, bytes: body.length }, "contact sheet drawn");
      return finished(payload, made, cells, context);
    },
  };
}

/** The object key of a sheet. Folders and people have separate prefixes; an album too long for a key is hashed. */
export function sheetKey({ album, threshold }: Pick<SheetPayload, "album" | "threshold">): string {
  const key = album.startsWith("/") ? `people${album}/${threshold}.png` : `folders/${album}/${threshold}.png`;
  if (Buffer.byteLength(key) <= maxKeyBytes) return key;
  return `hashed/${createHash("sha256").update(album).digest("hex")}/${threshold}.png`;
}

async function store(
  payload: SheetPayload,
  body: Buffer,
  { s3, names, signal, jobId }: JobContext,
): Promise<Pick<MadeSheet, "bucket" | "key" | "versionId">> {
  const [bucket, key] = [names.buckets.sheets, sheetKey(payload)];
  const put = new PutObjectCommand({
    Bucket: bucket,
    Key: key,
    Body: body,
    ContentType: contentType,
    ChecksumSHA256: createHash("sha256").update(body).digest("base64"),
    Metadata: { job: jobId },
  });
  const { VersionId: versionId = "null" } = await s3.send(put, { abortSignal: signal });
  return { bucket, key, versionId };
}

function finished(
  payload: SheetPayload,
  made: MadeSheet,
  cells: readonly SheetCell[],
  context: JobContext,
): JobResult {
  const pictures = cells.map(({ imageId, name, file }) => ({ imageId, name, shown: file !== undefined }));
  return { effects: [sheetEffect(payload, made, pictures, context)], result: made };
}
