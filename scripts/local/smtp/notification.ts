// SES's notification about a mail that it received and stored in S3 (SES developer guide, "Contents of notifications for
// Amazon SES email receiving").

/** SES's verdicts. */
export const verdictWords = ["PASS", "FAIL", "GRAY", "PROCESSING_FAILED", "DISABLED"] as const;

export type Verdict = (typeof verdictWords)[number];

export type Verdicts = Record<"spf" | "dkim" | "dmarc" | "spam" | "virus", Verdict>;

export const allPass: Verdicts = { spf: "PASS", dkim: "PASS", dmarc: "PASS", spam: "PASS", virus: "PASS" };

/** A stored mail and its envelope. */
export type ReceivedMail = {
  messageId: string;
  bucket: string;
  key: string;
  topicArn: string;
  /** The empty string for a bounce. */
  sender: string;
  recipients: readonly string[];
  /** Epoch milliseconds. */
  receivedAt: number;
};

/** The notification of a mail. The mail's headers are left out, as SES does when they are long. */
export function receiptNotification(mail: ReceivedMail, verdicts: Verdicts) {
  const timestamp = new Date(mail.receivedAt).toISOString();
  const { messageId, bucket: bucketName, key: objectKey, topicArn, sender, recipients } = mail;
  return {
    notificationType: "Received",
    mail: {
      timestamp,
      source: sender,
      messageId,
      destination: recipients,
      headersTruncated: true,
      headers: [],
    },
    receipt: {
      timestamp,
      processingTimeMillis: 0,
      recipients,
      spamVerdict: { status: verdicts.spam },
      virusVerdict: { status: verdicts.virus },
      spfVerdict: { status: verdicts.spf },
      dkimVerdict: { status: verdicts.dkim },
      dmarcVerdict: { status: verdicts.dmarc },
      action: { type: "S3", topicArn, bucketName, objectKey },
    },
  };
}
