// Least privilege: the real flows with every call judged by the synthesised policies of who makes it. What a flow needs
// is allowed, and a right that no flow uses is in a list with its reason. What is refused: test/infra/permissions.
import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { GetQueueUrlCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import { PutCommand, TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import { createPresignedPost } from "@aws-sdk/s3-presigned-post";
import nodemailer from "nodemailer";
import sharp from "sharp";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { unusedRights } from "../../scripts/lab/cloud-check/iam/unused.ts";
import { startReceiving } from "../../scripts/local/smtp/receiving.ts";
import { createEnqueue } from "../../worker/engine/enqueue/enqueue.ts";
import { queueName } from "../../worker/fleet/resources.ts";
import { packFiles } from "../../worker/jobs/files/pack-files/job.ts";
import { incomingKey } from "../../worker/jobs/files/rows/ids.ts";
import { type UploadRow, uploadId, uploadRowSchema } from "../../worker/jobs/files/rows/upload-row.ts";
import { outboxEffect } from "../../worker/jobs/outbox/outbox-effect.ts";
import { contactSheet } from "../../worker/jobs/pictures/contact-sheet/job.ts";
import { type ChainCloud, type InvokeTrigger, startChainCloud } from "../support/chain-cloud.ts";
import { clientSettings } from "../support/cloud.ts";
import { explainedRights } from "../support/explained-rights.ts";
import { newId } from "../support/files/file-cloud.ts";
import { type Guard, guard, thought } from "../support/guarded-cloud.ts";
import { bucketSuffix, fleet, names, object, rights, roles } from "../support/judged-fleet.ts";
import { attached, header, lines, multipart, textPart } from "../support/mails/mails.ts";
import { silentLog } from "../support/provisioned.ts";
import { s3Event } from "../support/s3-event-records.ts";
import { until } from "../support/until.ts";
import { slackSecrets, webhookForm } from "../support/words/slack.ts";

let chain: ChainCloud;
let guarded: Guard;
/** While true the streams' records reach nobody: what follows is then the schedule's. */
let streamsLost = false;
/** While true the events of topics reach nobody. */
let eventsLost = false;
const losingEvents =
  (invoke: InvokeTrigger): InvokeTrigger =>
  async (functionArn, event) =>
    eventsLost ? undefined : invoke(functionArn, event);
const losing =
  (invoke: InvokeTrigger): InvokeTrigger =>
  async (functionArn, event) =>
    streamsLost ? { batchItemFailures: [] } : invoke(functionArn, event);

beforeAll(async () => {
  const secret = (values: readonly string[]) => ({ type: "SecureString" as const, value: values.join(" ") });
  const parameters = new Map([
    [names.parameters.slackSigningSecrets, secret(slackSecrets.signingSecrets)],
    [names.parameters.slackWebhookTokens, secret(slackSecrets.webhookTokens)],
  ]);
  chain = await startChainCloud({
    names,
    bucketSuffix,
    callersByName: true,
    pollers: [losing],
    deliver: losingEvents,
    parameters,
  });
  guarded = guard(chain.cloud, rights, roles);
  await chain.startWorker("worker", {
    FLEET_MAIL_ADDRESS: "submissions@magazine.example",
    FLEET_MAIL_EDITOR: "editor@magazine.example",
    FLEET_MAIL_WITHHELD_SECONDS: "1",
  });
});
afterAll(() => chain.close());

const quiet = () => until("nothing left to do", () => chain.working() === 0, 90_000);
const ended = async (kind: string) => {
  const rows = await chain.rows("jobs");
  return rows
    .filter((row) => row.kind === kind && row.endedAt !== undefined)
    .map(({ status }) => String(status))
    .sort();
};
const picture = (red: number) =>
  sharp({ create: { width: 60, height: 40, channels: 3, background: { r: red, g: 20, b: 20 } } })
    .png()
    .toBuffer();

test("pictures, a sheet, a replaced, a refused and a removed one: every call is allowed", async () => {
  for (let index = 0; index < 9; index += 1) await chain.upload(`trip/${index}.png`, await picture(index));
  const form = await createPresignedPost(chain.clients.s3, {
    Bucket: names.buckets.uploads,
    Key: "trip/9.png",
  });
  const fields = new FormData();
  for (const [name, value] of Object.entries(form.fields)) fields.append(name, value);
  fields.append("file", new Blob([new Uint8Array(await picture(9))]));
  expect((await fetch(form.url, { method: "POST", body: fields })).status).toBe(204);
  await until("the sheet", async () => (await chain.rows("sheets")).length === 1, 90_000);
  await chain.upload("trip/0.png", await picture(200));
  await chain.upload("trip/broken.png", Buffer.from("no picture"));
  await until("all uploads", async () => (await ended("resize-image")).length === 12, 90_000);
  await chain.clients.s3.send(new DeleteObjectCommand({ Bucket: names.buckets.results, Key: "trip/1.png" }));
  await until("the removal", async () => (await chain.album("trip"))?.pictures === 9, 90_000);
  await quiet();
  expect(await ended("resize-image")).toEqual([...Array(11).fill("completed"), "rejected"]);
  expect(guarded.refused()).toEqual([]);
});

test("mails, read and refused: every call is allowed", async () => {
  const { region, account: accountId } = thought;
  const receiving = await startReceiving({
    port: 0,
    clients: chain.clients,
    names,
    region,
    accountId,
    log: silentLog,
  });
  const transport = nodemailer.createTransport({ host: "127.0.0.1", port: receiving.port, ignoreTLS: true });
  onTestFinished(async () => {
    transport.close();
    await receiving.close();
  });
  const send = (raw: string) =>
    transport.sendMail({ envelope: { from: "ann@example.org", to: ["submissions@magazine.example"] }, raw });
  await send(multipart([textPart("Please read."), attached(Buffer.from("%PDF-1.7 a story"), "story.pdf")]));
  await send(lines(...header, `Subject: ${"long ".repeat(60_000)}`, "", "x"));
  await send(lines(...header, "Subject: Over a list", "List-Id: <stories.example.org>", "", "In doubt."));
  await until("three mails", async () => (await ended("parse-mail")).length === 3, 90_000);
  await until(
    "what is answered, and the mail about the one in doubt",
    async () => {
      await chain.invoke("outbox-due", {});
      return (await ended("send-mail")).length === 3;
    },
    90_000,
  );
  await quiet();
  expect(await ended("parse-mail")).toEqual(["completed", "completed", "rejected"]);
  expect(await ended("send-mail")).toEqual(["completed", "completed", "completed"]);
  expect(guarded.refused()).toEqual([]);
});

test("an object that is gone before its job runs: every call is allowed, those that tell 404 from 403 included", async () => {
  const elsewhere = new PutObjectCommand({ Bucket: names.buckets.sheets, Key: "any", Body: "any" });
  const { VersionId = "" } = await chain.clients.s3.send(elsewhere);
  const gone = (bucket: string) => s3Event({ bucket, key: "gone/before.png", versionId: VersionId });
  await chain.invoke("image-uploaded", gone(names.buckets.uploads));
  await chain.invoke("mail-received", gone(names.buckets.mails));
  await until("both to end", async () => {
    const ends = [...(await ended("resize-image")), ...(await ended("parse-mail"))];
    return ends.filter((status) => status === "rejected").length === 4;
  });
  await quiet();
  expect(guarded.refused()).toEqual([]);
});

test("words said in Slack, few and many: every call is allowed", async () => {
  const say = (text: string, timestamp: string) =>
    fetch(`${chain.apiUrl}/slack/messages`, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: webhookForm(text, { timestamp }),
    });
  const many = Array.from({ length: 150 }, (_, index) => `word${index}`).join(" ");
  expect((await say("the quick fox", "1.000001")).status).toBe(200);
  expect((await say(many, "1.000002")).status).toBe(200);
  const kinds = ["count-words", "multiply-words", "log-words"];
  await until(
    "all counted",
    async () => {
      const ends = await Promise.all(kinds.map(ended));
      return ends.every((statuses) => statuses.length === 2);
    },
    90_000,
  );
  // Sent again once it is counted, the counts are read in one transaction with the job's row.
  expect(await (await say("the quick fox", "1.000001")).json()).toMatchObject({
    text: expect.stringContaining("quick: 11"),
  });
  await quiet();
  expect(guarded.refused()).toEqual([]);
});

test("follow-ups by stream and by schedule, counting, a message nobody can read: every call is allowed", async () => {
  const commit = async (jobId: string, threshold: number) => {
    const context = { names, jobId, traceId: "trace", now: () => Date.now() - 60_000 };
    const effect = outboxEffect(contactSheet, { album: "trip", threshold, revision: 9 }, context);
    await chain.clients.db.send(new TransactWriteCommand({ TransactItems: [effect] }));
  };
  const relayed = async () =>
    (await chain.rows("outbox")).filter(({ relayedAt }) => relayedAt !== undefined).length;
  const before = await relayed();
  await commit("parent/1", 20);
  await until("the stream", async () => (await relayed()) === before + 1);
  streamsLost = true;
  await commit("parent/2", 30);
  await until("the schedule", async () => {
    await chain.invoke("outbox-due", {});
    return (await relayed()) === before + 2;
  });
  streamsLost = false;
  await chain.invoke("metrics-due", {});
  const unreadableEvent = { Records: [null] };
  for (const trigger of ["image-uploaded", "picture-removed", "mail-received", "file-uploaded"])
    await chain.invoke(trigger, unreadableEvent);
  const { QueueUrl } = await queueUrl(queueName(fleet, "resize-image"));
  const unreadable = { MessageBody: "no job", MessageGroupId: "g", MessageDeduplicationId: "unreadable" };
  await chain.clients.sqs.send(new SendMessageCommand({ QueueUrl, ...unreadable }));
  await until("the dead letter", () => chain.deadLetters() === 1, 90_000);
  await quiet();
  expect(guarded.refused()).toEqual([]);
});

test("files: stored, refused, from outside, packed and swept: every call is allowed", async () => {
  const { db, s3, sqs } = chain.clients;
  const { tables, buckets } = names;
  const put = (TableName: string, Item: object) => db.send(new PutCommand({ TableName, Item }));
  const upload = async (Body: Buffer, more: Partial<UploadRow> = {}) => {
    const fileId = newId();
    const place = { bucket: buckets.incoming, key: incomingKey(fileId) };
    const given = { owner: "ada", name: "a file", bytes: 1_000_000, hours: 1, state: "issued" };
    const times = { issuedAt: new Date().toISOString(), expiresAt: 4_000_000_000 };
    const row = uploadRowSchema.parse({ id: uploadId(place), ...place, ...given, ...times, fileId, ...more });
    await put(tables.uploads, row);
    await s3.send(new PutObjectCommand({ Bucket: row.bucket, Key: row.key, Body }));
    return fileId;
  };
  const times = { createdAt: new Date().toISOString(), expiresAt: 4_000_000_000 };
  const counts = { maxBytes: 1000, maxFiles: 2, received: 0, receivedBytes: 0, note: "" };
  await put(tables.links, {
    id: "request",
    kind: "request",
    owner: "ada",
    name: "r",
    ...times,
    request: counts,
  });
  const stored = await upload(Buffer.from("a text"));
  const shown = await upload(await picture(7), { owner: "bob" });
  await upload(Buffer.from("from outside"), { requestId: "request" });
  await upload(Buffer.from("too large"), { bytes: 1 });
  await s3.send(
    new PutObjectCommand({ Bucket: buckets.incoming, Key: incomingKey(newId()), Body: "forged" }),
  );
  await until("all uploads", async () => (await ended("store-file")).length === 5, 90_000);
  expect(await ended("store-file")).toEqual(["completed", "completed", "completed", "rejected", "rejected"]);
  await put(tables.shares, {
    person: "ada",
    fileId: shown,
    owner: "bob",
    sharedAt: times.createdAt,
    ...times,
  });
  await put(tables.links, {
    id: "link",
    kind: "file",
    owner: "ada",
    fileId: stored,
    name: "a file",
    ...times,
  });
  const packId = newId();
  const asked = { fileIds: [stored, shown], name: "pack.zip", state: "waiting", ...times };
  await put(tables.packs, { id: packId, owner: "ada", ...asked });
  const url = async (kind: string) => (await queueUrl(queueName(fleet, kind))).QueueUrl ?? "";
  const enqueue = createEnqueue({ sqs, queueUrl: url, now: Date.now, newTraceId: () => "trace" });
  await enqueue(packFiles, { packId, owner: "ada" });
  await until("the pack", async () => (await ended("pack-files")).length === 1, 90_000);
  expect(await ended("pack-files")).toEqual(["completed"]);
  const swept = async () => (await chain.rows("files")).every((row) => row.shard === undefined);
  const tomorrow = new Date(Date.now() + 24 * 60 * 60 * 1000).toISOString();
  await chain.invoke("files-due", { time: tomorrow });
  await until("the sweep", swept, 90_000);
  await quiet();
  expect(guarded.refused()).toEqual([]);
}, 180_000);

test("an upload, a mail and a file whose events are lost: every call of the sweep is allowed", async () => {
  const { s3, db } = chain.clients;
  const { buckets, tables } = names;
  const fileId = newId();
  const place = { bucket: buckets.incoming, key: incomingKey(fileId) };
  const given = { owner: "eve", name: "a file", bytes: 100, hours: 1, state: "issued", fileId };
  const times = { issuedAt: new Date().toISOString(), expiresAt: 4_000_000_000 };
  const row = uploadRowSchema.parse({ id: uploadId(place), ...place, ...given, ...times });
  await db.send(new PutCommand({ TableName: tables.uploads, Item: row }));
  const kinds = ["resize-image", "parse-mail", "store-file"];
  const counts = () => Promise.all(kinds.map(async (kind) => (await ended(kind)).length));
  const before = await counts();
  eventsLost = true;
  await chain.upload("lost/a.png", await picture(3));
  await s3.send(new PutObjectCommand({ Bucket: place.bucket, Key: place.key, Body: "lost" }));
  // No event of this bucket reaches the trigger: SES publishes its own.
  const mail = lines(...header, "Subject: lost", "", "x");
  await s3.send(new PutObjectCommand({ Bucket: buckets.mails, Key: "raw/lost", Body: mail }));
  await quiet();
  eventsLost = false;
  expect(await counts()).toEqual(before);
  await chain.invoke("untaken-due", { time: new Date(Date.now() + 2 * 60 * 60 * 1000).toISOString() });
  const expected = before.map((count) => count + 1);
  await until("all three", async () => String(await counts()) === String(expected), 90_000);
  await quiet();
  expect(guarded.refused()).toEqual([]);
}, 180_000);

const queueUrl = (QueueName: string) => chain.clients.sqs.send(new GetQueueUrlCommand({ QueueName }));

/** The pages have flows of their own: page-permissions.test.ts. */
const callers = [...roles.keys()].filter((caller) => caller !== "web");

test("the callers of these flows were judged, each of them", () => {
  const judged = Map.groupBy(guarded.rulings, ({ caller }) => caller);
  expect([...judged.keys()].sort()).toEqual(callers.sort());
  expect(guarded.rulings.length).toBeGreaterThan(300);
});

test("the guarded cloud refuses: a trigger that reads a mail gets 403", async () => {
  const s3 = new S3Client({
    ...clientSettings(chain.cloud),
    credentials: { accessKeyId: "mail-received", secretAccessKey: "local" },
    forcePathStyle: true,
  });
  onTestFinished(() => s3.destroy());
  const get = s3.send(new GetObjectCommand({ Bucket: names.buckets.mails, Key: "raw/any" }));
  await expect(get).rejects.toMatchObject({ name: "AccessDenied", $metadata: { httpStatusCode: 403 } });
  expect(guarded.refused()).toEqual([
    `mail-received: s3:GetObject on ${object("mails", "raw/any")} (no-allow)`,
  ]);
});

const unused = () =>
  callers.flatMap((caller) => {
    const statements = roles.get(caller)?.statements ?? [];
    const used = guarded.rulings.filter((made) => made.caller === caller).map(({ access }) => access);
    return unusedRights(statements, used).map(
      ({ action, resource }) => `${caller}: ${action} on ${resource}`,
    );
  });

test("a right that no flow uses is known, with its reason", () => {
  expect(unused().filter((grant) => !explainedRights.some(([pattern]) => pattern.test(grant)))).toEqual([]);
});

test("every reason still stands for a right that no flow uses", () => {
  const grants = unused();
  const stale = explainedRights.filter(([pattern]) => !grants.some((grant) => pattern.test(grant)));
  expect(stale.map(([, reason]) => reason)).toEqual([]);
});
