// A job's row in DynamoDB.
import * as z from "zod";
import { runNoteSchema } from "./run-notes.ts";

const jobRowSchema = z.object({
  jobId: z.string(),
  kind: z.string(),
  group: z.string(),
  /** running: claimed; waiting: for its next run; the others are final. */
  status: z.enum(["running", "waiting", "completed", "rejected", "dead-lettered"]),
  /** Raised by every claim; only the newest claim may commit. */
  fence: z.number().int(),
  /** Runs that do not count, because an interruption ended them. */
  interruptions: z.number().int(),
  /** How often the job was sent back after it had died, by our tool or by another. */
  redrives: z.number().int(),
  /** The message under which the job was claimed last. */
  messageId: z.string().optional(),
  /** Steps applied before the commit; only jobs too large for one transaction have any. */
  steps: z.number().int().nonnegative().optional(),
  claimToken: z.string().optional(),
  owner: z.string().optional(),
  /** When it was claimed last, ISO 8601. */
  claimedAt: z.string().optional(),
  /** Beginnings and ends of its runs, oldest first; rows from before have none. */
  notes: z.array(runNoteSchema).optional(),
  traceId: z.string().optional(),
  /** The job whose commit enqueued this one; and the jobs that this one's commit enqueued, up to twenty. */
  causedBy: z.string().optional(),
  followUps: z.array(z.string()).optional(),
  /** The payload as JSON, or only its size: of jobs that failed or were refused, see kept-payload.ts. */
  payload: z.string().optional(),
  payloadBytes: z.number().optional(),
  enqueuedAt: z.string(),
  updatedAt: z.string(),
  /** When it ended, ISO 8601. */
  endedAt: z.string().optional(),
  result: z.record(z.string(), z.unknown()).optional(),
  code: z.string().optional(),
  reason: z.string().optional(),
  cause: z.string().optional(),
  /** Failures noted since the job's last progress. */
  failures: z.number().int().optional(),
  /** When the first of the runs was put off since which all were; and how many were. */
  putOffSince: z.iso.datetime().optional(),
  putOffs: z.number().int().optional(),
  /** How often work after the commit failed. */
  afterCommitFailures: z.number().int().optional(),
  /** Why the last failed run failed. */
  lastError: z.string().optional(),
  deadLetterSent: z.boolean().optional(),
  /** Job kind and time, only while the dead letter is in its queue (index `dead`). */
  deadKind: z.string().optional(),
  deadAt: z.iso.datetime().optional(),
});

/** A job's row. */
export type JobRow = z.infer<typeof jobRowSchema>;

/** Rows outlive SQS's longest retention (14 days) with room for redrives. */
const keepSeconds = 60 * 24 * 60 * 60;

/** When a row written now is deleted by DynamoDB, epoch seconds. @param now epoch milliseconds */
export const expiryOf = (now: number): number => Math.floor(now / 1000) + keepSeconds;

/** Shortens a text for a row to 1,000 characters, so that no error message can push a row over DynamoDB's 400 KB. */
export function rowText(text: string): string {
  return text.slice(0, 1000).toWellFormed();
}

/** Checks an item of the jobs table. */
export function readJobRow(item: unknown): JobRow {
  return jobRowSchema.parse(item);
}

/** The partition of a job in the index `attention`: jobs that wait for their next run, or that were rejected. */
export function attentionOf(kind: string, status: "waiting" | "rejected"): string {
  return `${kind}#${status}`;
}

/** The index of ended jobs has 16 partitions per kind, so that a busy kind does not throttle its own commits. */
export const endedShards = [..."0123456789abcdef"] as const;

/** The partition of an ended job in the `ended` index: its kind and the last digit of its id. */
export function endedShard(kind: string, jobId: string): string {
  return `${kind}#${jobId.slice(-1)}`;
}
