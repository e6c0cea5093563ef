// The audit: one row for every action, written in the same transaction as the action. An action that only reads has its
// row written before the answer.
import * as z from "zod";

/** What can happen to files, shares, links, requests and sessions, and what operators do in the console. */
export const auditActions = [
  "upload",
  "refused-upload",
  "download",
  "refused-access",
  "rename",
  "delete",
  "expiry",
  "change-expiry",
  "share",
  "refused-share",
  "unshare",
  "make-link",
  "revoke-link",
  "refused-link",
  "make-request",
  "revoke-request",
  "pack",
  "sign-in",
  "refused-sign-in",
  "sign-out",
  "end-sessions",
  "block-person",
  "unblock-person",
  "pause-jobs",
  "resume-jobs",
  "redrive-jobs",
  "discard-jobs",
  "purge-jobs",
  "interrupt-worker",
  "scale-fleet",
  "resend-mail",
  "settle-mail",
  "decline-submission",
  "suppress-address",
  "replay-events",
  "clear-events",
  "sweep-objects",
] as const;

export type AuditAction = (typeof auditActions)[number];

/** Epoch seconds until a row is kept: one year. */
export const keepAuditSeconds = 366 * 24 * 60 * 60;

export const auditRowSchema = z.object({
  /** `YYYY-MM-DD`, UTC. */
  day: z.string(),
  /** ISO 8601 with milliseconds, `#`, and a random part: two actions in one millisecond are two rows. */
  at: z.string(),
  action: z.enum(auditActions),
  /** Id of a person, `link:<id>`, `request:<id>`, or `system`. */
  actor: z.string(),
  actorName: z.string().default(""),
  /** Whose file it is. */
  owner: z.string().optional(),
  fileId: z.string().optional(),
  fileName: z.string().optional(),
  /** Small facts about the action, for people. */
  details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
  /** Epoch seconds. */
  expiresAt: z.number().int(),
});

export type AuditRow = z.infer<typeof auditRowSchema>;

/** What the caller says about an action; key and expiry follow from the time. */
export type AuditedAction = Omit<z.input<typeof auditRowSchema>, "day" | "at" | "expiresAt">;

/**
 * Makes the row of an action.
 * @param random a new random text for every row
 */
export function auditRow(action: AuditedAction, now: number, random: string): AuditRow {
  const time = new Date(now).toISOString();
  return auditRowSchema.parse({
    ...action,
    day: time.slice(0, 10),
    at: `${time}#${random}`,
    expiresAt: Math.floor(now / 1000) + keepAuditSeconds,
  });
}

/** The time of a row, without its random part. */
export const auditTime = ({ at }: Pick<AuditRow, "at">): string => at.slice(0, at.indexOf("#"));
