// The results of jobs as tools and console show them. One schema for each kind whose result is shown.
import { z } from "zod";

/** A picture in its bucket: the result of `resize-image` and, with more fields, of `contact-sheet`. */
export const imageResultSchema = z.object({
  bucket: z.string(),
  key: z.string(),
  width: z.number().int().positive(),
  height: z.number().int().positive(),
  contentType: z.string(),
  /** The object's version, where the job names it. */
  versionId: z.string().optional(),
  /** What of the upload is not in the result: stable codes, and sentences for people. */
  notes: z.array(z.object({ code: z.string(), text: z.string() })).optional(),
});

export type ImageResult = z.infer<typeof imageResultSchema>;

/** The result of `contact-sheet`. */
export const sheetResultSchema = imageResultSchema.extend({
  album: z.string(),
  threshold: z.number().int().positive(),
  shown: z.number().int().nonnegative(),
  missing: z.number().int().nonnegative(),
});

export type SheetResult = z.infer<typeof sheetResultSchema>;

/** What the ledger keeps of `parse-mail`, and of `send-mail` with the mail's purpose: the reference is no personal text. */
export const referenceResultSchema = z.object({
  reference: z.string(),
  submissionId: z.string().optional(),
  purpose: z.string().optional(),
});

/** The result of `store-file`. */
export const fileResultSchema = z.object({
  fileId: z.string(),
  /** As displayed. */
  name: z.string(),
  bytes: z.number().int().nonnegative(),
  /** By the file's bytes. */
  contentType: z.string(),
  /** Hexadecimal, of files up to 1 GB. */
  sha256: z.string().optional(),
  /** Hexadecimal, of larger files: CRC-64/NVME. */
  crc64nvme: z.string().optional(),
});

export type FileResult = z.infer<typeof fileResultSchema>;
