// Job kind parse-mail: splits one received mail into parts in the parts bucket and writes the submission's row.
import { createHash } from "node:crypto";
import * as z from "zod";
import { defineJob } from "../../../engine/job/define-job.ts";

/** A verdict of SES, such as PASS, FAIL or GRAY (SES developer guide, "Contents of notifications"). */
const verdict = z
  .string()
  .regex(/^[A-Z_]{1,30}$/)
  .optional();

/** What the receiving side says about a mail. Unlike the mail's own header, it cannot be forged. */
export const mailReceipt = z.object({
  messageId: z.string().min(1).max(200).optional(),
  /** When the mail was received, ISO 8601. */
  timestamp: z.iso.datetime().optional(),
  /** The envelope's sender. Empty for a bounce. */
  source: z.string().max(320).optional(),
  /** The envelope's recipients. */
  recipients: z.array(z.string().max(320)).max(100).optional(),
  verdicts: z
    .object({ spf: verdict, dkim: verdict, dmarc: verdict, spam: verdict, virus: verdict })
    .optional(),
});

export type MailReceipt = z.infer<typeof mailReceipt>;

export const parseMailPayload = z.object({
  bucket: z.string().min(1).max(63),
  /** Decoded object key of the raw mail. */
  key: z.string().min(1).max(1024),
  /** SES does not name the version, but it never writes a key twice. */
  versionId: z.string().min(1).max(1024).optional(),
  sequencer: z
    .string()
    .regex(/^[0-9A-Fa-f]{0,64}$/)
    .optional(),
  receipt: mailReceipt.optional(),
});

type Payload = z.infer<typeof parseMailPayload>;

const mailId = ({ bucket, key, versionId, receipt }: Payload): string =>
  JSON.stringify(receipt?.messageId === undefined ? [bucket, key, versionId] : [receipt.messageId]);

export const parseMail = defineJob({
  kind: "parse-mail",
  payload: parseMailPayload,
  messageGroupId: (payload) => createHash("sha256").update(mailId(payload)).digest("hex"),
  deduplicationId: mailId,
  policy: { timeoutSeconds: 120, visibilitySeconds: 60, maxFailures: 5 },
});
