import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectVersionsCommand,
  PutBucketNotificationConfigurationCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { afterEach, expect, test } from "vitest";
import { z } from "zod";
import { clientSettings } from "../../../support/cloud.ts";

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** Runs the local cloud as a process and returns clients for it. */
async function startCloudProcess(dataDir: string) {
  const script = join(import.meta.dirname, "..", "..", "..", "support", "cloud-child.ts");
  const child: ChildProcess = spawn(process.execPath, [script, dataDir], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  cleanUps.push(() => child.kill("SIGKILL"));
  if (child.stdout === null) throw new Error("no output");
  const [url] = z
    .tuple([z.string()])
    .rest(z.unknown())
    .parse(await once(createInterface(child.stdout), "line"));
  const settings = clientSettings({ url, region: "us-east-1" });
  const s3 = new S3Client({ ...settings, forcePathStyle: true, maxAttempts: 1 });
  const sqs = new SQSClient({ ...settings, maxAttempts: 1 });
  cleanUps.push(() => [s3, sqs].map((client) => client.destroy()));
  return { child, s3, sqs };
}

const eventSchema = z.object({
  Records: z.array(
    z.object({ s3: z.object({ object: z.object({ key: z.string(), versionId: z.string() }) }) }),
  ),
});

/** The version ids of events in a queue, until all of `wanted` have arrived or no more arrive. */
async function toldVersions(
  sqs: SQSClient,
  QueueUrl: string,
  wanted: ReadonlySet<string>,
): Promise<Set<string>> {
  const told = new Set<string>();
  for (let empty = 0; empty < 5 && [...wanted].some((id) => !told.has(id)); ) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 2 }),
    );
    if (Messages.length === 0) empty += 1;
    for (const { Body = "", ReceiptHandle } of Messages) {
      const event = eventSchema.safeParse(JSON.parse(Body));
      for (const record of event.data?.Records ?? []) told.add(record.s3.object.versionId);
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    }
  }
  return told;
}

test("every acknowledged put and its event survive kill -9, and no half-written object appears", async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "fleet-s3-"));
  cleanUps.push(() => rmSync(dataDir, { recursive: true, force: true }));
  const Bucket = "bucket";
  let cloud = await startCloudProcess(dataDir);
  const { QueueUrl = "" } = await cloud.sqs.send(new CreateQueueCommand({ QueueName: "events" }));
  const { Attributes } = await cloud.sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["QueueArn"] }),
  );
  await cloud.s3.send(new CreateBucketCommand({ Bucket }));
  await cloud.s3.send(
    new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } }),
  );
  await cloud.s3.send(
    new PutBucketNotificationConfigurationCommand({
      Bucket,
      NotificationConfiguration: {
        QueueConfigurations: [{ QueueArn: Attributes?.QueueArn, Events: ["s3:ObjectCreated:*"] }],
      },
    }),
  );
  const answered = new Map<string, { key: string; body: string }>();
  for (let round = 0; round < 4; round += 1) {
    const { s3, child } = cloud;
    let killed = false;
    const writer = async (id: number) => {
      for (let index = 0; !killed; index += 1) {
        const key = `${round}/${id}/${index % 5}`;
        const body = `${key} ${index} `.repeat(1 + ((index * 7919) % 3000));
        const put = s3.send(new PutObjectCommand({ Bucket, Key: key, Body: body }));
        await put.then(({ VersionId = "" }) => answered.set(VersionId, { key, body })).catch(() => undefined);
        if (id === 0 && index === 25) child.kill("SIGKILL");
      }
    };
    const exit = once(child, "exit").then(() => {
      killed = true;
    });
    await Promise.all([0, 1, 2, 3].map(writer));
    await exit;
    cloud = await startCloudProcess(dataDir);
  }
  expect(answered.size).toBeGreaterThan(100);
  for (const [VersionId, { key, body }] of answered) {
    const got = await cloud.s3.send(new GetObjectCommand({ Bucket, Key: key, VersionId }));
    if ((await got.Body?.transformToString()) !== body)
      throw new Error(`${key} ${VersionId} has other bytes`);
  }
  let marker: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined } | undefined = {};
  while (marker !== undefined) {
    const page: Awaited<ReturnType<typeof listPage>> = await listPage(cloud.s3, Bucket, marker);
    for (const { Key, VersionId, Size } of page.Versions ?? []) {
      const got = await cloud.s3.send(new GetObjectCommand({ Bucket, Key, VersionId }));
      expect((await got.Body?.transformToByteArray())?.length).toBe(Size);
    }
    marker = page.IsTruncated
      ? { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker }
      : undefined;
  }
  const told = await toldVersions(cloud.sqs, QueueUrl, new Set(answered.keys()));
  expect([...answered.keys()].filter((id) => !told.has(id))).toEqual([]);
});

const listPage = (s3: S3Client, Bucket: string, marker: object) =>
  s3.send(new ListObjectVersionsCommand({ Bucket, ...marker }));
