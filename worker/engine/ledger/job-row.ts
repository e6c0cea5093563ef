// The row of a job as DynamoDB keeps it.
import { z } from "zod";

const jobRowSchema = z.object({
  jobId: z.string(),
  kind: z.string(),
  group: z.string(),
  /** running: claimed; waiting: handed back; the others are final. */
  status: z.enum(["running", "waiting", "completed", "rejected", "dead-lettered"]),
  /** Raised by every claim; only the newest claim may commit. */
  fence: z.number().int(),
  /** Runs that ended without being the job's fault; not attempts. */
  interruptions: z.number().int(),
  redrives: z.number().int(),
  /** Steps that were applied before the commit; only jobs too large for one transaction have any. */
  steps: z.number().int().nonnegative().optional(),
  claimToken: z.string().optional(),
  owner: z.string().optional(),
  traceId: z.string().optional(),
  enqueuedAt: z.string(),
  updatedAt: z.string(),
  result: z.record(z.string(), z.unknown()).optional(),
  code: z.string().optional(),
  reason: z.string().optional(),
  cause: z.string().optional(),
  /** Runs that said why they failed, since the job last got on. */
  failures: z.number().int().optional(),
  /** Why the last failed run failed. */
  lastError: z.string().optional(),
  deadLetterSent: z.boolean().optional(),
  /** Job kind, and since when: only while the dead letter lies in its queue (index `dead`). */
  deadKind: z.string().optional(),
  deadAt: z.iso.datetime().optional(),
});

/** A job's row. */
export type JobRow = z.infer<typeof jobRowSchema>;

/** A text for a row: at most 1,000 characters, so that no error message can push a row over DynamoDB's 400 KB. */
export function rowText(text: string): string {
  return text.slice(0, 1000).toWellFormed();
}

/** Checks a row read from the jobs table. */
export function readJobRow(item: unknown): JobRow {
  return jobRowSchema.parse(item);
}

/** The index of ended jobs is spread over 16 partitions a kind, so that a busy kind does not throttle its own commits. */
export const endedShards = [..."0123456789abcdef"] as const;

/** The partition of an ended job in the `ended` index: its kind and the last digit of its id. */
export function endedShard(kind: string, jobId: string): string {
  return `${kind}#${jobId.slice(-1)}`;
}
