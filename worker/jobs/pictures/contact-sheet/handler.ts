// Handler of contact-sheet: the pictures an album held when it reached a multiple of ten become one picture, once.
// The sheet's row points to one version of the object, so that a repeated run can leave nothing wrong behind.
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import * as z from "zod";
import type { Handler, JobContext, JobResult } from "../../../engine/job/handler.ts";
import type { SandboxLimits } from "../../../engine/sandbox/sandbox.ts";
import { collectPictures, type SheetCell } from "./collect-pictures.ts";
import type { DrawAnswer, DrawInput } from "./draw-contract.ts";
import { type MadeSheet, readSheet, type SheetPayload, sheetEffect } from "./sheet-row.ts";

const limits: SandboxLimits = {
  deadlineMs: 30_000,
  memoryBytes: 512 * 1024 ** 2,
  outputBytes: 32 * 1024 ** 2,
};

const side = z.number().int().min(1).max(10_000);
const drawAnswerSchema: z.ZodType<DrawAnswer> = z.object({
  width: side,
  height: side,
  bytes: z.number().int().min(1),
});

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
      const { width, height } = await draw(payload, cells, directory, context);
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

async function draw(
  { album, threshold }: SheetPayload,
  cells: readonly SheetCell[],
  directory: Parameters<typeof collectPictures>[1],
  { sandbox, signal }: JobContext,
) {
  const input: DrawInput = {
    title: titleOf(album),
    subtitle:
      threshold > cells.length
        ? `The last ${cells.length} of ${threshold} pictures`
        : `${threshold} pictures`,
    cells: cells.map(({ name, file }) => ({ name, file })),
    output,
  };
  const run = sandbox.run({ task: "draw-contact-sheet", input }, { directory, limits, signal });
  return drawAnswerSchema.parse(await run);
}

/** A person's default album begins with a slash, see albums/album.ts. */
function titleOf(album: string): string {
  return album.startsWith("/") ? `Pictures of ${album.slice(1)}` : album;
}

/** Where a sheet lies. Folders and people are kept apart as the albums are; what is too long for a key is hashed. */
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
