// pack-files with a real object store, tables and ledger: archives as other programs read them.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Sandbox } from "../../../../worker/engine/sandbox/sandbox.ts";
import { fileRowSchema } from "../../../../worker/jobs/files/rows/file-row.ts";
import { createDecodeSandbox } from "../../../../worker/jobs/sandbox/decode-sandbox.ts";
import { readByPython, unzip } from "../../../support/archives.ts";
import { type FileCloud, newId, startFileCloud } from "../../../support/files/file-cloud.ts";
import { silent } from "../../../support/sandbox.ts";

let sandbox: Sandbox;
let cloud: FileCloud;
let folder: string;

beforeAll(async () => {
  sandbox = await createDecodeSandbox({ size: 1, log: silent, preload: ["detect-type"] });
  cloud = await startFileCloud(sandbox, "packs");
  folder = await mkdtemp(join(tmpdir(), "packs-"));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await cloud.close();
  await sandbox.close();
});

/** What Python finds in a stored archive: text by path. */
async function contents(fileId: string): Promise<Record<string, string>> {
  const row = fileRowSchema.parse(await cloud.fileRow(fileId));
  const path = join(folder, `${newId()}.zip`);
  await writeFile(path, await cloud.bytesOf(row));
  return readByPython(path);
}

test("files become one archive with their folders and Unicode names, a file of who asked for it", async () => {
  const owner = newId();
  const one = await cloud.stored("eins", { owner, name: "Übung № 1 — 日本.txt", folder: "Ferien/2026" });
  const two = await cloud.stored("zwei", { owner, name: "zwei.txt" });
  const pack = await cloud.askPack([one.id, two.id], { owner, name: "Ferien" });
  expect(await cloud.pack(pack)).toMatchObject({ outcome: "completed" });
  expect(await contents(pack.id)).toEqual({ "Ferien/2026/Übung № 1 — 日本.txt": "eins", "zwei.txt": "zwei" });
  const row = await cloud.fileRow(pack.id);
  expect(row).toMatchObject({ owner, name: "Ferien.zip", origin: "pack", contentType: "application/zip" });
  expect(await cloud.row("packs", { id: pack.id })).toMatchObject({ state: "ready", fileId: pack.id });
  expect(await cloud.quota(owner)).toEqual({ bytes: 8 + (row?.bytes ?? 0), files: 3 });
  expect(await cloud.audit(pack.id)).toMatchObject([{ action: "pack", actor: owner, details: { files: 2 } }]);
});

test("names that are the same, or differ only in case, are numbered", async () => {
  const names = ["a.txt", "a.txt", "A.txt", "b"];
  const files = [];
  for (const name of [...names, "b"]) files.push((await cloud.stored(name, { name })).id);
  const pack = await cloud.askPack(files);
  await cloud.pack(pack);
  expect(Object.keys(await contents(pack.id))).toEqual(["a.txt", "a (2).txt", "A (3).txt", "b", "b (2)"]);
});

test("a file that has ended meanwhile is named in a text instead", async () => {
  const gone = await cloud.stored("gone", { name: "gone.txt" });
  const here = await cloud.stored("here", { name: "here.txt" });
  const pack = await cloud.askPack([gone.id, here.id]);
  await cloud.sweep(gone.id, gone.expiresAt);
  await cloud.pack(pack);
  expect(await contents(pack.id)).toEqual({
    "here.txt": "here",
    "not in this archive.txt": expect.stringContaining("gone.txt"),
  });
  expect(await cloud.row("packs", { id: pack.id })).toMatchObject({ state: "ready", missing: ["gone.txt"] });
});

test("a pack of which nothing is left fails with a reason", async () => {
  const gone = await cloud.stored("gone");
  const pack = await cloud.askPack([gone.id]);
  await cloud.sweep(gone.id, gone.expiresAt);
  expect(await cloud.pack(pack)).toMatchObject({ outcome: "rejected", code: "nothing-left" });
  expect(await cloud.row("packs", { id: pack.id })).toMatchObject({
    state: "failed",
    reason: expect.stringContaining("expired"),
  });
});

test("a file of another person is packed only while it is shared, and its owner sees who took it", async () => {
  const [owner, reader] = [newId(), newId()];
  const shared = await cloud.stored("shared", { owner, name: "shared.txt" });
  const hidden = await cloud.stored("hidden", { owner, name: "hidden.txt" });
  const Item = { person: reader, fileId: shared.id, owner, sharedAt: "", expiresAt: 4_000_000_000 };
  await cloud.db.send(new PutCommand({ TableName: cloud.names.tables.shares, Item }));
  const pack = await cloud.askPack([shared.id, hidden.id], { owner: reader });
  await cloud.pack(pack);
  const found = await contents(pack.id);
  expect(found["shared.txt"]).toBe("shared");
  expect(Object.values(found).join()).not.toContain("hidden");
  expect((await cloud.audit(shared.id)).at(-1)).toMatchObject({ action: "download", actor: reader, owner });
});

test("an archive ends with the first of its files", async () => {
  const soon = await cloud.stored("soon", { hours: 0.1 });
  const late = await cloud.stored("late", { hours: 48 });
  const pack = await cloud.askPack([late.id, soon.id]);
  await cloud.pack(pack);
  expect(await cloud.fileRow(pack.id)).toMatchObject({ expiresAt: soon.expiresAt, dueAt: soon.expiresAt });
});

test("an archive beyond the quota fails, and what was written of it is swept", async () => {
  const owner = newId();
  const file = await cloud.stored("0123456789", { owner });
  const pack = await cloud.askPack([file.id], { owner });
  expect(await cloud.pack(pack, { quotaBytes: 20 })).toMatchObject({
    outcome: "rejected",
    code: "over-quota",
  });
  expect(await cloud.quota(owner)).toEqual({ bytes: 10, files: 1 });
  const row = await cloud.fileRow(pack.id);
  expect(row).toMatchObject({ state: "deleted", bytes: 0 });
  await cloud.sweep(pack.id, row?.dueAt ?? "");
  expect(await cloud.versions("secure", `files/${pack.id}`)).toEqual([]);
});

test("a pack that is asked for again is made once", async () => {
  const owner = newId();
  const file = await cloud.stored("once", { owner });
  const pack = await cloud.askPack([file.id], { owner });
  await cloud.pack(pack);
  const quota = await cloud.quota(owner);
  expect(await cloud.pack(pack)).toMatchObject({ outcome: "completed", replayed: true });
  expect(await cloud.quota(owner)).toEqual(quota);
});

test("a stored file that has another size than its row fails the job and does not wait for S3: versions never change", async () => {
  const owner = newId();
  const file = await cloud.stored("eins", { owner });
  await cloud.changeFile(file, { bytes: 3 });
  const pack = await cloud.askPack([file.id], { owner });
  expect(await cloud.pack(pack)).toMatchObject({
    outcome: "retried",
    cause: "StoredFileDiffers: a stored file has 4 bytes, its row says 3",
  });
  expect(await cloud.row("packs", { id: pack.id })).toMatchObject({ state: "waiting" });
});

/** Signatures of the records that only the 64-bit form has (APPNOTE.TXT 4.3.14, 4.3.15). */
const zip64 = { end: "PK\x06\x06", locator: "PK\x06\x07" };

/** The extra fields of a file by id (4.5.1); 1 is that of the 64-bit form. */
function fieldsOf(extra: Buffer): Map<number, Buffer> {
  const fields = new Map<number, Buffer>();
  for (let at = 0; at < extra.length; ) {
    const end = at + 4 + extra.readUInt16LE(at + 2);
    fields.set(extra.readUInt16LE(at), extra.subarray(at + 4, end));
    at = end;
  }
  return fields;
}

test("an archive in the 64-bit form, as it is beyond 4 GB, is read by unzip and Python", async () => {
  const one = await cloud.stored("eins", { name: "größer.bin", folder: "a" });
  const two = await cloud.stored("zwei", { name: "zwei.bin" });
  const pack = await cloud.askPack([one.id, two.id]);
  expect(await cloud.pack(pack, {}, { always64: true })).toMatchObject({ outcome: "completed" });
  const bytes = await cloud.bytesOf(fileRowSchema.parse(await cloud.fileRow(pack.id)));
  const text = bytes.toString("latin1");
  expect([text.split(zip64.end).length, text.split(zip64.locator).length]).toEqual([2, 2]);
  // In the central directory sizes and place of each file say "look into the extra field", which has all three.
  const [, ...entries] = text.split("PK\x01\x02");
  expect(entries).toHaveLength(2);
  for (const entry of entries) {
    const header = Buffer.from(entry, "latin1");
    expect([header.readUInt32LE(16), header.readUInt32LE(20), header.readUInt32LE(38)]).toEqual(
      Array(3).fill(0xffffffff),
    );
    const start = 42 + header.readUInt16LE(24);
    const extra = fieldsOf(header.subarray(start, start + header.readUInt16LE(26))).get(1);
    expect(extra).toHaveLength(24);
    expect(extra?.readBigUInt64LE(0)).toBe(4n);
  }
  expect(await contents(pack.id)).toEqual({ "a/größer.bin": "eins", "zwei.bin": "zwei" });
  const path = join(folder, "64.zip");
  await writeFile(path, bytes);
  expect(await unzip("-tq", path)).toMatch(/No errors detected/);
});
