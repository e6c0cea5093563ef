// A mail on its way out, as its row tells: planned -> sending -> sent, or rejected, suppressed or ambiguous. An ambiguous
// one may have been sent or not: an operator looks and settles it, or plans it once more. Knows no client.
import { createHash } from "node:crypto";
import * as z from "zod";

/** What a mail is for; each has a template. */
export const mailPurposes = ["confirmation", "notification"] as const;

export type MailPurpose = (typeof mailPurposes)[number];

/**
 * planned: waits for its job. sending: SES is being asked, or was when a worker died. sent: SES took it. rejected: SES
 * refused it for good. suppressed: the address was put on the suppression list meanwhile. ambiguous: SES was asked and
 * nobody knows what it did. settled: an operator has looked into an ambiguous one.
 */
export const mailStates = [
  "planned",
  "sending",
  "sent",
  "rejected",
  "suppressed",
  "ambiguous",
  "settled",
] as const;

export type MailState = (typeof mailStates)[number];

export const outgoingMailSchema = z.object({
  id: z.string(),
  purpose: z.enum(mailPurposes),
  submissionId: z.string(),
  /** The submission's, as the author is told it. */
  reference: z.string(),
  to: z.string(),
  state: z.enum(mailStates),
  /** How often the mail has been planned: 1, and one more each time an operator has it sent again. */
  round: z.number().int().positive(),
  createdAt: z.string(),
  updatedAt: z.string(),
  /** Of the run that last asked SES. */
  token: z.string().optional(),
  /** SES's id of the mail, where it took it. */
  sesMessageId: z.string().optional(),
  /** Why it is rejected or ambiguous. */
  reason: z.string().optional(),
});

/** The row of an outgoing mail. */
export type OutgoingMail = z.infer<typeof outgoingMailSchema>;

/** The one mail of a purpose that a submission can have. */
export function outgoingMailId(submissionId: string, purpose: MailPurpose): string {
  return createHash("sha256").update(`${submissionId}/${purpose}`).digest("hex").slice(0, 32);
}
