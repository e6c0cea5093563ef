// The row of a picture as jobs read it: its newest accepted version, and a note of a refused one that is newer.
// image-effects.ts writes it.
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import { z } from "zod";
import type { PayloadOf } from "../../../engine/job/define-job.ts";
import type { JobContext } from "../../../engine/job/handler.ts";
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
  /** Of the version the row's state speaks of; sortable, see sequencer.ts. */
  sequencer: z.string(),
  versionId: z.string(),
  /** Job that wrote the row last: the lock every write is tied to. */
  writtenBy: z.string(),
  /** The newest refused version, if it is newer than the accepted one. */
  refusal: refusal.optional(),
};

/** Where the result of one variant lies. */
const storedResult = z.object({
  bucket: z.string(),
  key: z.string(),
  versionId: z.string(),
  etag: z.string(),
});

export type StoredResult = z.infer<typeof storedResult>;

/** What a picture has that was accepted. */
const accepted = {
  ...common,
  width: z.number(),
  height: z.number(),
  contentType: z.string(),
  /** By name of the variant. */
  results: z.record(z.string(), storedResult),
  album: z.string(),
  /** Its place in the album, see albums/album-effects.ts. */
  ordinal: z.number().int(),
};

const imageRow = z.discriminatedUnion("state", [
  z.object({ ...accepted, state: z.literal("ready") }),
  /** Its result was deleted by a person; it counts in no album any more. */
  z.object({ ...accepted, state: z.literal("removed") }),
  z.object({ ...common, state: z.literal("refused") }),
]);

/** What a job reads of a picture's row; people and pages read more. */
export type ImageRow = z.infer<typeof imageRow>;

/** The row of a picture that was accepted, whether or not it has been removed since. */
export type AcceptedRow = Exclude<ImageRow, { state: "refused" }>;

export const imageRowId = ({ bucket, key }: Pick<ResizePayload, "bucket" | "key">): string =>
  `${bucket}/${key}`;

/** Checks a row read from the images table. */
export const parseImageRow = (item: unknown): ImageRow => imageRow.parse(item);

/** The picture's row as it stands now, if there is one. */
export async function readImageRow(
  upload: Pick<ResizePayload, "bucket" | "key">,
  { db, names, signal }: JobContext,
): Promise<ImageRow | undefined> {
  const Key = { id: imageRowId(upload) };
  const get = new GetCommand({ TableName: names.tables.images, Key, ConsistentRead: true });
  const { Item } = await db.send(get, { abortSignal: signal });
  return Item && parseImageRow(Item);
}

/** True when this version, or a later one of the key, has been accepted already. */
export function isSuperseded(
  row: ImageRow | undefined,
  { sequencer, versionId }: ResizePayload,
): row is AcceptedRow {
  if (row === undefined || row.state === "refused") return false;
  return row.versionId === versionId || row.sequencer > sortableSequencer(sequencer);
}
