// The row of a picture as jobs read it: its newest accepted version, and a note of a newer version that was refused.
// image-effects.ts writes the row.

import { GetCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { PayloadOf } from "../../../engine/job/define-job.ts";
import type { JobContext } from "../../../engine/job/handler.ts";
import { readRow } from "../../shared/read-row.ts";
import { imageRowId } from "./image-row-id.ts";
import type { resizeImage } from "./job.ts";
import { sortableSequencer } from "./sequencer.ts";

export type ResizePayload = PayloadOf<typeof resizeImage>;

const refusal = z.object({
  versionId: z.string(),
  sequencer: z.string(),
  code: z.string(),
  reason: z.string(),
  at: z.string(),
});

const common = {
  /** `bucket/key` of the upload. */
  id: z.string(),
  /** Sequencer of the version that the row describes; sortable, see sequencer.ts. */
  sequencer: z.string(),
  versionId: z.string(),
  /** The job that wrote the row last. Every write is conditional on it. */
  writtenBy: z.string(),
  /** The newest refused version, if it is newer than the accepted one. */
  refusal: refusal.optional(),
};

/** The result object of one variant. */
const storedResult = z.object({
  bucket: z.string(),
  key: z.string(),
  versionId: z.string(),
  etag: z.string(),
});

export type StoredResult = z.infer<typeof storedResult>;

/** Fields of a picture that was accepted. */
const accepted = {
  ...common,
  width: z.number(),
  height: z.number(),
  contentType: z.string(),
  /** By name of the variant. */
  results: z.record(z.string(), storedResult),
  album: z.string(),
  /** The picture's place in the album, see albums/album-effects.ts. */
  ordinal: z.number().int(),
};

const imageRow = z.discriminatedUnion("state", [
  z.object({ ...accepted, state: z.literal("ready") }),
  /** A person deleted the result; the picture no longer counts in any album. */
  z.object({ ...accepted, state: z.literal("removed") }),
  z.object({ ...common, state: z.literal("refused") }),
]);

/** The fields of a picture's row that jobs read. Pages and commands read more of them. */
export type ImageRow = z.infer<typeof imageRow>;

/** The row of a picture that was accepted. It may have been removed since. */
export type AcceptedRow = Exclude<ImageRow, { state: "refused" }>;

/** Checks a row read from the images table. @throws NewerInput for a state that only a newer version knows */
export const parseImageRow = (item: unknown): ImageRow => readRow(imageRow, item, "the row of a picture");

/** The current row of a picture, if there is one. */
export async function readImageRow(
  upload: Pick<ResizePayload, "bucket" | "key">,
  { db, names, signal }: JobContext,
): Promise<ImageRow | undefined> {
  const Key = { id: imageRowId(upload) };
  const get = new GetCommand({ TableName: names.tables.images, Key, ConsistentRead: true });
  const { Item } = await db.send(get, { abortSignal: signal });
  return Item && parseImageRow(Item);
}

/** True when this version or a later one of the same key has been accepted already. */
export function isSuperseded(
  row: ImageRow | undefined,
  { sequencer, versionId }: ResizePayload,
): row is AcceptedRow {
  if (row === undefined || row.state === "refused") return false;
  return row.versionId === versionId || row.sequencer > sortableSequencer(sequencer);
}
