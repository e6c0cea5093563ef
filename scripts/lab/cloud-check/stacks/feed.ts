// Sends work through the created stacks and checks the results: ten pictures of one album, the contact sheet that follows from
// the album's stream, and a mail.
import { setTimeout as wait } from "node:timers/promises";
import { ListObjectsV2Command, PutObjectCommand } from "@aws-sdk/client-s3";
import { ScanCommand } from "@aws-sdk/lib-dynamodb";
import sharp from "sharp";
import type { TriggerName } from "../../../../triggers/catalog/event-sources.ts";
import type { ResourceNames } from "../../../../worker/fleet/resources.ts";
import { picturesPerSheet } from "../../../../worker/jobs/pictures/albums/album.ts";
import type { LocalClients } from "../../../local/cloud/identity.ts";
import { notification } from "../../../local/s3/events/record.ts";
import { allPass, receiptNotification } from "../../../local/smtp/notification.ts";
import type { Deployment } from "../assembly/physical.ts";

/** The created resources, and a way to call the triggers that moto does not call. */
export type Deployed = {
  clients: LocalClients;
  names: ResourceNames;
  deployment: Deployment;
  call: (trigger: TriggerName, event: unknown) => Promise<unknown>;
};

type Check = (what: string, saw: string, ok: boolean) => void;

const wanted = {
  "contact-sheet completed": 1,
  "parse-mail completed": 1,
  "resize-image completed": picturesPerSheet,
};

/** The longest wait for all jobs, in milliseconds. */
const patienceMs = 120_000;

/** Sends everything, waits for the jobs while `working`, and checks the results. */
export async function feed(deployed: Deployed, working: () => boolean, check: Check): Promise<void> {
  for (let index = 0; index < picturesPerSheet; index += 1) await uploadPicture(deployed, index);
  await receiveMail(deployed);
  const rows = async (table: keyof ResourceNames["tables"]) =>
    (await deployed.clients.db.send(new ScanCommand({ TableName: deployed.names.tables[table] }))).Items ??
    [];
  const counts = async () => countOf((await rows("jobs")).map(({ kind, status }) => `${kind} ${status}`));
  const deadline = performance.now() + patienceMs;
  const done = async () => JSON.stringify(await counts()) === JSON.stringify(wanted);
  while (working() && performance.now() < deadline && !(await done())) await wait(500);
  check("jobs", JSON.stringify(await counts()), await done());
  const held = async (bucket: keyof ResourceNames["buckets"]) => {
    const list = new ListObjectsV2Command({ Bucket: deployed.names.buckets[bucket] });
    return (await deployed.clients.s3.send(list)).KeyCount ?? 0;
  };
  const inBucket = async (what: string, bucket: keyof ResourceNames["buckets"], least: number) => {
    const count = await held(bucket);
    check(what, String(count), count >= least);
  };
  const ready = (await rows("images")).filter(({ state }) => state === "ready");
  check("rows of ready pictures", String(ready.length), ready.length === picturesPerSheet);
  await inBucket("pictures in the bucket of results", "results", picturesPerSheet);
  const left = await held("uploads");
  check("originals left in the bucket of uploads", String(left), left === 0);
  const [album] = await rows("albums");
  check("pictures the album counts", String(album?.pictures), album?.pictures === picturesPerSheet);
  await inBucket("contact sheets", "sheets", 1);
  await inBucket("parts of the mail in their bucket", "parts", 1);
  const submissions = (await rows("submissions")).filter(({ state }) => state === "unread");
  check("submissions", String(submissions.length), submissions.length === 1);
}

function countOf(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of [...names].sort()) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

const topicArn = ({ deployment, names }: Deployed, topic: keyof ResourceNames["topics"]) =>
  `arn:aws:sns:${deployment.region}:${deployment.account}:${names.topics[topic]}`;

const fromTopic = (TopicArn: string, message: unknown) => ({
  Records: [{ EventSource: "aws:sns", Sns: { TopicArn, Message: JSON.stringify(message) } }],
});

async function uploadPicture(deployed: Deployed, index: number): Promise<void> {
  const { clients, names, deployment, call } = deployed;
  const background = { r: (index * 25) % 255, g: 90, b: 120 };
  const Body = await sharp({ create: { width: 320, height: 240, channels: 3, background } })
    .png()
    .toBuffer();
  const [bucket, key] = [names.buckets.uploads, `holiday/${index}.png`];
  const put = await clients.s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body }));
  const happened = {
    name: "ObjectCreated:Put",
    bucket,
    key,
    size: Body.length,
    sequencer: index.toString(16).padStart(16, "0"),
    timeMs: Date.now(),
    requestId: `upload-${index}`,
    principalId: "AWS:AIDAEXAMPLE",
    region: deployment.region,
    accountId: deployment.account,
    ...(put.VersionId && { versionId: put.VersionId }),
  } as const;
  await call("image-uploaded", fromTopic(topicArn(deployed, "uploads"), notification(happened, "announce")));
}

async function receiveMail(deployed: Deployed): Promise<void> {
  const { buckets } = deployed.names;
  const [messageId, key] = ["o3vrnil0e2ic28tr", "raw/o3vrnil0e2ic28tr"];
  const raw = [
    "From: ann@example.org",
    "To: stories@magazine.example",
    "Message-ID: <1@example.org>",
    "Subject: A story",
    "",
    "Please read.",
    "",
  ];
  await deployed.clients.s3.send(
    new PutObjectCommand({ Bucket: buckets.mails, Key: key, Body: raw.join("\r\n") }),
  );
  const receipt = {
    messageId,
    bucket: buckets.mails,
    key,
    topicArn: topicArn(deployed, "mails"),
    sender: "ann@example.org",
    recipients: ["stories@magazine.example"],
    receivedAt: Date.now(),
  };
  await deployed.call("mail-received", fromTopic(receipt.topicArn, receiptNotification(receipt, allPass)));
}
