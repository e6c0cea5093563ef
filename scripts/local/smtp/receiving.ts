// The receiving side of SES on a laptop: stores a mail from SMTP in S3, announces it on the mails topic, and only then
// acknowledges it.
import { randomBytes } from "node:crypto";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { PublishCommand } from "@aws-sdk/client-sns";
import type { Logger } from "pino";
import type { ResourceNames } from "../../../worker/fleet/resources.ts";
import type { LocalClients } from "../cloud/identity.ts";
import { allPass, receiptNotification, type Verdicts } from "./notification.ts";
import { type SmtpServer, startSmtp } from "./server.ts";

/** The largest mail that SES receives (SES quotas, "Maximum email size"). */
const maxMailBytes = 40 * 1024 ** 2;

export type ReceivingOptions = {
  port: number;
  clients: Pick<LocalClients, "s3" | "sns">;
  names: ResourceNames;
  region: string;
  accountId: string;
  log: Logger;
  /** Called for every mail. Without it every check passes. */
  verdicts?: () => Verdicts;
  maxBytes?: number;
  /** Epoch milliseconds. */
  now?: () => number;
};

/** Starts receiving. The bucket and the topic must exist. Rejects when the port is taken. */
export function startReceiving({
  port,
  clients,
  names,
  region,
  accountId,
  log,
  verdicts = () => allPass,
  maxBytes = maxMailBytes,
  now = Date.now,
}: ReceivingOptions): Promise<SmtpServer> {
  const bucket = names.buckets.mails;
  const topicArn = `arn:aws:sns:${region}:${accountId}:${names.topics.mails}`;
  return startSmtp({
    port,
    maxBytes,
    log,
    accept: async (mail, envelope) => {
      const messageId = randomBytes(20).toString("hex");
      const key = `raw/${messageId}`;
      const receivedAt = now();
      await clients.s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: mail }));
      const stored = { messageId, bucket, key, topicArn, receivedAt, ...envelope };
      const Message = JSON.stringify(receiptNotification(stored, verdicts()));
      const Subject = "Amazon SES Email Receipt Notification";
      await clients.sns.send(new PublishCommand({ TopicArn: topicArn, Subject, Message }));
      return messageId;
    },
  });
}
