// A share: a person may read another person's file. The key is the reader and the file.
import * as z from "zod";

export const shareRowSchema = z.object({
  /** Id of the reader. */
  person: z.string(),
  fileId: z.string(),
  /** Id of the file's owner. */
  owner: z.string(),
  ownerName: z.string().default(""),
  /** The reader's name, for the owner's list. */
  personName: z.string().default(""),
  /** ISO 8601, UTC. */
  sharedAt: z.string(),
  /** Epoch seconds: the file's expiry. DynamoDB deletes the row some time later. */
  expiresAt: z.number().int(),
});

export type ShareRow = z.infer<typeof shareRowSchema>;
