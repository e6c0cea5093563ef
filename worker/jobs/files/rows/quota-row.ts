// How much a person keeps. Changed only in the transaction that changes a file's row, so it never drifts.
import * as z from "zod";

export const quotaRowSchema = z.object({
  person: z.string(),
  /** Bytes of all files that are ready. */
  bytes: z.number().int().nonnegative(),
  /** The number of files that are ready. */
  files: z.number().int().nonnegative(),
});

export type QuotaRow = z.infer<typeof quotaRowSchema>;

/** The quota of someone who keeps nothing has no row. */
export const emptyQuota = (person: string): QuotaRow => ({ person, bytes: 0, files: 0 });
