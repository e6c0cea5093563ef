// contact-sheet with a real object store, tables, ledger and sandbox: its pictures, its row, and that it is made once.
import { DeleteObjectCommand, GetObjectCommand, ListObjectVersionsCommand } from "@aws-sdk/client-s3";
import { DeleteCommand, GetCommand } from "@aws-sdk/lib-dynamodb";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Sandbox } from "../../../../../worker/engine/sandbox/sandbox.ts";
import { contactSheetHandler, sheetKey } from "../../../../../worker/jobs/pictures/contact-sheet/handler.ts";
import { contactSheet } from "../../../../../worker/jobs/pictures/contact-sheet/job.ts";
import { removePictureHandler } from "../../../../../worker/jobs/pictures/remove-picture/handler.ts";
import { removePicture } from "../../../../../worker/jobs/pictures/remove-picture/job.ts";
import { createDecodeSandbox } from "../../../../../worker/jobs/sandbox/decode-sandbox.ts";
import { type PictureCloud, startPictureCloud } from "../../../../support/pictures/picture-cloud.ts";
import { runJob } from "../../../../support/run-job.ts";
import { silent } from "../../../../support/sandbox.ts";

let sandbox: Sandbox;
let cloud: PictureCloud;
beforeAll(async () => {
  sandbox = await createDecodeSandbox({ size: 2, log: silent, preload: ["decode-image"] });
  cloud = await startPictureCloud(sandbox);
});
afterAll(async () => {
  await cloud.close();
  await sandbox.close();
});

const nameOf = (index: number) => `${String(index).padStart(2, "0")}.png`;
const names = (...indexes: number[]) => indexes.map(nameOf);
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

async function upload(album: string, index: number): Promise<void> {
  const background = { r: index * 12, g: 255 - index * 12, b: 90 };
  const bytes = await sharp({ create: { width: 40, height: 30, channels: 3, background } })
    .png()
    .toBuffer();
  await cloud.deliver(await cloud.upload(`${album}/${nameOf(index)}`, bytes));
}
async function remove(album: string, index: number): Promise<void> {
  const [bucket, key] = [cloud.names.buckets.results, `${album}/${nameOf(index)}`];
  const deletion = new DeleteObjectCommand({ Bucket: bucket, Key: key });
  const { VersionId: versionId = "" } = await cloud.s3.send(deletion);
  await runJob({ ...cloud, sandbox }, removePicture, removePictureHandler(), { bucket, key, versionId });
}
async function fill(album: string, count: number): Promise<void> {
  for (const index of upTo(count)) await upload(album, index);
}

const draw = (album: string, threshold: number, revision: number) =>
  runJob({ ...cloud, sandbox }, contactSheet, contactSheetHandler(), { album, threshold, revision });

async function sheetRow(album: string, threshold: number) {
  const Key = { album, threshold: String(threshold).padStart(12, "0") };
  const get = new GetCommand({ TableName: cloud.names.tables.sheets, Key, ConsistentRead: true });
  return (await cloud.db.send(get)).Item;
}
async function shownIn(album: string, threshold: number): Promise<string[]> {
  const { pictures = [] } = (await sheetRow(album, threshold)) ?? {};
  return (pictures as { name: string; shown: boolean }[]).map(({ name, shown }) =>
    shown ? name : `${name} missing`,
  );
}
async function versionsOf(key: string) {
  const list = new ListObjectVersionsCommand({ Bucket: cloud.names.buckets.sheets, Prefix: key });
  return (await cloud.s3.send(list)).Versions ?? [];
}

test("the ten pictures are drawn in the order in which they joined; object, row and result agree", async () => {
  await fill("ten", 10);
  expect(await draw("ten", 10, 10)).toMatchObject({ outcome: "completed", replayed: false });
  expect(await shownIn("ten", 10)).toEqual(names(...upTo(10)));
  const row = await sheetRow("ten", 10);
  expect(row).toMatchObject({
    bucket: cloud.names.buckets.sheets,
    key: "folders/ten/10.png",
    contentType: "image/png",
    shown: 10,
    missing: 0,
    revision: 10,
    jobId: expect.stringMatching(/^contact-sheet\//),
    createdAt: expect.stringMatching(/Z$/),
  });
  const stored = await cloud.s3.send(
    new GetObjectCommand({ Bucket: row?.bucket, Key: row?.key, VersionId: row?.versionId }),
  );
  const bytes = (await stored.Body?.transformToByteArray()) ?? new Uint8Array();
  expect([stored.ContentType, (await sharp(bytes).metadata()).width]).toEqual(["image/png", row?.width]);
});

test("the sheet shows the album at its revision: later pictures are not on it, and pictures that left later are marked gaps", async () => {
  await fill("then", 10);
  await upload("then", 11);
  await remove("then", 4);
  await remove("then", 7);
  await upload("then", 7);
  await draw("then", 10, 10);
  const expected = upTo(10).map((index) =>
    index === 4 || index === 7 ? `${nameOf(index)} missing` : nameOf(index),
  );
  expect(await shownIn("then", 10)).toEqual(expected);
  expect(await sheetRow("then", 10)).toMatchObject({ shown: 8, missing: 2 });
});

test("after deletions, the sheet shows the last ten that were there; a picture that came back is at its new place", async () => {
  await fill("back", 9);
  await remove("back", 5);
  await remove("back", 9);
  for (const index of [9, 10, 11]) await upload("back", index);
  expect(await cloud.albumRow("back")).toMatchObject({ pictures: 10, peak: 10, revision: 14 });
  await draw("back", 10, 14);
  expect(await shownIn("back", 10)).toEqual(names(1, 2, 3, 4, 6, 7, 8, 9, 10, 11));
});

test("a picture whose stored version is gone is a gap, not a failure", async () => {
  await fill("lost", 10);
  const key = `lost/${nameOf(5)}`;
  const { versionId } = await cloud.result(key);
  await cloud.s3.send(
    new DeleteObjectCommand({ Bucket: cloud.names.buckets.results, Key: key, VersionId: versionId }),
  );
  expect(await draw("lost", 10, 10)).toMatchObject({ outcome: "completed" });
  expect(await sheetRow("lost", 10)).toMatchObject({ shown: 9, missing: 1 });
});

test("a sheet is made once: even when the job's own row is long gone, nothing is drawn or stored again", async () => {
  await fill("once", 10);
  const { jobId } = await draw("once", 10, 10);
  const row = await sheetRow("once", 10);
  await cloud.db.send(new DeleteCommand({ TableName: cloud.names.tables.jobs, Key: { jobId } }));
  expect(await draw("once", 10, 10)).toMatchObject({ outcome: "completed", replayed: false });
  expect(await sheetRow("once", 10)).toEqual(row);
  expect(await versionsOf("folders/once/")).toHaveLength(1);
});

test("two workers that draw the same sheet at once leave one row, which names a stored version", async () => {
  await fill("race", 10);
  const outcomes = await Promise.all([draw("race", 10, 10), draw("race", 10, 10)]);
  expect(outcomes.map(({ outcome }) => outcome)).toContain("completed");
  const row = await sheetRow("race", 10);
  expect((await versionsOf("folders/race/")).map(({ VersionId }) => VersionId)).toContain(row?.versionId);
});

test("sheets of folders, of people and of names too long for a key have separate prefixes", () => {
  expect(sheetKey({ album: "trip/day 1", threshold: 20 })).toBe("folders/trip/day 1/20.png");
  expect(sheetKey({ album: "/ann", threshold: 10 })).toBe("people/ann/10.png");
  const long = sheetKey({ album: "é".repeat(512), threshold: 10 });
  expect(long).toMatch(/^hashed\/[0-9a-f]{64}\/10\.png$/);
});
