// The row of a picture as its owner sees it.
import * as z from "zod";

const common = {
  id: z.string(),
  key: z.string(),
  owner: z.string(),
  album: z.string(),
  createdAt: z.string(),
};

/** Where a picture's result is, and what it is. */
export const resultFields = {
  width: z.number(),
  height: z.number(),
  contentType: z.string(),
  resultBucket: z.string(),
  resultKey: z.string(),
  resultVersionId: z.string(),
};

const accepted = {
  ...common,
  ...resultFields,
  /** What of the upload the picture does not show. */
  notes: z.array(z.object({ text: z.string() })).optional(),
};

const pictureRow = z.discriminatedUnion("state", [
  /** `deletedAt`: its owner has deleted it, and the job that takes it out of its album is on its way. */
  z.object({ ...accepted, state: z.literal("ready"), deletedAt: z.string().optional() }),
  z.object({ ...common, state: z.literal("removed") }),
  z.object({ ...common, state: z.literal("refused"), reason: z.string() }),
]);

/** A picture. */
export type PictureRow = z.infer<typeof pictureRow>;

/** A picture that can be looked at. */
export type ReadyPicture = Extract<PictureRow, { state: "ready" }>;

/** A picture in a list: it can be looked at, or says why it was refused. */
export type ListedPicture = Exclude<PictureRow, { state: "removed" }>;

/** Reads a row. Undefined for one that an older version wrote without what the pages need. */
export const readPictureRow = (item: unknown): PictureRow | undefined => pictureRow.safeParse(item).data;

/** Whether a picture is in its owner's lists. */
export function isListed(row: PictureRow | undefined): row is ListedPicture {
  return (
    row !== undefined && row.state !== "removed" && !(row.state === "ready" && row.deletedAt !== undefined)
  );
}
