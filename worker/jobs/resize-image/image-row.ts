// The row of a picture as jobs read it: its newest accepted version, and a note of a refused one that is newer.
// image-effects.ts writes it.
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import { z } from "zod";
import type { PayloadOf } from "../define-job.ts";
import type { JobContext } from "../handler.ts";
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

const imageRow = z.discriminatedUnion("state", [
  z.object({
    ...common,
    state: z.literal("ready"),
    width: z.number(),
    height: z.number(),
    contentType: z.string(),
    /** By name of the variant. */
    results: z.record(z.string(), storedResult),
  }),
  z.object({ ...common, state: z.literal("refused") }),
]);

/** What a job reads of a picture's row; people and pages read more. */
export type ImageRow = z.infer<typeof imageRow>;

export const imageRowId = ({ bucket, key }: ResizePayload): string => `${bucket}/${key}`;

/** The picture's row as it stands now, if there is one. */
export async function readImageRow(
  payload: ResizePayload,
  { db, names, signal }: JobContext,
): Promise<ImageRow | undefined> {
  const Key = { id: imageRowId(payload) };
  const get = new GetCommand({ TableName: names.tables.images, Key, ConsistentRead: true });
  const { Item } = await db.send(get, { abortSignal: signal });
  return Item && imageRow.parse(Item);
}

/** True when this version, or a later one of the key, has been accepted already. */
export function isSuperseded(
  row: ImageRow | undefined,
  { sequencer, versionId }: ResizePayload,
): row is Extract<ImageRow, { state: "ready" }> {
  if (row?.state !== "ready") return false;
  return row.versionId === versionId || row.sequencer > sortableSequencer(sequencer);
}
