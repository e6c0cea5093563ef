// What the results of jobs look like to those who show them. One schema for each kind that has something to show.
import { z } from "zod";

/** A picture as its bucket holds it: the result of `resize-image` and, with more to tell, of `contact-sheet`. */
export const imageResultSchema = z.object({
  bucket: z.string(),
  key: z.string(),
  width: z.number().int().positive(),
  height: z.number().int().positive(),
  contentType: z.string(),
  /** The version meant, where the job tells it. */
  versionId: z.string().optional(),
});

export type ImageResult = z.infer<typeof imageResultSchema>;

/** What a contact sheet tells besides being a picture. */
export const sheetResultSchema = imageResultSchema.extend({
  album: z.string(),
  threshold: z.number().int().positive(),
  shown: z.number().int().nonnegative(),
  missing: z.number().int().nonnegative(),
});

export type SheetResult = z.infer<typeof sheetResultSchema>;
