// Work for the container: pictures, mails, and what became of their jobs.
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { ScanCommand } from "@aws-sdk/lib-dynamodb";
import nodemailer from "nodemailer";
import sharp from "sharp";
import type { ResourceNames } from "../../../../worker/fleet/resources.ts";
import type { LocalClients } from "../../../local/cloud/identity.ts";

/** Uploads `count` distinct pictures, numbered from `from`. */
export async function upload(
  { s3 }: LocalClients,
  { buckets }: ResourceNames,
  from: number,
  count: number,
): Promise<void> {
  for (let index = from; index < from + count; index += 1) {
    const background = { r: (index * 37) % 255, g: 90, b: 120 };
    const Body = await sharp({ create: { width: 800, height: 600, channels: 3, background } })
      .jpeg()
      .toBuffer();
    await s3.send(new PutObjectCommand({ Bucket: buckets.uploads, Key: `trip/${index}.jpg`, Body }));
  }
}

/** Sends `count` mails with an attachment each to `HOST:PORT`. */
export async function sendMails(smtp: string, count: number): Promise<void> {
  const [host, port] = smtp.split(":");
  const transport = nodemailer.createTransport({ host, port: Number(port), ignoreTLS: true });
  for (let index = 0; index < count; index += 1)
    await transport.sendMail({
      from: `author${index}@example.org`,
      to: "stories@magazine.example",
      subject: `Story ${index}`,
      text: "Please read.",
      attachments: [{ filename: "story.txt", content: "Once upon a time" }],
    });
  transport.close();
}

/** Counts jobs by `KIND STATUS`. */
export async function jobCounts(
  { db }: LocalClients,
  { tables }: ResourceNames,
): Promise<Record<string, number>> {
  const { Items = [] } = await db.send(new ScanCommand({ TableName: tables.jobs, ConsistentRead: true }));
  const counts: Record<string, number> = {};
  for (const { kind, status } of Items) {
    const name = `${kind} ${status}`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}
