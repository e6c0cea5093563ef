// Puts a mail where SES would store it and enqueues the job that its notification would start: for a fleet on AWS that receives
// no mail, such as the staging of a pipeline.
import { randomUUID } from "node:crypto";
import { buffer } from "node:stream/consumers";
import { PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import type { SQSClient } from "@aws-sdk/client-sqs";
import { enqueueThrough } from "../../../triggers/shared/queues.ts";
import type { ResourceNames } from "../../../worker/fleet/resources.ts";
import { parseMail } from "../../../worker/jobs/mail/parse-mail/job.ts";
import type { MailSender } from "./smtp.ts";

/** Makes a sender that uses no mail server. Its mails have no verdicts, so their authors get no answer. */
export function createStoringSender(
  { s3, sqs }: { s3: S3Client; sqs: SQSClient },
  { fleet, buckets }: ResourceNames,
): MailSender {
  const enqueue = enqueueThrough(sqs, fleet);
  return {
    send: async (mail, { from, to }) => {
      const messageId = randomUUID();
      const place = { bucket: buckets.mails, key: messageId };
      await s3.send(new PutObjectCommand({ Bucket: place.bucket, Key: place.key, Body: await buffer(mail) }));
      const timestamp = new Date().toISOString();
      const receipt = { messageId, timestamp, source: from || "", recipients: to };
      await enqueue(parseMail, { ...place, receipt });
      return messageId;
    },
    close: () => sqs.destroy(),
  };
}
