// The decision, stored in a submission's row, whether its author gets a confirmation and the editor a notification, and
// the reasons for sending nothing. Knows no client and no handler: desk and submit read rows with it.
import * as z from "zod";

/** The mail certainly comes from a machine or from us, or is harmful. Nobody is notified; only the row is written. */
export const silentReasons = {
  bounce: "The mail has no sender: it is a bounce.",
  report: "The mail is a delivery report or a receipt.",
  "auto-submitted": "The mail was sent automatically (Auto-Submitted).",
  "auto-response": "The mail says that it is an automatic answer.",
  "automatic-subject": "The subject is that of an automatic answer or a bounce.",
  "mail-system": "The mail comes from a mail system.",
  list: "The mail comes from a mailing list.",
  bulk: "The mail is bulk mail (Precedence).",
  "own-mail": "The mail comes from ourselves.",
  spam: "The mail was found to be spam.",
  virus: "The mail was found to carry a virus.",
} as const;

/** The mail may come from a machine. Its author gets no answer, and the editor is told once a day of all such mails. */
export const doubtReasons = {
  doubtful: "The mail has signs of automatic mail; please look.",
} as const;

/** Only the author gets no answer. */
export const authorReasons = {
  "no-sender": "The mail does not say who sent it.",
  "no-reply": "The author's address does not accept answers.",
  "unusable-address": "The author's address has a form that we do not send mail to.",
  "not-addressed": "The mail does not name our address in To or Cc.",
  unauthenticated: "The receiving side does not vouch for the author (DMARC).",
  "return-path-unverified": "The receiving side does not vouch for the return path.",
  suppressed: "The author's address is on the suppression list.",
  "answered-lately": "The author was answered within the last day.",
} as const;

/** The fleet's settings do not allow an answer. */
export const settingReasons = {
  "not-configured": "The fleet has no mail address of its own.",
  "no-editor": "The fleet has no editor's address.",
} as const;

const sentences = { ...silentReasons, ...doubtReasons, ...authorReasons, ...settingReasons };

/** Why nobody is told of a mail. */
export type SilentReason = keyof typeof silentReasons;

/** A stable code for why a mail is not sent. */
export type WithheldReason = keyof typeof sentences;

/** The reason as a sentence for people. A code of a later version is returned unchanged. */
export function withheldInWords(why: string): string {
  return Object.hasOwn(sentences, why) ? sentences[why as WithheldReason] : why;
}

const answer = z.discriminatedUnion("decision", [
  /** The row `mailId` of the table of outgoing mails shows what became of the mail. */
  z.object({ decision: z.literal("planned"), mailId: z.string() }),
  z.object({ decision: z.literal("withheld"), why: z.string() }),
]);

/** A decision in a submission's row. */
export type Answer = z.infer<typeof answer>;

/** The decisions in a submission's row. Older rows have none. */
export const submissionAnswers = z.object({
  confirmation: answer.optional(),
  notification: answer.optional(),
});

export type SubmissionAnswers = z.infer<typeof submissionAnswers>;

/**
 * How the `reason` in the row of a submission begins whose answer is withheld on doubt. Lists show that attribute, and the
 * editor's daily mail is made from it.
 */
export const withheldMark = "withheld, please look";
