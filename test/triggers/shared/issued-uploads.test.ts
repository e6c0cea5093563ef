// The owner of a picture: the principal of a put or the person who got the form, never a name in the key. Without
// credentials nothing is stored. The forms are real, and the events come from the local object store.

import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { createPresignedPost } from "@aws-sdk/s3-presigned-post";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Cloud, startCloud } from "../../../scripts/local/cloud/cloud.ts";
import { type LocalClients, localClients } from "../../../scripts/local/cloud/identity.ts";
import { type LocalDynamoDb, startDynamoDb } from "../../../scripts/local/dynamodb/dynamodb.ts";
import { createTables } from "../../../scripts/provision/tables.ts";
import { connectBucket, createBuckets } from "../../../scripts/provision/uploads.ts";
import { imageUploaded } from "../../../triggers/image-uploaded.ts";
import { ownerReader, recordUpload } from "../../../triggers/shared/issued-uploads.ts";
import { resourceNames } from "../../../worker/fleet/resources.ts";
import { tableDefinitions } from "../../../worker/fleet/tables.ts";
import { silentLog } from "../../support/provisioned.ts";
import { until } from "../../support/until.ts";

const names = resourceNames("owners");
let database: LocalDynamoDb;
let cloud: Cloud;
let clients: LocalClients;
/** The owners that the trigger enqueued, by key. */
const owners = new Map<string, unknown>();

beforeAll(async () => {
  const { env, platform, arch } = process;
  database = await startDynamoDb({ environment: env, platform, arch, log: silentLog });
  const handler = Promise.withResolvers<(event: unknown) => Promise<unknown>>();
  cloud = await startCloud({
    port: 0,
    region: "eu-west-1",
    dynamoEndpoint: database.endpoint,
    invoke: async (_, event) => void (await (await handler.promise)(event)),
  });
  clients = localClients(cloud.url);
  await createTables(clients.dynamo, tableDefinitions(names));
  await createBuckets(clients.s3, names);
  handler.resolve(
    imageUploaded({
      uploadsBucket: names.buckets.uploads,
      ownerOf: ownerReader(clients.db, names.tables.uploads),
      enqueue: async (_, payload) => {
        const { key, owner } = payload as { key: string; owner?: string };
        owners.set(key, owner);
        return { jobId: key, messageId: key };
      },
      keepDropped: async () => {},
      log: () => {},
    }),
  );
  await connectBucket(clients, {
    bucket: names.buckets.uploads,
    topic: names.topics.uploads,
    events: ["s3:ObjectCreated:*"],
    triggerArn: "arn:aws:lambda:eu-west-1:000000000000:function:image-uploaded",
  });
});
afterAll(async () => {
  clients.destroy();
  await cloud.close();
  await database.close();
});

const ownerOf = async (key: string) => {
  await until(`the event of ${key}`, () => owners.has(key));
  return owners.get(key);
};

/** Posts a form as a browser does. */
async function post({ url, fields }: { url: string; fields: Record<string, string> }): Promise<number> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append("file", new Blob(["bytes"]), "a.jpg");
  return (await fetch(url, { method: "POST", body: form })).status;
}
const formFor = (key: string) =>
  createPresignedPost(clients.s3, { Bucket: names.buckets.uploads, Key: key, Expires: 60 });
const record = (key: string, owner: string) =>
  recordUpload(
    { db: clients.db, table: names.tables.uploads, now: Date.now },
    { bucket: names.buckets.uploads, key, owner },
  );

test("a picture put with credentials belongs to their principal, whatever name its key contains", async () => {
  const anns = new S3Client({
    endpoint: cloud.url,
    region: "eu-west-1",
    forcePathStyle: true,
    credentials: { accessKeyId: "AKIDANN", secretAccessKey: "local" },
  });
  await anns.send(new PutObjectCommand({ Bucket: names.buckets.uploads, Key: "bob/put.jpg", Body: "x" }));
  anns.destroy();
  expect(await ownerOf("bob/put.jpg")).toBe("AKIDANN");
});

test("a picture posted with a form belongs to the person it was issued to, not to its signer", async () => {
  await record("trip/form.jpg", "person-17");
  expect(await post(await formFor("trip/form.jpg"))).toBe(204);
  expect(await ownerOf("trip/form.jpg")).toBe("person-17");
});

test("a form without a recorded owner belongs to its signer", async () => {
  expect(await post(await formFor("trip/own-form.jpg"))).toBe(204);
  expect(await ownerOf("trip/own-form.jpg")).toBe("local");
});

test("a form issued for a key does not make its owner the owner of another person's put", async () => {
  await record("trip/both.jpg", "person-17");
  await clients.s3.send(
    new PutObjectCommand({ Bucket: names.buckets.uploads, Key: "trip/both.jpg", Body: "x" }),
  );
  expect(await ownerOf("trip/both.jpg")).toBe("local");
});

test("without credentials nothing is stored: no put, no form without a policy, no form for another key", async () => {
  const bucketUrl = `${cloud.url}/${names.buckets.uploads}`;
  expect((await fetch(`${bucketUrl}/anonymous.jpg`, { method: "PUT", body: "x" })).status).toBe(403);
  const form = await formFor("trip/mine.jpg");
  expect(await post({ url: form.url, fields: { key: "anonymous.jpg" } })).toBe(403);
  expect(await post({ ...form, fields: { ...form.fields, key: "trip/yours.jpg" } })).toBe(403);
  expect(await post({ ...form, fields: { ...form.fields, "X-Amz-Signature": "0".repeat(64) } })).toBe(403);
  for (const key of ["anonymous.jpg", "trip/yours.jpg", "trip/mine.jpg"])
    await expect(
      clients.s3.send(new GetObjectCommand({ Bucket: names.buckets.uploads, Key: key })),
    ).rejects.toThrow();
});
