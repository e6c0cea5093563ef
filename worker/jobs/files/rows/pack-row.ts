// A pack: several files that a person wants as one archive. A job makes it and stores it as a file of its own.
import * as z from "zod";
import { fileIdSchema } from "./ids.ts";

/**
 * The most files of one pack, and how many of them may belong to others: each of those gets an audit row in the
 * transaction that ends the job.
 */
export const packLimits = { files: 500, ofOthers: 90 } as const;

export const packRowSchema = z.object({
  /** Random, as a file's id. */
  id: fileIdSchema,
  /** Id of the person who wants it. It contains only files that this person may read. */
  owner: z.string(),
  ownerName: z.string().default(""),
  fileIds: z.array(fileIdSchema).min(1).max(packLimits.files),
  /** Name of the archive, with `.zip`. */
  name: z.string(),
  state: z.enum(["waiting", "ready", "failed"]),
  /** The archive, a file of the same owner. */
  fileId: z.string().optional(),
  /** Names of files that could not be read any more. */
  missing: z.array(z.string()).optional(),
  /** Why there is no archive, for the person. */
  reason: z.string().optional(),
  /** ISO 8601, UTC. */
  createdAt: z.string(),
  /** Epoch seconds. */
  expiresAt: z.number().int(),
});

export type PackRow = z.infer<typeof packRowSchema>;
