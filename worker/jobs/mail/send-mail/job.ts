// Job kind send-mail: one planned mail goes out, at most once. The payload holds no address: the mail's row does.
import * as z from "zod";
import { defineJob } from "../../../engine/job/define-job.ts";

export const sendMailPayload = z.object({
  /** Row of the mail in the table of outgoing mails. */
  mailId: z.string().regex(/^[0-9a-f]{32}$/),
  /** Mails to one person go out one after another. */
  recipientHash: z.string().regex(/^[0-9a-f]{32}$/),
  /** The mail's round: a further one is a job of its own. */
  round: z.number().int().positive(),
});

export const sendMail = defineJob({
  kind: "send-mail",
  payload: sendMailPayload,
  messageGroupId: ({ recipientHash }) => recipientHash,
  deduplicationId: ({ mailId, round }) => JSON.stringify([mailId, round]),
  // Throttling may last: one to two hours pass before a mail is dead-lettered.
  policy: {
    timeoutSeconds: 60,
    visibilitySeconds: 60,
    maxFailures: 12,
    backoffSeconds: { first: 5, max: 3600 },
  },
});
