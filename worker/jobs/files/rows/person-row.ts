// A person who has signed in at least once: an entry of the directory.
import * as z from "zod";

/** The only partition of the index `directory`. */
export const directoryPartition = "fleet";

export const personRowSchema = z.object({
  /** The provider's subject (`sub`). */
  id: z.string().min(1),
  /** Mail address in lower case. */
  address: z.string(),
  name: z.string(),
  initials: z.string(),
  admin: z.boolean(),
  /** ISO 8601, UTC: the last sign-in. */
  signedInAt: z.string(),
  /** An admin has shut the person out. */
  blocked: z.boolean().default(false),
  /** ISO 8601, UTC. Sessions that began by then have ended. */
  sessionsEndedAt: z.string().optional(),
  fleet: z.literal(directoryPartition).default(directoryPartition),
});

export type PersonRow = z.infer<typeof personRowSchema>;
