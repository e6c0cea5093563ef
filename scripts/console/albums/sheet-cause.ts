// What caused a contact sheet: the job of the picture with which its album reached the threshold. The sheet's message names no job,
// because it follows from a change of the album; but its revision is the place of that picture, so reads find what no write noted.
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import { z } from "zod";
import type { JobRow } from "../../../worker/engine/ledger/job-row.ts";
import { ordinalText } from "../../../worker/jobs/pictures/albums/album-entry.ts";
import { contactSheet, contactSheetPayload } from "../../../worker/jobs/pictures/contact-sheet/job.ts";
import type { JobsSource } from "../jobs/read-jobs.ts";
import { entryRowSchema, readPictureRow, sheetRowSchema } from "./rows.ts";

type Source = Pick<JobsSource, "db" | "names">;

const madeSchema = z.object({ album: z.string(), threshold: z.number().int() });

/** The job; undefined for other kinds, and where the picture has been replaced or removed since. At most three reads. */
export async function causeOfSheet(source: Source, row: JobRow): Promise<string | undefined> {
  if (row.kind !== contactSheet.kind) return undefined;
  const reached = await reachedBy(source, row);
  if (reached === undefined) return undefined;
  const { db, names } = source;
  const Key = { album: reached.album, ordinal: ordinalText(reached.revision) };
  const entry = await db.send(new GetCommand({ TableName: names.tables.albumPictures, Key }));
  const id = entryRowSchema.safeParse(entry.Item).data?.imageId;
  if (id === undefined) return undefined;
  const { Item } = await db.send(new GetCommand({ TableName: names.tables.images, Key: { id } }));
  const picture = readPictureRow(Item);
  return picture?.state === "ready" && picture.ordinal === reached.revision ? picture.writtenBy : undefined;
}

/** Album and revision: from the payload, where the ledger keeps it, else from the sheet's row. */
async function reachedBy({ db, names }: Source, { payload, result }: JobRow) {
  const given = payload === undefined ? undefined : contactSheetPayload.safeParse(JSON.parse(payload)).data;
  if (given !== undefined) return given;
  const made = madeSchema.safeParse(result).data;
  if (made === undefined) return undefined;
  const Key = { album: made.album, threshold: ordinalText(made.threshold) };
  const { Item } = await db.send(new GetCommand({ TableName: names.tables.sheets, Key }));
  return sheetRowSchema.safeParse(Item).data;
}
