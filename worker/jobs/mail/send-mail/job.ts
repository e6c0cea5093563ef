// Job kind send-mail: sends one planned mail, at most once. The address is not in the payload but in the mail's row.
import * as z from "zod";
import { defineJob } from "../../../engine/job/define-job.ts";

export const sendMailPayload = z.object({
  /** The mail's row in the table of outgoing mails. */
  mailId: z.string().regex(/^[0-9a-f]{32}$/),
  /** The message group: mails to one person are sent one after another. */
  recipientHash: z.string().regex(/^[0-9a-f]{32}$/),
  /** The mail's round. Each round is a separate job. */
  round: z.number().int().positive(),
});

export const sendMail = defineJob({
  kind: "send-mail",
  payload: sendMailPayload,
  messageGroupId: ({ recipientHash }) => recipientHash,
  deduplicationId: ({ mailId, round }) => JSON.stringify([mailId, round]),
  // Throttling may last: a mail is dead-lettered only after one to two hours.
  policy: {
    timeoutSeconds: 60,
    visibilitySeconds: 60,
    maxFailures: 12,
    backoffSeconds: { first: 5, max: 3600 },
  },
});
