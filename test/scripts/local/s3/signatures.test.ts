import { createHash } from "node:crypto";
import {
  CreateBucketCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { createPresignedPost } from "@aws-sdk/s3-presigned-post";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { afterAll, beforeAll, expect, test } from "vitest";
import { VirtualClock } from "../../../../scripts/local/clock/clock.ts";
import {
  chunkSignature,
  parseScope,
  requestSignature,
  signingKey,
  trailerSignature,
} from "../../../../scripts/local/s3/auth/signature.ts";
import { checksumOf } from "../../../../scripts/local/s3/protocol/checksums.ts";
import { s3Settings, startTestS3 } from "../../../support/s3.ts";

const clock = new VirtualClock(Date.now());
let store: Awaited<ReturnType<typeof startTestS3>>;
beforeAll(async () => {
  store = await startTestS3({ clock });
  await store.s3.send(new CreateBucketCommand({ Bucket: "bucket" }));
});
afterAll(() => store.close());

const sha256 = (data: string | Buffer) => createHash("sha256").update(data).digest("hex");
const codeOf = async (answer: Response) =>
  `${answer.status} ${/<Code>(\w+)<\/Code>/.exec(await answer.text())?.[1] ?? ""}`.trim();

const amzDate = "20260101T000000Z";
const credential = "AKIDTEST/20260101/eu-west-1/s3/aws4_request";

function keyOf() {
  const scope = parseScope(credential);
  if (scope === undefined) throw new Error("no scope");
  return signingKey(scope, "secret", amzDate);
}

/** Headers of a signed request to a path; `more` are signed too. */
function signed(method: string, path: string, payloadHash: string, more: Record<string, string> = {}) {
  const url = new URL(path, store.url);
  const headers: Record<string, string> = {
    host: url.host,
    "x-amz-content-sha256": payloadHash,
    "x-amz-date": amzDate,
    ...more,
  };
  const names = Object.keys(headers).sort();
  const request = { method, path: url.pathname, query: url.searchParams, headers };
  const signature = requestSignature(request, names, payloadHash, keyOf());
  const authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names.join(";")}, Signature=${signature}`;
  return { url, signature, headers: { ...headers, authorization } };
}

test("a wrong secret and an unknown access key are refused with different errors", async () => {
  const as = (accessKeyId: string, secretAccessKey: string) =>
    new S3Client({ ...s3Settings(store.url), credentials: { accessKeyId, secretAccessKey } });
  const get = new GetObjectCommand({ Bucket: "bucket", Key: "k" });
  await expect(as("AKIDTEST", "wrong").send(get)).rejects.toMatchObject({ name: "SignatureDoesNotMatch" });
  await expect(as("AKIDOTHER", "secret").send(get)).rejects.toMatchObject({ name: "InvalidAccessKeyId" });
});

test("a body other than the signed one is refused", async () => {
  const { url, headers } = signed("PUT", "/bucket/k", sha256("signed"));
  const answer = await fetch(url, { method: "PUT", headers, body: "changed" });
  expect(await codeOf(answer)).toBe("400 XAmzContentSHA256Mismatch");
});

test("a header that changes the meaning of a request must be signed", async () => {
  const { url, headers } = signed("PUT", "/bucket/k", sha256("x"));
  const sent = { ...headers, "x-amz-meta-owner": "somebody" };
  expect(await codeOf(await fetch(url, { method: "PUT", headers: sent, body: "x" }))).toBe(
    "403 AccessDenied",
  );
});

test("a wrong Content-MD5 is refused", async () => {
  const { url, headers } = signed("PUT", "/bucket/k", sha256("x"), {
    "content-md5": createHash("md5").update("y").digest("base64"),
  });
  expect(await codeOf(await fetch(url, { method: "PUT", headers, body: "x" }))).toBe("400 BadDigest");
});

/** A body in signed chunks, with a signed trailer when given. */
function chunked(seed: string, pieces: string[], trailer?: string): string {
  const key = keyOf();
  let previous = seed;
  let body = "";
  for (const piece of [...pieces, ""]) {
    previous = chunkSignature(previous, sha256(piece), key);
    body += `${piece.length.toString(16)};chunk-signature=${previous}\r\n${piece}`;
    body += piece === "" && trailer !== undefined ? "" : "\r\n";
  }
  if (trailer === undefined) return body;
  return `${body}${trailer}\r\nx-amz-trailer-signature:${trailerSignature(previous, `${trailer}\n`, key)}\r\n\r\n`;
}

const chunkedHeaders = (hash: string, length: number, more = {}) =>
  signed("PUT", "/bucket/chunked", hash, {
    "content-encoding": "aws-chunked",
    "x-amz-decoded-content-length": String(length),
    ...more,
  });
const textOf = async (Key: string) => {
  const { Body } = await store.s3.send(new GetObjectCommand({ Bucket: "bucket", Key }));
  return Body?.transformToString();
};

test("signed chunks are joined, and a changed byte in any of them is refused", async () => {
  const { url, headers, signature } = chunkedHeaders("STREAMING-AWS4-HMAC-SHA256-PAYLOAD", 10);
  const body = chunked(signature, ["hello", "world"]);
  expect(await codeOf(await fetch(url, { method: "PUT", headers, body }))).toBe("200");
  expect(await textOf("chunked")).toBe("helloworld");
  const tampered = body.replace("world", "w0rld");
  expect(await codeOf(await fetch(url, { method: "PUT", headers, body: tampered }))).toBe(
    "403 SignatureDoesNotMatch",
  );
});

test("chunks that end early or have fewer bytes than announced are refused", async () => {
  const { url, headers, signature } = chunkedHeaders("STREAMING-AWS4-HMAC-SHA256-PAYLOAD", 10);
  const whole = chunked(signature, ["hello", "world"]);
  const cut = whole.slice(0, whole.lastIndexOf("0;chunk"));
  expect(await codeOf(await fetch(url, { method: "PUT", headers, body: cut }))).toBe("400 IncompleteBody");
  const short = chunked(signature, ["hello"]);
  expect(await codeOf(await fetch(url, { method: "PUT", headers, body: short }))).toBe("400 IncompleteBody");
});

test("a signed trailer's checksum is verified, and so is its signature", async () => {
  const crc = await checksumOf("CRC32", [Buffer.from("hello")]);
  const mode = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";
  const { url, headers, signature } = chunkedHeaders(mode, 5, { "x-amz-trailer": "x-amz-checksum-crc32" });
  const send = (body: string) => fetch(url, { method: "PUT", headers, body });
  const good = chunked(signature, ["hello"], `x-amz-checksum-crc32:${crc}`);
  expect(await codeOf(await send(good))).toBe("200");
  const wrong = chunked(signature, ["hello"], "x-amz-checksum-crc32:AAAAAA==");
  expect(await codeOf(await send(wrong))).toBe("400 BadDigest");
  expect(await codeOf(await send(good.replace(crc, "AAAAAA==")))).toBe("403 SignatureDoesNotMatch");
});

test("a presigned URL is valid for exactly its stated time", async () => {
  await store.s3.send(new PutObjectCommand({ Bucket: "bucket", Key: "k", Body: "x" }));
  const signingDate = new Date(Math.floor(clock.now() / 1000) * 1000);
  const url = await getSignedUrl(store.s3, new GetObjectCommand({ Bucket: "bucket", Key: "k" }), {
    expiresIn: 60,
    signingDate,
  });
  clock.advance(signingDate.getTime() + 60_000 - clock.now());
  expect((await fetch(url)).status).toBe(200);
  clock.advance(1);
  expect(await codeOf(await fetch(url))).toBe("403 AccessDenied");
});

test("a form upload is refused once its policy has expired", async () => {
  const { url, fields } = await createPresignedPost(store.s3, { Bucket: "bucket", Key: "k", Expires: 3600 });
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append("file", new Blob(["x"]), "f");
  clock.advance(2 * 3_600_000);
  const answer = await fetch(url, { method: "POST", body: form });
  const text = await answer.text();
  expect([answer.status, /<Message>(.*)<\/Message>/.exec(text)?.[1]]).toEqual([
    403,
    "Invalid according to Policy: Policy expired.",
  ]);
});

test("a presigned upload keeps the checksum S3 computes, not the empty body's the SDK signs", async () => {
  const url = await getSignedUrl(store.s3, new PutObjectCommand({ Bucket: "bucket", Key: "up" }), {
    signingDate: new Date(clock.now()),
  });
  expect((await fetch(url, { method: "PUT", body: "123456789" })).status).toBe(200);
  const head = new HeadObjectCommand({ Bucket: "bucket", Key: "up", ChecksumMode: "ENABLED" });
  // The check value of CRC-64/NVME for "123456789" is AE8B14860A799888.
  const expected = Buffer.from("ae8b14860a799888", "hex").toString("base64");
  expect((await store.s3.send(head)).ChecksumCRC64NVME).toBe(expected);
});
