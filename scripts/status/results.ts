// What the results of jobs look like to those who show them. One schema for each kind that has something to show.
import { z } from "zod";

/** A picture as the results bucket holds it; the result of `resize-image`. */
export const imageResultSchema = z.object({
  bucket: z.string(),
  key: z.string(),
  width: z.number().int().positive(),
  height: z.number().int().positive(),
  contentType: z.string(),
});

export type ImageResult = z.infer<typeof imageResultSchema>;
