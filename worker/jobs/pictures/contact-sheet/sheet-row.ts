// The row of a finished sheet. It is kept forever, so no run draws the sheet twice, even long after the job's own row has
// expired.
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { PayloadOf } from "../../../engine/job/define-job.ts";
import type { Effect, JobContext } from "../../../engine/job/handler.ts";
import { ordinalText } from "../albums/album-entry.ts";
import type { contactSheet } from "./job.ts";

export type SheetPayload = PayloadOf<typeof contactSheet>;

/** The fields of a sheet that its row and the job's result share. */
export const madeSheetSchema = z.object({
  bucket: z.string(),
  key: z.string(),
  versionId: z.string(),
  width: z.number().int().positive(),
  height: z.number().int().positive(),
  contentType: z.string(),
  album: z.string(),
  threshold: z.number().int().positive(),
  /** Pictures shown. */
  shown: z.number().int().nonnegative(),
  /** Pictures that were in the album when it reached the threshold but have been deleted since; shown as gaps. */
  missing: z.number().int().nonnegative(),
});

/** A finished sheet. */
export type MadeSheet = z.infer<typeof madeSheetSchema>;

/** A picture in the sheet's row. */
export type SheetPicture = { imageId: string; name: string; shown: boolean };

const keyOf = ({ album, threshold }: Pick<SheetPayload, "album" | "threshold">) => ({
  album,
  threshold: ordinalText(threshold),
});

/** Reads the sheet, if it exists. */
export async function readSheet(
  payload: SheetPayload,
  { db, names, signal }: JobContext,
): Promise<MadeSheet | undefined> {
  const get = new GetCommand({
    TableName: names.tables.sheets,
    Key: keyOf(payload),
    ConsistentRead: true,
  });
  const { Item } = await db.send(get, { abortSignal: signal });
  return Item && madeSheetSchema.parse({ ...Item, threshold: payload.threshold });
}

/** Writes the sheet's row, unless one exists. */
export function sheetEffect(
  payload: SheetPayload,
  made: MadeSheet,
  pictures: readonly SheetPicture[],
  { names, jobId, now }: JobContext,
): Effect {
  const createdAt = new Date(now()).toISOString();
  const { revision } = payload;
  return {
    Put: {
      TableName: names.tables.sheets,
      Item: { ...made, ...keyOf(payload), revision, pictures, createdAt, jobId },
      ConditionExpression: "attribute_not_exists(album)",
    },
  };
}
