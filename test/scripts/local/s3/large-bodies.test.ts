import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { Agent, type ClientRequest, request as httpRequest, type IncomingMessage } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { createPresignedPost } from "@aws-sdk/s3-presigned-post";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { FaultRule } from "../../../../scripts/local/gateway/faults.ts";
import { clientSettings } from "../../../support/cloud.ts";
import { startTestS3 } from "../../../support/s3.ts";
import { until } from "../../../support/until.ts";

const folder = mkdtempSync(join(tmpdir(), "large-bodies-"));
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const mebibyte = 1024 ** 2;
let store: Awaited<ReturnType<typeof startTestS3>>;
beforeAll(async () => {
  store = await startTestS3({ dataDir: folder });
  await store.s3.send(new CreateBucketCommand({ Bucket: "bucket" }));
  const Status = "Enabled" as const;
  await store.s3.send(
    new PutBucketVersioningCommand({ Bucket: "bucket", VersioningConfiguration: { Status } }),
  );
});
afterEach(() => store.faults.splice(0));
afterAll(async () => {
  agent.destroy();
  await store.close();
  rmSync(folder, { recursive: true });
});

const files = () => readdirSync(join(folder, "s3-bodies"));

/** Begins a request over the only connection. */
function begin(url: string, method: string, headers: Record<string, string | number>): ClientRequest {
  return httpRequest(url, { agent, method, headers });
}

async function send(url: string, method: string, body: Buffer, headers: Record<string, string> = {}) {
  const outgoing = begin(url, method, { ...headers, "content-length": body.length });
  outgoing.end(body);
  const [answer] = (await once(outgoing, "response")) as [IncomingMessage];
  return { status: answer.statusCode, code: /<Code>(\w+)/.exec(await text(answer))?.[1] };
}

const putUrl = (Key: string) => getSignedUrl(store.s3, new PutObjectCommand({ Bucket: "bucket", Key }));
const found = (Key: string) =>
  store.s3.send(new HeadObjectCommand({ Bucket: "bucket", Key })).then(
    ({ ContentLength }) => ContentLength,
    () => undefined,
  );

test("a large body in chunks with a trailer arrives whole", async () => {
  const bytes = randomBytes(5 * mebibyte + 3);
  const put = { Bucket: "bucket", Key: "chunked", ContentLength: bytes.length };
  const chunks = Array.from({ length: 60 }, (_, at) => bytes.subarray(at * 90_000, (at + 1) * 90_000));
  await store.s3.send(new PutObjectCommand({ ...put, Body: Readable.from(chunks) }));
  const { Body } = await store.s3.send(new GetObjectCommand({ Bucket: "bucket", Key: "chunked" }));
  expect(Buffer.from((await Body?.transformToByteArray()) ?? []).equals(bytes)).toBe(true);
});

test("a large body whose digest is wrong is refused, leaves no file, and the connection goes on", async () => {
  const before = files().length;
  const bytes = randomBytes(8 * mebibyte);
  const wrong = createHash("md5").update("other").digest("base64");
  const refused = await send(await putUrl("wrong"), "PUT", bytes, { "content-md5": wrong });
  expect(refused).toEqual({ status: 400, code: "BadDigest" });
  expect(files()).toHaveLength(before);
  expect(await found("wrong")).toBeUndefined();
});

test("a large body is refused before it is read when its signature is wrong, and the connection goes on", async () => {
  const before = files().length;
  const { host, hostname, port, pathname, search } = new URL(`${await putUrl("unsigned")}0`);
  const socket = connect(Number(port), hostname);
  let answers = "";
  socket.on("data", (chunk) => {
    answers += chunk;
  });
  const head = (method: string, more = "") =>
    `${method} ${pathname}${search} HTTP/1.1\r\nhost: ${host}\r\n${more}\r\n`;
  socket.write(head("PUT", `content-length: ${64 * mebibyte}\r\n`));
  socket.write(Buffer.alloc(2 * mebibyte));
  await until("the refusal", () => answers.includes("SignatureDoesNotMatch"));
  for (let sent = 2; sent < 64; sent += 1)
    if (!socket.write(Buffer.alloc(mebibyte))) await once(socket, "drain");
  socket.write(head("HEAD"));
  await until("the next answer", () => answers.split("HTTP/1.1 403").length === 3);
  socket.destroy();
  expect(files()).toHaveLength(before);
});

test("a form's file above the policy's limit is refused and leaves no file", async () => {
  const before = files().length;
  const { url, fields } = await createPresignedPost(store.s3, {
    Bucket: "bucket",
    Key: "form",
    Conditions: [["content-length-range", 0, 3 * mebibyte]],
  });
  const post = async (bytes: number) => {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    form.append("file", new Blob([Buffer.alloc(bytes, 7)]), "a.bin");
    const answer = await fetch(url, { method: "POST", body: form });
    return { status: answer.status, code: /<Code>(\w+)/.exec(await answer.text())?.[1] };
  };
  expect(await post(20 * mebibyte)).toEqual({ status: 400, code: "EntityTooLarge" });
  expect(files()).toHaveLength(before);
  expect(await post(3 * mebibyte)).toMatchObject({ status: 204 });
  expect(await found("form")).toBe(3 * mebibyte);
});

test.each(["PUT", "POST"])("the beginning of a body that breaks off is thrown away: %s", async (method) => {
  const before = files().length;
  const { url, fields } = await createPresignedPost(store.s3, { Bucket: "bucket", Key: "cut" });
  const parts = Object.entries(fields).map(
    ([name, value]) => `--b\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const head = `${parts.join("")}--b\r\ncontent-disposition: form-data; name="file"; filename="f"\r\n\r\n`;
  const [target, headers] =
    method === "PUT"
      ? [await putUrl("cut"), {}]
      : [url, { "content-type": "multipart/form-data; boundary=b" }];
  const outgoing = begin(target, method, { ...headers, "content-length": 50 * mebibyte });
  outgoing.on("error", () => {});
  if (method === "POST") outgoing.write(head);
  outgoing.write(Buffer.alloc(4 * mebibyte));
  await until("the body to reach a file", () => files().length === before + 1);
  outgoing.destroy();
  await until("the file to go", () => files().length === before);
  expect(await found("cut")).toBeUndefined();
});

test("a large request that arrives twice is applied twice", async () => {
  const duplicate: FaultRule = ({ action }) => (action === "PutObject" ? { kind: "duplicate" } : undefined);
  store.faults.push(duplicate);
  const before = files().length;
  expect(await send(await putUrl("twice"), "PUT", randomBytes(2 * mebibyte))).toMatchObject({ status: 200 });
  expect(files()).toHaveLength(before + 2);
});

test("a quarter of a gibibyte in one part takes the cloud little memory", async () => {
  const script = join(import.meta.dirname, "..", "..", "..", "support", "cloud-child.ts");
  const dataDir = mkdtempSync(join(tmpdir(), "large-part-"));
  const child = spawn(process.execPath, [script, dataDir], { stdio: ["ignore", "pipe", "inherit"] });
  try {
    const [url] = (await once(createInterface(child.stdout), "line")) as [string];
    const s3 = new S3Client({ ...clientSettings({ url, region: "us-east-1" }), forcePathStyle: true });
    const object = { Bucket: "bucket", Key: "large" };
    await s3.send(new CreateBucketCommand(object));
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand(object));
    const signed = await getSignedUrl(s3, new UploadPartCommand({ ...object, UploadId, PartNumber: 1 }));
    // The SDK signs the checksum of the empty body that it sees.
    const address = new URL(signed);
    expect(address.searchParams.has("x-amz-checksum-crc32")).toBe(true);
    const outgoing = begin(address.href, "PUT", { "content-length": 256 * mebibyte });
    const answered = once(outgoing, "response") as Promise<[IncomingMessage]>;
    const block = randomBytes(mebibyte);
    for (let sent = 0; sent < 256; sent += 1) if (!outgoing.write(block)) await once(outgoing, "drain");
    outgoing.end();
    const [answer] = await answered;
    expect([answer.statusCode, await text(answer)]).toEqual([200, ""]);
    s3.destroy();
    const peakKib = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1]);
    expect(peakKib / 1024).toBeLessThan(256);
  } finally {
    child.kill("SIGKILL");
    rmSync(dataDir, { recursive: true, force: true });
  }
});
