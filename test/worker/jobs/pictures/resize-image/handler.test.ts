// resize-image with a real object store, tables, ledger and sandbox: what a job leaves behind when it ends.
import { existsSync } from "node:fs";
import { DeleteObjectCommand } from "@aws-sdk/client-s3";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type Sandbox,
  SandboxFailure,
  type SandboxFailureReason,
} from "../../../../../worker/engine/sandbox/sandbox.ts";
import { createDecodeSandbox } from "../../../../../worker/jobs/sandbox/decode-sandbox.ts";
import { type PictureCloud, startPictureCloud } from "../../../../support/pictures/picture-cloud.ts";
import { cornersPicture } from "../../../../support/pictures/pictures.ts";
import { tiff } from "../../../../support/pictures/tiff.ts";
import { silent } from "../../../../support/sandbox.ts";

let sandbox: Sandbox;
let cloud: PictureCloud;
/** Directories that runs were given. */
const directories: string[] = [];

beforeAll(async () => {
  sandbox = await createDecodeSandbox({ size: 2, log: silent, preload: ["decode-image"] });
  cloud = await startPictureCloud({
    ...sandbox,
    directory: async () => {
      const directory = await sandbox.directory();
      directories.push(directory.path);
      return directory;
    },
  });
});

afterAll(async () => {
  await cloud.close();
  await sandbox.close();
});

const jpeg = (width = 800, height = 600) => cornersPicture(width, height).jpeg().toBuffer();

/** A sandbox in which every run fails for one reason. */
const failing = (reason: SandboxFailureReason): Sandbox => ({
  ...sandbox,
  run: async ({ task }) => {
    throw new SandboxFailure(reason, task, "as the test wants it");
  },
});

test("an accepted picture becomes a result under its own key, a row and a count, and its original is deleted", async () => {
  const source = await jpeg();
  const upload = await cloud.upload("holidays/a b+ü.jpg", source);
  const result = {
    bucket: cloud.names.buckets.results,
    key: upload.key,
    width: 400,
    height: 300,
    contentType: "image/jpeg",
  };
  expect(await cloud.deliver(upload)).toEqual({ status: "completed", result });
  const stored = await cloud.result(upload.key);
  expect(stored.contentType).toBe("image/jpeg");
  expect(await sharp(stored.bytes).metadata()).toMatchObject({ format: "jpeg", width: 400, height: 300 });
  expect(await cloud.imageRow(upload)).toMatchObject({
    id: `${upload.bucket}/${upload.key}`,
    state: "ready",
    owner: "tester",
    album: "holidays",
    key: upload.key,
    versionId: upload.versionId,
    resultBucket: result.bucket,
    resultKey: upload.key,
    resultVersionId: stored.versionId,
    width: 400,
    height: 300,
    contentType: "image/jpeg",
    bytes: stored.bytes.length,
    sourceBytes: source.length,
    jobId: expect.stringMatching(/^resize-image\//),
    createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
  });
  expect(await cloud.albumRow("holidays")).toMatchObject({ pictures: 1 });
  expect(await cloud.uploadVersions(upload.key)).toEqual([]);
});

test("a refused picture keeps its original, and its row has the reason in words", async () => {
  const upload = await cloud.upload("refused/story.jpg", Buffer.from("Once upon a time"));
  const ended = await cloud.deliver(upload);
  expect(ended).toMatchObject({ status: "rejected", code: "unsupported-format" });
  expect(await cloud.imageRow(upload)).toMatchObject({
    state: "refused",
    code: "unsupported-format",
    reason: "This is not a JPEG, HEIC, PNG, WebP, GIF, AVIF, TIFF or BMP picture.",
  });
  expect(await cloud.uploadVersions(upload.key)).toEqual([upload.versionId]);
  expect(await cloud.hasResult(upload.key)).toBe(false);
  expect(await cloud.albumRow("refused")).toBeUndefined();
});

test("an empty file is refused", async () => {
  const upload = await cloud.upload("refused/empty.jpg", Buffer.alloc(0));
  expect(await cloud.deliver(upload)).toMatchObject({ status: "rejected", code: "empty-file" });
});

test("a file above 50 MB is refused without being read", async () => {
  const upload = await cloud.upload("refused/huge.jpg", Buffer.alloc(50 * 1024 ** 2 + 1, 0xff));
  expect(await cloud.deliver(upload, { sandbox: failing("crashed") })).toMatchObject({
    status: "rejected",
    code: "too-many-bytes",
    reason: "The file has 51 MB; a picture may have at most 50 MB.",
  });
});

test("a picture that its owner deleted in the meantime is rejected without a row", async () => {
  const upload = await cloud.upload("gone.jpg", await jpeg());
  const { bucket: Bucket, key: Key, versionId: VersionId } = upload;
  await cloud.s3.send(new DeleteObjectCommand({ Bucket, Key, VersionId }));
  expect(await cloud.deliver(upload)).toMatchObject({ status: "rejected", code: "source-gone" });
  expect(await cloud.imageRow(upload)).toBeUndefined();
});

test("a version named in the event is read even below a delete marker", async () => {
  const upload = await cloud.upload("hidden.jpg", await jpeg());
  await cloud.s3.send(new DeleteObjectCommand({ Bucket: upload.bucket, Key: upload.key }));
  expect(await cloud.deliver(upload)).toMatchObject({ status: "completed" });
});

test("only the version that was read is deleted", async () => {
  const first = await cloud.upload("twice.jpg", await jpeg());
  const second = await cloud.upload("twice.jpg", await jpeg(600, 800));
  await cloud.deliver(first);
  expect(await cloud.uploadVersions("twice.jpg")).toEqual([second.versionId]);
});

test("a redelivered finished job does nothing but delete the original if that was missed", async () => {
  const upload = await cloud.upload("again/one.jpg", await jpeg());
  const ended = await cloud.deliver(upload);
  const { versionId } = await cloud.result(upload.key);
  expect(await cloud.deliver(upload)).toEqual(ended);
  expect((await cloud.result(upload.key)).versionId).toBe(versionId);
  expect(await cloud.albumRow("again")).toMatchObject({ pictures: 1 });
});

test("a new version of a picture replaces it and counts once", async () => {
  const first = await cloud.upload("album/cat.jpg", await jpeg());
  await cloud.deliver(first);
  const second = await cloud.upload("album/cat.jpg", await jpeg(600, 800));
  expect(await cloud.deliver(second)).toMatchObject({ result: { width: 300, height: 400 } });
  expect(await cloud.imageRow(second)).toMatchObject({ versionId: second.versionId, width: 300 });
  expect(await cloud.albumRow("album")).toMatchObject({ pictures: 1 });
});

test("an older version that comes late changes nothing, and its original is deleted", async () => {
  const older = await cloud.upload("late/cat.jpg", await jpeg());
  const newer = await cloud.upload("late/cat.jpg", await jpeg(600, 800));
  await cloud.deliver(newer);
  const row = await cloud.imageRow(newer);
  expect(await cloud.deliver(older)).toMatchObject({
    status: "completed",
    result: { superseded: true, width: 300, height: 400 },
  });
  expect(await cloud.imageRow(newer)).toEqual(row);
  expect(await cloud.uploadVersions("late/cat.jpg")).toEqual([]);
  expect(await cloud.albumRow("late")).toMatchObject({ pictures: 1 });
});

test("after a refused new version, the picture is still shown, with a note", async () => {
  const good = await cloud.upload("note/cat.jpg", await jpeg());
  await cloud.deliver(good);
  const bad = await cloud.upload("note/cat.jpg", Buffer.from("not a cat"));
  await cloud.deliver(bad);
  expect(await cloud.imageRow(bad)).toMatchObject({
    state: "ready",
    versionId: good.versionId,
    refusal: { versionId: bad.versionId, code: "unsupported-format" },
  });
  expect(await cloud.uploadVersions("note/cat.jpg")).toEqual([bad.versionId]);
});

test("an accepted version after a refused one is shown and counted, and removes the refusal", async () => {
  const bad = await cloud.upload("better/cat.jpg", Buffer.from("not a cat"));
  await cloud.deliver(bad);
  const good = await cloud.upload("better/cat.jpg", await jpeg());
  await cloud.deliver(good);
  const row = await cloud.imageRow(good);
  expect(row).toMatchObject({ state: "ready", versionId: good.versionId });
  expect(row).not.toHaveProperty("refusal");
  expect(await cloud.albumRow("better")).toMatchObject({ pictures: 1 });
});

test.each([
  ["memory", "too-much-memory", 1],
  ["output-limit", "result-too-large", 1],
  ["deadline", "too-slow", 2],
] as const)("a picture that breaks the %s limit is refused as %s", async (reason, code, attempt) => {
  const upload = await cloud.upload(`limits/${reason}.jpg`, await jpeg());
  const broken = failing(reason);
  for (let before = 1; before < attempt; before += 1) {
    await expect(cloud.deliver(upload, { sandbox: broken })).rejects.toMatchObject({ reason });
  }
  expect(await cloud.deliver(upload, { sandbox: broken })).toMatchObject({ status: "rejected", code });
});

test.each(["crashed", "aborted", "task-error"] as const)(
  "a decode child that fails as %s fails the run, which can be retried",
  async (reason) => {
    const upload = await cloud.upload(`retry/${reason}.jpg`, await jpeg());
    await expect(cloud.deliver(upload, { sandbox: failing(reason) })).rejects.toMatchObject({ reason });
    expect(await cloud.deliver(upload)).toMatchObject({ status: "completed" });
  },
);

test("what of a file is not in its result is told by the job's result and the picture's row; nothing is said of a whole one", async () => {
  const page = { width: 8, height: 6, bits: 8, photometric: 1, samples: 1, data: Buffer.alloc(48, 90) };
  const notes = [{ code: "further-pages", text: "The file has 2 pages; only the first is shown." }];
  const scan = await cloud.upload("notes/scan.tif", tiff([page, page]));
  expect(await cloud.deliver(scan)).toMatchObject({ status: "completed", result: { notes } });
  expect(await cloud.imageRow(scan)).toMatchObject({ state: "ready", notes });
  const whole = await cloud.upload("notes/whole.tif", tiff([page]));
  expect(await cloud.deliver(whole)).toMatchObject({
    result: expect.not.objectContaining({ notes: expect.anything() }),
  });
  expect(await cloud.imageRow(whole)).not.toHaveProperty("notes");
});

test("a picture without a folder counts in its owner's default album", async () => {
  await cloud.deliver(await cloud.upload("plain.jpg", await jpeg()));
  expect((await cloud.albumRow("/tester"))?.pictures).toBeGreaterThan(0);
});

test("no run has left its directory behind", () => {
  expect(directories.length).toBeGreaterThan(3);
  expect(directories.filter((path) => existsSync(path))).toEqual([]);
});
