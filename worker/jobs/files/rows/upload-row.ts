// The row of an upload of a file: written before the upload is issued, read when the object arrives. Whose the file is
// and what it is called comes from here, never from the key. Rows of pictures' uploads are in the same table.
import * as z from "zod";
import { fileIdSchema } from "./ids.ts";

/** Id of an upload's row. */
export const uploadId = ({ bucket, key }: { bucket: string; key: string }): string => `${bucket}/${key}`;

/** Epoch seconds until an upload's row is kept: events may come late and are repeated for hours. */
export const keepUploadSeconds = 14 * 24 * 60 * 60;

/** A multipart copy under way, so that another run goes on where one stopped. */
export const copySchema = z.object({ uploadId: z.string(), partBytes: z.number().int().positive() });

export const uploadRowSchema = z.object({
  /** `bucket/key`. */
  id: z.string(),
  bucket: z.string(),
  key: z.string(),
  /** Id of the person who gets the file. */
  owner: z.string().min(1),
  /** The owner's name, for the audit. */
  ownerName: z.string().default(""),
  fileId: fileIdSchema,
  name: z.string(),
  folder: z.string().default(""),
  /** Size that the browser announced. The upload may not be larger. */
  bytes: z.number().int().nonnegative(),
  /** Hours until the stored file expires. */
  hours: z.number().positive(),
  /** S3's id of a multipart upload; absent for a form. */
  multipartId: z.string().optional(),
  /** The request that it answers, by the id of its row in `links`. */
  requestId: z.string().optional(),
  /** How the outsider calls themselves. Untrusted. */
  from: z.string().max(100).optional(),
  /** ISO 8601, UTC. */
  issuedAt: z.string(),
  /** The owner until it is stored or cancelled: partition of the index `listed`. Absent for outsiders' uploads. */
  listedFor: z.string().optional(),
  state: z.enum(["issued", "stored", "refused", "cancelled"]),
  /** Why it was refused: a stable code and a sentence for the person. */
  refusal: z.object({ code: z.string(), reason: z.string() }).optional(),
  copy: copySchema.optional(),
  /** Epoch seconds. */
  expiresAt: z.number().int(),
});

export type UploadRow = z.infer<typeof uploadRowSchema>;
