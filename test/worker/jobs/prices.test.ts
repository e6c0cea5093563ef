// What one job of each kind asks of the cloud, and DynamoDB's units. These are the figures that a fleet is paid by, and they do not
// depend on the machine: a call or a unit more is a decision, which changes this file. Calls to SQS are shared between jobs and are
// counted by `npm run bench -- queue`.
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DeleteObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { SESv2Client } from "@aws-sdk/client-sesv2";
import { DynamoDBDocumentClient, PutCommand, ScanCommand } from "@aws-sdk/lib-dynamodb";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { nothing } from "../../../scripts/lab/costs/counts.ts";
import { openCountingDoor } from "../../../scripts/lab/costs/tally.ts";
import { startCloud } from "../../../scripts/local/cloud/cloud.ts";
import { startDynamoDb } from "../../../scripts/local/dynamodb/dynamodb.ts";
import { createTables } from "../../../scripts/provision/tables.ts";
import { createBuckets } from "../../../scripts/provision/uploads.ts";
import type { JobDefinition } from "../../../worker/engine/job/define-job.ts";
import type { Handler, JobContext } from "../../../worker/engine/job/handler.ts";
import type { StartedSandbox } from "../../../worker/engine/sandbox/create-sandbox.ts";
import { resourceNames } from "../../../worker/fleet/resources.ts";
import { tableDefinitions } from "../../../worker/fleet/tables.ts";
import { catalog, type JobKind } from "../../../worker/jobs/catalog.ts";
import { shardOf } from "../../../worker/jobs/files/rows/file-row.ts";
import { incomingKey } from "../../../worker/jobs/files/rows/ids.ts";
import { packRowSchema } from "../../../worker/jobs/files/rows/pack-row.ts";
import { uploadId, uploadRowSchema } from "../../../worker/jobs/files/rows/upload-row.ts";
import { createHandlers, type Handlers } from "../../../worker/jobs/handlers.ts";
import { addressHash } from "../../../worker/jobs/mail/answers/address.ts";
import { outgoingMailSchema } from "../../../worker/jobs/mail/answers/outgoing-mail.ts";
import { createDecodeSandbox } from "../../../worker/jobs/sandbox/decode-sandbox.ts";
import { answerSlackHandler } from "../../../worker/jobs/words/answer-slack/handler.ts";
import { clientSettings } from "../../support/cloud.ts";
import { mail } from "../../support/mails/mail-out.ts";
import { runJob } from "../../support/run-job.ts";
import { silent } from "../../support/sandbox.ts";

const root = resolve(import.meta.dirname, "../../..");
const names = resourceNames("prices");
const units = { ...nothing };
const calls: string[] = [];
const closing: (() => Promise<void> | void)[] = [];
let clients: Pick<JobContext, "names" | "s3" | "db" | "sandbox">;
let sandbox: StartedSandbox;
let handlers: Handlers;

beforeAll(async () => {
  const { platform, arch, env: environment } = process;
  const database = await startDynamoDb({ environment, platform, arch, log: silent });
  const door = await openCountingDoor(database.endpoint, units);
  const cloud = await startCloud({ port: 0, region: "eu-west-1", dynamoEndpoint: door.url });
  cloud.requests.subscribe(({ service, action }) => void calls.push(`${service} ${action}`));
  const settings = clientSettings(cloud);
  const dynamo = new DynamoDBClient(settings);
  const s3 = new S3Client({ ...settings, forcePathStyle: true });
  const ses = new SESv2Client(settings);
  await createTables(dynamo, tableDefinitions(names));
  await createBuckets(s3, names);
  sandbox = await createDecodeSandbox({ size: 1, spares: 0, log: silent });
  const db = DynamoDBDocumentClient.from(dynamo, { marshallOptions: { removeUndefinedValues: true } });
  clients = { names, s3, db, sandbox };
  handlers = createHandlers({ ses, mail });
  closing.push(
    () => sandbox.close(),
    () => cloud.close(),
    () => door.close(),
    () => database.close(),
    () => [dynamo, s3, ses].forEach((client) => void client.destroy()),
  );
});
afterAll(async () => {
  for (const close of closing) await close();
});

/** Runs a job of a kind and says what it asked for, each with how often, and its units. */
async function priceOf<Kind extends JobKind>(
  kind: Kind,
  payload: Parameters<Handlers[Kind]["run"]>[0],
  handler = handlers[kind],
) {
  const definition = catalog[kind] as unknown as JobDefinition<string, typeof payload>;
  const before = { ...units };
  calls.length = 0;
  const { outcome } = await runJob(clients, definition, handler as Handler<typeof payload>, payload);
  expect(outcome).toBe("completed");
  return {
    calls: Object.fromEntries(
      [...Map.groupBy(calls, (call) => call)].map(([call, all]) => [call, all.length]).sort(),
    ),
    writeUnits: units.writeUnits - before.writeUnits,
    readUnits: units.readUnits - before.readUnits,
  };
}

async function upload(bucket: string, key: string, body: Buffer) {
  const put = new PutObjectCommand({ Bucket: bucket, Key: key, Body: body });
  const { VersionId: versionId = "" } = await clients.s3.send(put);
  return { bucket, key, versionId, size: body.length };
}

const picture = async (index: number, album = "summer") => {
  const create = { width: 640, height: 480, channels: 3, background: { r: index, g: 90, b: 120 } } as const;
  const body = await sharp({ create }).jpeg().toBuffer();
  const object = await upload(names.buckets.uploads, `${album}/${index}.jpg`, body);
  return { ...object, sequencer: "00", owner: "ada" };
};

const said = (message: string, text = "one two three four five six seven eight nine ten") => ({
  ...{ team: "T1", channel: "C1", message, text },
});

test("a picture, and its removal", async () => {
  expect(await priceOf("resize-image", await picture(1))).toEqual({
    calls: {
      "dynamodb GetItem": 2,
      "dynamodb TransactWriteItems": 1,
      "dynamodb BatchExecuteStatement": 1,
      "s3 DeleteObject": 1,
      "s3 GetObject": 1,
      "s3 PutObject": 1,
    },
    writeUnits: 13,
    readUnits: 2,
  });
  const place = { Bucket: names.buckets.results, Key: "summer/1.jpg" };
  const { VersionId: versionId = "" } = await clients.s3.send(new DeleteObjectCommand(place));
  const removed = { bucket: place.Bucket, key: place.Key, versionId };
  expect(await priceOf("remove-picture", removed)).toEqual({
    calls: {
      "dynamodb GetItem": 2,
      "dynamodb TransactWriteItems": 1,
      "dynamodb BatchExecuteStatement": 1,
      "s3 HeadObject": 1,
    },
    writeUnits: 13,
    readUnits: 2,
  });
});

test("the sheet of ten pictures", async () => {
  for (let index = 1; index <= 10; index += 1) await priceOf("resize-image", await picture(index, "autumn"));
  const sheet = { album: "autumn", threshold: 10, revision: 10 };
  expect(await priceOf("contact-sheet", sheet)).toEqual({
    calls: {
      "dynamodb BatchGetItem": 1,
      "dynamodb GetItem": 1,
      "dynamodb Query": 1,
      "dynamodb TransactWriteItems": 1,
      "dynamodb BatchExecuteStatement": 1,
      "s3 GetObject": 10,
      "s3 PutObject": 1,
    },
    writeUnits: 7,
    readUnits: 12,
  });
});

test("ten words, counted, multiplied and logged, and the answer to their command", async () => {
  expect(await priceOf("count-words", said("1"))).toEqual({
    calls: { "dynamodb TransactWriteItems": 1, "dynamodb BatchExecuteStatement": 1 },
    writeUnits: 65,
    readUnits: 0,
  });
  expect(await priceOf("multiply-words", said("2"))).toEqual({
    calls: { "dynamodb TransactWriteItems": 1 },
    writeUnits: 44,
    readUnits: 0,
  });
  expect(await priceOf("log-words", said("3"))).toEqual({
    calls: { "dynamodb BatchExecuteStatement": 1, "dynamodb UpdateItem": 1 },
    writeUnits: 4,
    readUnits: 0,
  });
  for (const kind of ["count-words", "multiply-words", "log-words"] as const) await priceOf(kind, said("4"));
  const command = { ...said("4"), responseUrl: "https://hooks.slack.com/commands/1/2" };
  const answered = answerSlackHandler(async () => 200);
  expect(await priceOf("answer-slack", command, answered)).toEqual({
    calls: { "dynamodb BatchGetItem": 2, "dynamodb BatchExecuteStatement": 1, "dynamodb UpdateItem": 2 },
    writeUnits: 5,
    readUnits: 13,
  });
});

test("a mail with a picture, and the mail that answers it", async () => {
  const raw = readFileSync(join(root, "docs/samples/mails/the-harbour.eml"));
  const { bucket, key, versionId } = await upload(names.buckets.mails, "raw/1", raw);
  expect(await priceOf("parse-mail", { bucket, key, versionId })).toEqual({
    calls: {
      "dynamodb GetItem": 2,
      "dynamodb TransactWriteItems": 1,
      "dynamodb BatchExecuteStatement": 1,
      "s3 GetObject": 1,
      "s3 PutObject": 3,
    },
    writeUnits: 18,
    readUnits: 2,
  });
  const { Items: [planned] = [] } = await clients.db.send(
    new ScanCommand({ TableName: names.tables.outgoingMails }),
  );
  const { id: mailId, to, round } = outgoingMailSchema.parse(planned);
  expect(await priceOf("send-mail", { mailId, recipientHash: addressHash(to), round })).toEqual({
    calls: {
      "dynamodb GetItem": 3,
      "dynamodb TransactWriteItems": 2,
      "dynamodb BatchExecuteStatement": 1,
      "ses SendEmail": 1,
    },
    writeUnits: 15,
    readUnits: 3,
  });
});

test("a file of 10 KB, an archive of it, and a look for files that have expired", async () => {
  const fileId = "A".repeat(22);
  const place = { bucket: names.buckets.incoming, key: incomingKey(fileId) };
  const times = { issuedAt: new Date().toISOString(), expiresAt: 4_000_000_000, hours: 1 };
  const row = { id: uploadId(place), ...place, owner: "ada", fileId, name: "notes.txt", bytes: 10_000 };
  const Item = uploadRowSchema.parse({ ...row, ...times, state: "issued" });
  await clients.db.send(new PutCommand({ TableName: names.tables.uploads, Item }));
  const file = await upload(place.bucket, place.key, Buffer.alloc(10_000, "a"));
  expect(await priceOf("store-file", { ...file, owner: "ada" })).toEqual({
    calls: {
      "dynamodb GetItem": 2,
      "dynamodb TransactWriteItems": 2,
      "dynamodb BatchExecuteStatement": 1,
      "s3 CopyObject": 1,
      "s3 DeleteObject": 1,
      "s3 GetObject": 1,
      "s3 HeadObject": 2,
    },
    writeUnits: 24,
    readUnits: 2,
  });
  const packId = "B".repeat(22);
  const asked = { createdAt: times.issuedAt, expiresAt: times.expiresAt, state: "waiting" };
  const pack = { id: packId, owner: "ada", fileIds: [fileId], name: "notes.zip", ...asked };
  await clients.db.send(new PutCommand({ TableName: names.tables.packs, Item: packRowSchema.parse(pack) }));
  expect(await priceOf("pack-files", { packId, owner: "ada" })).toEqual({
    calls: {
      "dynamodb GetItem": 2,
      "dynamodb TransactWriteItems": 2,
      "dynamodb BatchExecuteStatement": 1,
      "s3 GetObject": 1,
      "s3 PutObject": 1,
    },
    writeUnits: 25,
    readUnits: 2,
  });
  const sweep = { shard: shardOf(fileId), at: new Date().toISOString() };
  expect(await priceOf("expire-files", sweep)).toEqual({
    calls: { "dynamodb Query": 1, "dynamodb BatchExecuteStatement": 1, "dynamodb UpdateItem": 1 },
    writeUnits: 4,
    readUnits: 0.5,
  });
});
