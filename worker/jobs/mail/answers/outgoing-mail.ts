// The row of an outgoing mail and its states: planned -> sending -> sent, or rejected, suppressed or ambiguous. An
// ambiguous mail may have been sent or not: an operator checks and settles it, or plans it again. Knows no client.
import { createHash } from "node:crypto";
import * as z from "zod";

/** The purposes of a mail. Each has a template. */
export const mailPurposes = ["confirmation", "notification", "withheld", "shared-file", "declined"] as const;

export type MailPurpose = (typeof mailPurposes)[number];

/** The templates of a mail that declines a submission. An editor chooses one. */
export const declineTemplates = ["short", "encouraging", "no-room"] as const;

export type DeclineTemplate = (typeof declineTemplates)[number];

/**
 * planned: waits for its job. sending: SES is being called, or a worker died during the call. sent: SES accepted the mail.
 * rejected: SES refused it permanently. suppressed: the address has been put on the suppression list. ambiguous: SES was
 * called and the outcome is unknown. settled: an operator has checked an ambiguous mail.
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

/** What a mail about a shared file says. Names are as people wrote them. */
export const sharedFileSchema = z.object({
  sender: z.string(),
  fileName: z.string(),
  /** ISO 8601, UTC: when the file expires. */
  until: z.string(),
  /** Address of the page where the file is. */
  address: z.url(),
});

export const outgoingMailSchema = z.object({
  id: z.string(),
  purpose: z.enum(mailPurposes),
  /**
   * The submission that is answered, `file/<id>` for a mail about a shared file, or `withheld/<time>` for the mail about all
   * submissions whose answer is withheld on doubt: when the gathering began, ISO 8601.
   */
  submissionId: z.string(),
  /** The submission's reference, which its author gets, the shared file's id, or the time. */
  reference: z.string(),
  /** For a mail about a shared file. */
  sharedFile: sharedFileSchema.optional(),
  /** For a mail that declines a submission. */
  template: z.enum(declineTemplates).optional(),
  to: z.string(),
  state: z.enum(mailStates),
  /** Counts how often the mail was planned: 1, plus one each time an operator sends it again. */
  round: z.number().int().positive(),
  createdAt: z.string(),
  updatedAt: z.string(),
  /** Identifies the run that last called SES. */
  token: z.string().optional(),
  /** The id that SES gave the mail when it accepted it. */
  sesMessageId: z.string().optional(),
  /** Why the mail is rejected or ambiguous. */
  reason: z.string().optional(),
});

/** The row of an outgoing mail. */
export type OutgoingMail = z.infer<typeof outgoingMailSchema>;

/** The id of a submission's mail for a purpose. There is at most one. */
export function outgoingMailId(submissionId: string, purpose: MailPurpose): string {
  return createHash("sha256").update(`${submissionId}/${purpose}`).digest("hex").slice(0, 32);
}
