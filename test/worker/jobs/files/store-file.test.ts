// store-file with a real object store, tables, ledger and sandbox: what an upload becomes.
import { createHash } from "node:crypto";
import { DeleteObjectCommand } from "@aws-sdk/client-s3";
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Sandbox } from "../../../../worker/engine/sandbox/sandbox.ts";
import { fileRowSchema } from "../../../../worker/jobs/files/rows/file-row.ts";
import { createDecodeSandbox } from "../../../../worker/jobs/sandbox/decode-sandbox.ts";
import { type FileCloud, newId, startFileCloud } from "../../../support/files/file-cloud.ts";
import { cornersPicture } from "../../../support/pictures/pictures.ts";
import { silent } from "../../../support/sandbox.ts";

let sandbox: Sandbox;
let cloud: FileCloud;

beforeAll(async () => {
  sandbox = await createDecodeSandbox({ size: 2, log: silent, preload: ["detect-type", "decode-image"] });
  cloud = await startFileCloud(sandbox);
});

afterAll(async () => {
  await cloud.close();
  await sandbox.close();
});

const sha256 = (bytes: Buffer, encoding: "hex" | "base64") =>
  createHash("sha256").update(bytes).digest(encoding);

test("an upload becomes an object under a random key, a row, a quota, an audit row, and is deleted", async () => {
  const body = Buffer.from("Once upon a time\n");
  const owner = newId();
  const upload = await cloud.issue({ owner, name: "Märchen №1.txt", folder: "tales/short", hours: 2 });
  expect(await cloud.store(await cloud.put(upload, body))).toMatchObject({ outcome: "completed" });
  const row = fileRowSchema.parse(await cloud.fileRow(upload.fileId));
  expect(row).toMatchObject({
    owner,
    name: "Märchen №1.txt",
    folder: "tales/short",
    bytes: body.length,
    contentType: "text/plain",
    checksum: { algorithm: "SHA256", value: sha256(body, "base64") },
    bucket: cloud.names.buckets.secure,
    origin: "upload",
    state: "ready",
    version: 1,
  });
  expect(Date.parse(row.expiresAt) - Date.parse(row.createdAt)).toBe(2 * 60 * 60 * 1000);
  expect(row.dueAt).toBe(row.expiresAt);
  expect(await cloud.bytesOf(row)).toEqual(body);
  expect(await cloud.head(row)).toMatchObject({ ContentType: "application/octet-stream" });
  expect(await cloud.quota(owner)).toEqual({ bytes: body.length, files: 1 });
  expect(await cloud.row("uploads", { id: upload.id })).toMatchObject({ state: "stored" });
  expect(await cloud.audit(upload.fileId)).toEqual([
    expect.objectContaining({ action: "upload", actor: owner, owner, fileName: "Märchen №1.txt" }),
  ]);
  expect(await cloud.versions("incoming", upload.key)).toEqual([]);
});

test("the job's result names file, size, type and the checksum in hexadecimal", async () => {
  const body = Buffer.from("%PDF-1.7\n%stub");
  const upload = await cloud.issue({ name: "story.txt" });
  const { jobId } = await cloud.store(await cloud.put(upload, body));
  expect(await cloud.row("jobs", { jobId })).toMatchObject({
    result: {
      fileId: upload.fileId,
      name: "story.txt",
      bytes: body.length,
      contentType: "application/pdf",
      sha256: sha256(body, "hex"),
    },
  });
});

test.each([
  ["a page", "<!doctype html><script>alert(1)</script>", "text/plain"],
  ["binary bytes", Buffer.from([0, 1, 2, 3, 0xff]), "application/octet-stream"],
  ["an empty file", "", "application/octet-stream"],
  ["a program", Buffer.from([0x4d, 0x5a, ...new Uint8Array(200)]), "application/x-msdownload"],
])("the type of %s comes from its bytes, whatever its name says", async (_, body, contentType) => {
  const row = await cloud.stored(Buffer.from(body), { name: "holiday.jpg" });
  expect(row).toMatchObject({ contentType, bytes: Buffer.from(body).length });
  expect(row.preview).toBeUndefined();
});

test("a picture gets a preview of its own; a broken one is stored without", async () => {
  const picture = await cornersPicture(800, 600).jpeg().toBuffer();
  const row = await cloud.stored(picture, { name: "cat.jpg" });
  expect(row).toMatchObject({ contentType: "image/jpeg", preview: { width: 400, height: 300 } });
  const { key = "", versionId = "" } = row.preview ?? {};
  expect((await cloud.bytesOf({ bucket: row.bucket, key, versionId })).length).toBe(row.preview?.bytes);
  const broken = await cloud.stored(picture.subarray(0, 600), { name: "cut.jpg" });
  expect(broken).toMatchObject({ contentType: "image/jpeg", state: "ready" });
  expect(broken.preview).toBeUndefined();
});

test("an object without an upload is rejected, audited and nobody's file", async () => {
  const fileId = newId();
  const place = { bucket: cloud.names.buckets.incoming, key: `incoming/ada/${fileId}` };
  const uploaded = await cloud.put({ ...(await cloud.issue()), ...place }, Buffer.from("x"));
  const outcome = await cloud.store({ ...uploaded, owner: "ada" });
  expect(outcome).toMatchObject({ outcome: "rejected", code: "not-issued" });
  const refusals = (await cloud.all("audit")).filter(({ details }) => details.code === "not-issued");
  expect(refusals).toEqual([expect.objectContaining({ action: "refused-upload", actor: "system" })]);
});

test("an upload whose row has a state of a newer version is put off, and stored once a worker can read it", async () => {
  const upload = await cloud.issue();
  const object = await cloud.put(upload, Buffer.from("later\n"));
  const write = (state: string) =>
    cloud.db.send(new PutCommand({ TableName: cloud.names.tables.uploads, Item: { ...upload, state } }));
  await write("scanned");
  const cause = expect.stringMatching(
    /may be newer than this worker, which does not know the value of state$/,
  );
  expect(await cloud.store(object)).toMatchObject({ outcome: "put off", cause });
  expect(await cloud.fileRow(upload.fileId)).toBeUndefined();
  await write("issued");
  expect(await cloud.store(object)).toMatchObject({ outcome: "completed" });
});

test("the owner is the one in the upload's row, not the one in the message", async () => {
  const owner = newId();
  const upload = await cloud.issue({ owner });
  const uploaded = await cloud.put(upload, Buffer.from("mine"));
  await cloud.store({ ...uploaded, owner: "mallory" });
  expect(await cloud.fileRow(upload.fileId)).toMatchObject({ owner });
});

test.each([
  ["larger than a file may be", { maxFileBytes: 3 }, {}, "too-many-bytes"],
  ["larger than announced", {}, { bytes: 3 }, "more-than-announced"],
  ["beyond the quota", { quotaBytes: 3 }, {}, "over-quota"],
])("an upload %s is refused, told to its owner, and stays in its bucket", async (_, settings, more, code) => {
  const owner = newId();
  const upload = await cloud.issue({ ...more, owner });
  const uploaded = await cloud.put(upload, Buffer.from("four"));
  expect(await cloud.store(uploaded, settings)).toMatchObject({ outcome: "rejected", code });
  expect(await cloud.row("uploads", { id: upload.id })).toMatchObject({
    state: "refused",
    refusal: { code, reason: expect.stringMatching(/^The file .*\.$/) },
  });
  expect(await cloud.quota(owner)).toEqual({ bytes: 0, files: 0 });
  expect(await cloud.audit(upload.fileId)).toMatchObject([{ action: "refused-upload", details: { code } }]);
  expect(await cloud.versions("incoming", upload.key)).toHaveLength(1);
  expect(await cloud.versions("secure", `files/${upload.fileId}`)).toEqual([]);
});

test("an upload that was deleted before it was stored is rejected", async () => {
  const upload = await cloud.issue();
  const uploaded = await cloud.put(upload, Buffer.from("gone"));
  const { bucket: Bucket, key: Key, versionId: VersionId } = uploaded;
  await cloud.s3.send(new DeleteObjectCommand({ Bucket, Key, VersionId }));
  expect(await cloud.store(uploaded)).toMatchObject({ outcome: "rejected", code: "source-gone" });
});

test("a second object of the same upload changes nothing", async () => {
  const owner = newId();
  const upload = await cloud.issue({ owner });
  const first = await cloud.put(upload, Buffer.from("first"));
  await cloud.store(first);
  const before = await cloud.fileRow(upload.fileId);
  const second = await cloud.put(upload, Buffer.from("second"));
  expect(await cloud.store(second)).toMatchObject({ outcome: "rejected", code: "already-stored" });
  expect(await cloud.fileRow(upload.fileId)).toEqual(before);
  expect(await cloud.quota(owner)).toEqual({ bytes: 5, files: 1 });
});

test("a finished job that is delivered again does nothing but delete the upload", async () => {
  const owner = newId();
  const upload = await cloud.issue({ owner });
  const uploaded = await cloud.put(upload, Buffer.from("once"));
  await cloud.store(uploaded);
  expect(await cloud.store(uploaded)).toMatchObject({ outcome: "completed", replayed: true });
  expect(await cloud.quota(owner)).toEqual({ bytes: 4, files: 1 });
  expect(await cloud.audit(upload.fileId)).toHaveLength(1);
});

const request = async (more: object = {}, row: object = {}): Promise<string> => {
  const id = newId();
  const counts = { maxBytes: 100, maxFiles: 2, received: 0, receivedBytes: 0, note: "", ...more };
  const Item = { id, kind: "request", owner: "ada", name: "Holiday", downloads: 0, request: counts, ...row };
  const times = { createdAt: new Date().toISOString(), expiresAt: 4_000_000_000 };
  await cloud.db.send(new PutCommand({ TableName: cloud.names.tables.links, Item: { ...Item, ...times } }));
  return id;
};

test("a file for a request is counted there and marked as from outside", async () => {
  const requestId = await request();
  const upload = await cloud.issue({ requestId, from: "Grandma" });
  await cloud.store(await cloud.put(upload, Buffer.from("picture")));
  const row = await cloud.fileRow(upload.fileId);
  expect(row).toMatchObject({ owner: "ada", origin: "request", requestId, from: "Grandma" });
  expect(await cloud.row("links", { id: requestId })).toMatchObject({
    request: { received: 1, receivedBytes: 7 },
  });
  expect(await cloud.audit(upload.fileId)).toMatchObject([
    { actor: `request:${requestId}`, actorName: "Grandma", owner: "ada" },
  ]);
});

test.each([
  ["is full", { received: 2 }, {}],
  ["has no room for it", { receivedBytes: 99 }, {}],
  ["was withdrawn", {}, { revokedAt: "2026-01-01T00:00:00.000Z" }],
])("a file for a request that %s is refused", async (_, counts, row) => {
  const upload = await cloud.issue({ requestId: await request(counts, row) });
  const outcome = await cloud.store(await cloud.put(upload, Buffer.from("more")));
  expect(outcome).toMatchObject({ outcome: "rejected", code: "request-closed" });
});
