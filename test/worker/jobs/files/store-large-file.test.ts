// store-file with files that are copied in parts: resumed after an interruption, complete, with a checksum over all bytes.
import { randomBytes } from "node:crypto";
import { ListMultipartUploadsCommand } from "@aws-sdk/client-s3";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { FaultRule } from "../../../../scripts/local/gateway/faults.ts";
import { crc64Of, crc64Text } from "../../../../scripts/local/s3/protocol/crc64.ts";
import type { Sandbox } from "../../../../worker/engine/sandbox/sandbox.ts";
import { createDecodeSandbox } from "../../../../worker/jobs/sandbox/decode-sandbox.ts";
import { type FileCloud, startFileCloud } from "../../../support/files/file-cloud.ts";
import { silent } from "../../../support/sandbox.ts";

let sandbox: Sandbox;
let cloud: FileCloud;
const mebibyte = 1024 ** 2;
const sizes = { oneCallBytes: mebibyte, partBytes: 5 * mebibyte };
/** Four parts, and the uploader's own parts lie across them. */
const parts = [randomBytes(7 * mebibyte), randomBytes(6 * mebibyte), randomBytes(4 * mebibyte + 17)];
const body = Buffer.concat(parts);

beforeAll(async () => {
  sandbox = await createDecodeSandbox({ size: 1, log: silent, preload: ["detect-type"] });
  cloud = await startFileCloud(sandbox, "large");
});

afterEach(() => {
  cloud.cloud.faults.length = 0;
});

afterAll(async () => {
  await cloud.close();
  await sandbox.close();
});

const upload = async () => {
  const issued = await cloud.issue({ bytes: body.length, multipartId: "any" });
  return { issued, uploaded: await cloud.putInParts(issued, parts) };
};

const count = (action: string, fault?: FaultRule) => {
  const seen = { calls: 0 };
  cloud.cloud.faults.push((call) => {
    if (call.action !== action) return undefined;
    seen.calls += 1;
    return fault?.(call);
  });
  return seen;
};

const expectStored = async (fileId: string) => {
  const row = await cloud.fileRow(fileId);
  const value = crc64Text(await crc64Of(body));
  expect(row).toMatchObject({
    state: "ready",
    bytes: body.length,
    checksum: { algorithm: "CRC64NVME", value },
  });
  if (row) expect((await cloud.bytesOf(row)).equals(body)).toBe(true);
  expect(await cloud.versions("secure", `files/${fileId}`)).toHaveLength(1);
  const list = new ListMultipartUploadsCommand({ Bucket: cloud.names.buckets.secure });
  expect((await cloud.s3.send(list)).Uploads ?? []).toEqual([]);
};

test("a large file is copied in parts and has the checksum of all its bytes", async () => {
  const { issued, uploaded } = await upload();
  const copied = count("UploadPartCopy");
  expect(await cloud.store(uploaded, { sizes })).toMatchObject({ outcome: "completed" });
  expect(copied.calls).toBe(4);
  await expectStored(issued.fileId);
  expect(await cloud.versions("incoming", issued.key)).toEqual([]);
});

test("a run that failed in the middle is continued: finished parts are not copied again", async () => {
  const { issued, uploaded } = await upload();
  let answered = 0;
  const failing = { kind: "error", status: 403, code: "AccessDenied", message: "as the test wants" } as const;
  const first = count("UploadPartCopy", () => {
    answered += 1;
    return answered > 2 ? failing : undefined;
  });
  expect(await cloud.store(uploaded, { sizes })).toMatchObject({ outcome: "put off" });
  expect(first.calls).toBeGreaterThan(2);
  expect((await cloud.fileRow(issued.fileId))?.state).toBe("storing");
  cloud.cloud.faults.length = 0;
  const second = count("UploadPartCopy");
  expect(await cloud.store(uploaded, { sizes })).toMatchObject({ outcome: "completed" });
  expect(second.calls).toBe(2);
  await expectStored(issued.fileId);
});

test("a copy that was completed before its job was committed is found", async () => {
  const { issued, uploaded } = await upload();
  // The completion is applied, but its answer is lost every time.
  count("CompleteMultipartUpload", () => ({ kind: "drop-answer" }));
  expect(await cloud.store(uploaded, { sizes })).toMatchObject({ outcome: expect.any(String) });
  cloud.cloud.faults.length = 0;
  expect(await cloud.store(uploaded, { sizes })).toMatchObject({ outcome: "completed" });
  await expectStored(issued.fileId);
});

test("a refused large file leaves nothing in the secure bucket", async () => {
  const { issued, uploaded } = await upload();
  expect(await cloud.store(uploaded, { sizes, quotaBytes: 1000 })).toMatchObject({ code: "over-quota" });
  expect(await cloud.versions("secure", `files/${issued.fileId}`)).toEqual([]);
});
