// Reads the notification that SES publishes for a received mail (S3 action of a receipt rule, with a topic): where the mail
// is stored and the verdicts of SES (SES developer guide, "Contents of notifications for Amazon SES email receiving").
import * as z from "zod";
import type { MailReceipt } from "../../worker/jobs/mail/parse-mail/job.ts";

/** A mail that SES has stored. */
export type StoredMail = { bucket: string; key: string; receipt: MailReceipt };

/** A message of the topic, classified. Reasons are for the log. */
export type SesMessage =
  | { is: "mail"; mail: StoredMail }
  | { is: "ignored" | "malformed"; reason: string }
  | { is: "foreign" };

const verdict = z.object({ status: z.string() }).optional();
const received = z.object({
  notificationType: z.literal("Received"),
  mail: z.object({
    messageId: z.string().min(1),
    source: z.string().default(""),
    timestamp: z.string().optional(),
  }),
  receipt: z.object({
    timestamp: z.string().optional(),
    recipients: z.array(z.string()).default([]),
    spfVerdict: verdict,
    dkimVerdict: verdict,
    dmarcVerdict: verdict,
    spamVerdict: verdict,
    virusVerdict: verdict,
    action: z.object({
      type: z.string(),
      bucketName: z.string().optional(),
      objectKey: z.string().optional(),
    }),
  }),
});

/** The text that SES publishes when a receipt rule gets a topic. */
const validation = /^Successfully validated SNS topic/;

/** The job's payload holds no more recipients. */
const maxRecipients = 100;

/** Reads the text of one message. Never throws. */
export function readSesMessage(text: string): SesMessage {
  if (validation.test(text)) return { is: "ignored", reason: "SES validated the topic" };
  const message = parseJson(text);
  const type = z.object({ notificationType: z.string() }).safeParse(message);
  if (!type.success) return { is: "foreign" };
  const read = received.safeParse(message);
  if (!read.success) {
    const fields = read.error.issues.map(({ path, message: what }) => `${path.join(".")}: ${what}`);
    return { is: "malformed", reason: `not a receipt notification: ${fields.join("; ")}` };
  }
  const { mail, receipt } = read.data;
  const { type: action, bucketName: bucket, objectKey: key } = receipt.action;
  if (action !== "S3" || !bucket || !key) return { is: "ignored", reason: `receipt action ${action}` };
  return {
    is: "mail",
    mail: {
      bucket,
      key,
      receipt: {
        messageId: mail.messageId,
        timestamp: toIsoTime(receipt.timestamp ?? mail.timestamp),
        source: mail.source,
        recipients: receipt.recipients.slice(0, maxRecipients),
        verdicts: {
          spf: receipt.spfVerdict?.status,
          dkim: receipt.dkimVerdict?.status,
          dmarc: receipt.dmarcVerdict?.status,
          spam: receipt.spamVerdict?.status,
          virus: receipt.virusVerdict?.status,
        },
      },
    },
  };
}

/** The time as ISO 8601 in UTC; undefined for text that is not a time. */
function toIsoTime(text: string | undefined): string | undefined {
  const time = Date.parse(text ?? "");
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
