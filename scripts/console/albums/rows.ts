// The rows of albums as the console reads them: pictures, albums, their entries and contact sheets.
import * as z from "zod";
import { sheetSchema } from "../../../triggers/web/pictures/albums.ts";
import { resultFields } from "../../../triggers/web/pictures/picture-row.ts";

/** A picture that was accepted. Its owner may have removed it since. */
export const pictureRowSchema = z.object({
  id: z.string(),
  key: z.string(),
  state: z.enum(["ready", "removed"]),
  album: z.string(),
  /** Its place in the album. */
  ordinal: z.number().int(),
  /** The job that wrote the row last. */
  writtenBy: z.string(),
  ...resultFields,
});

export type PictureRow = z.infer<typeof pictureRowSchema>;

/** Reads the row of a picture; undefined for one that was refused, or that an older version wrote without what pages need. */
export const readPictureRow = (item: unknown): PictureRow | undefined =>
  pictureRowSchema.safeParse(item).data;

export const sheetRowSchema = sheetSchema.extend({
  threshold: z.coerce.number().int(),
  /** The album's revision when it reached the threshold: the place of the picture that brought it there. */
  revision: z.number().int(),
  shown: z.number().int(),
  missing: z.number().int(),
  jobId: z.string(),
});

export type SheetRow = z.infer<typeof sheetRowSchema>;

export const entryRowSchema = z.object({
  ordinal: z.string(),
  imageId: z.string(),
  /** The album's revision when the picture left; absent while it is in the album. */
  leftAtRevision: z.number().int().optional(),
});
