// expire-files with a real object store, tables and ledger: what happens to files whose time has come.
import { DeleteCommand, PutCommand, TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Sandbox } from "../../../../worker/engine/sandbox/sandbox.ts";
import { beginFile, endFile, returnQuota } from "../../../../worker/jobs/files/rows/effects.ts";
import type { FileRow } from "../../../../worker/jobs/files/rows/file-row.ts";
import { createDecodeSandbox } from "../../../../worker/jobs/sandbox/decode-sandbox.ts";
import { type FileCloud, newId, startFileCloud } from "../../../support/files/file-cloud.ts";
import { cornersPicture } from "../../../support/pictures/pictures.ts";
import { silent } from "../../../support/sandbox.ts";

let sandbox: Sandbox;
let cloud: FileCloud;

beforeAll(async () => {
  sandbox = await createDecodeSandbox({ size: 2, log: silent, preload: ["detect-type", "decode-image"] });
  cloud = await startFileCloud(sandbox, "expiry");
});

afterAll(async () => {
  await cloud.close();
  await sandbox.close();
});

const hour = 60 * 60 * 1000;
const after = ({ expiresAt }: FileRow, ms = 1) => new Date(Date.parse(expiresAt) + ms).toISOString();

test("an expired file ends: objects, shares and links are gone, its quota is back, the audit says so", async () => {
  const owner = newId();
  const picture = await cornersPicture(40, 30).png().toBuffer();
  const row = await cloud.stored(picture, { owner, name: "cat.png" });
  expect(await cloud.versions("secure", `previews/${row.id}`)).toHaveLength(1);
  const { tables } = cloud.names;
  const share = { person: "bob", fileId: row.id, owner, sharedAt: row.createdAt, expiresAt: 4_000_000_000 };
  await cloud.db.send(new PutCommand({ TableName: tables.shares, Item: share }));
  const link = {
    id: newId(),
    kind: "file",
    owner,
    fileId: row.id,
    name: "cat.png",
    createdAt: row.createdAt,
  };
  await cloud.db.send(
    new PutCommand({ TableName: tables.links, Item: { ...link, expiresAt: 4_000_000_000 } }),
  );

  const { jobId, ...outcome } = await cloud.sweep(row.id, after(row));
  expect(outcome).toMatchObject({ outcome: "completed" });
  expect(await cloud.row("jobs", { jobId })).toMatchObject({ result: { expired: 1, deleted: 1 } });
  const ended = await cloud.fileRow(row.id);
  expect(ended).toMatchObject({ state: "expired", version: 2, sharedWith: 0, forgetAt: expect.any(Number) });
  expect(ended?.shard).toBeUndefined();
  expect(await cloud.versions("secure", `files/${row.id}`)).toEqual([]);
  expect(await cloud.versions("secure", `previews/${row.id}`)).toEqual([]);
  expect(await cloud.quota(owner)).toEqual({ bytes: 0, files: 0 });
  expect(await cloud.row("shares", { person: "bob", fileId: row.id })).toBeUndefined();
  expect(await cloud.row("links", { id: link.id })).toBeUndefined();
  expect((await cloud.audit(row.id)).map(({ action, actor }) => [action, actor])).toEqual([
    ["upload", owner],
    ["expiry", "system"],
  ]);
});

test("a file is left until its time has come", async () => {
  const row = await cloud.stored("young");
  await cloud.sweep(row.id, after(row, -1));
  expect(await cloud.fileRow(row.id)).toEqual(row);
});

test("a file whose expiry was moved later is left", async () => {
  const row = await cloud.stored("kept");
  const expiresAt = after(row, hour);
  await cloud.changeFile(row, { expiresAt, version: 2 });
  await cloud.sweep(row.id, after(row));
  expect(await cloud.fileRow(row.id)).toMatchObject({ state: "ready", expiresAt });
  expect(await cloud.bytesOf(row)).toEqual(Buffer.from("kept"));
});

test("sweeping twice changes nothing more", async () => {
  const owner = newId();
  const row = await cloud.stored("twice", { owner });
  await cloud.stored("other", { owner, hours: 48 });
  await cloud.sweep(row.id, after(row));
  const ended = await cloud.fileRow(row.id);
  await cloud.sweep(row.id, after(row, 5 * 60_000));
  expect(await cloud.fileRow(row.id)).toEqual(ended);
  expect(await cloud.quota(owner)).toEqual({ bytes: 5, files: 1 });
  expect(await cloud.audit(row.id)).toHaveLength(2);
});

test("the objects of a file that its owner deleted are deleted with the next sweep", async () => {
  const owner = newId();
  const row = await cloud.stored("deleted", { owner });
  const now = Date.now();
  const TransactItems = [endFile(cloud.names, row, "deleted", now), returnQuota(cloud.names, row)];
  await cloud.db.send(new TransactWriteCommand({ TransactItems }));
  await cloud.sweep(row.id, new Date(now + 1).toISOString());
  expect(await cloud.versions("secure", `files/${row.id}`)).toEqual([]);
  expect(await cloud.fileRow(row.id)).toMatchObject({ state: "deleted" });
  expect((await cloud.fileRow(row.id))?.shard).toBeUndefined();
  expect(await cloud.quota(owner)).toEqual({ bytes: 0, files: 0 });
});

test("what a job wrote that never stored its file is swept after days, and the job cannot store it any more", async () => {
  const upload = await cloud.issue();
  const uploaded = await cloud.put(upload, Buffer.from("half"));
  const { fileId: id, owner, name, folder } = upload;
  const file = { id, owner, name, folder, origin: "upload" } as const;
  const began = Date.now() - 4 * 24 * hour;
  const TransactItems = [beginFile(cloud.names, file, began)];
  await cloud.db.send(new TransactWriteCommand({ TransactItems }));
  await cloud.put({ ...upload, bucket: cloud.names.buckets.secure, key: `files/${id}` }, Buffer.from("half"));
  await cloud.sweep(id, new Date().toISOString());
  expect(await cloud.versions("secure", `files/${id}`)).toEqual([]);
  expect(await cloud.fileRow(id)).toMatchObject({ state: "deleted", bytes: 0 });
  expect(await cloud.store(uploaded)).toMatchObject({ outcome: "rejected", code: "already-stored" });
});

test("a file that changes while it is swept is left to the next sweep", async () => {
  const owner = newId();
  const row = await cloud.stored("busy", { owner });
  // The quota cannot give back what it does not have: the whole end is refused.
  await cloud.db.send(new DeleteCommand({ TableName: cloud.names.tables.quotas, Key: { person: owner } }));
  expect(await cloud.sweep(row.id, after(row))).toMatchObject({ outcome: "completed" });
  expect(await cloud.fileRow(row.id)).toMatchObject({ state: "ready" });
  expect(await cloud.bytesOf(row)).toEqual(Buffer.from("busy"));
});
