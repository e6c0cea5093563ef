// Sources of every size are read to the last byte, by lean clients and by plain ones.
import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateBucketCommand, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { JobContext } from "../../../../worker/engine/job/handler.ts";
import { hashSource, readSource } from "../../../../worker/jobs/shared/source-object.ts";
import { leanS3 } from "../../../../worker/process/lean/lean-s3.ts";
import { s3Settings, startTestS3 } from "../../../support/s3.ts";
import { never } from "../../../support/sandbox.ts";

const bucket = "sources";
let store: Awaited<ReturnType<typeof startTestS3>>;
let lean: S3Client;
let folder: string;

beforeAll(async () => {
  store = await startTestS3();
  folder = await mkdtemp(join(tmpdir(), "sources-"));
  await store.s3.send(new CreateBucketCommand({ Bucket: bucket }));
  lean = leanS3({
    ...s3Settings(store.url),
    requestHandler: new NodeHttpHandler(),
    responseChecksumValidation: "WHEN_REQUIRED",
  });
});
afterAll(async () => {
  lean.destroy();
  await store.close();
  await rm(folder, { recursive: true });
});

const contextOf = (s3: S3Client) => ({ s3, signal: never }) as JobContext;
const megabyte = 1024 ** 2;
const most = 20 * megabyte;

test.each([0, 1, 64 * 1024, megabyte, megabyte + 1, 2 * megabyte, 8 * megabyte, 17 * megabyte + 7])(
  "an object of %i bytes is read and hashed whole",
  async (bytes) => {
    const body = randomBytes(bytes);
    const sha256 = createHash("sha256").update(body).digest("hex");
    const object = { bucket, key: `object-${bytes}` };
    await store.s3.send(new PutObjectCommand({ Bucket: bucket, Key: object.key, Body: body }));
    for (const s3 of [lean, store.s3]) {
      const context = contextOf(s3);
      const file = join(folder, "file");
      expect(await readSource(object, context, file, most)).toEqual({ outcome: "read", bytes });
      expect((await readFile(file)).equals(body)).toBe(true);
      expect(await hashSource(object, context, most)).toBe(sha256);
      if (bytes === 0) continue;
      const larger = { outcome: "too-large", bytes };
      expect(await readSource(object, context, file, bytes - 1)).toEqual(larger);
      expect(await hashSource(object, context, bytes - 1)).toBeUndefined();
    }
  },
);

test("an object that is not there is gone, and a file that cannot be written is an error", async () => {
  const file = join(folder, "file");
  const gone = { bucket, key: "never put" };
  expect(await readSource(gone, contextOf(lean), file, most)).toEqual({ outcome: "gone" });
  expect(await hashSource(gone, contextOf(lean), most)).toBeUndefined();
  for (const bytes of [10, 9 * megabyte]) {
    const key = `unwritten-${bytes}`;
    await store.s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: randomBytes(bytes) }));
    const nowhere = join(folder, "no folder", "file");
    const read = readSource({ bucket, key }, contextOf(lean), nowhere, most);
    await expect(read).rejects.toMatchObject({ code: "ENOENT" });
  }
});
