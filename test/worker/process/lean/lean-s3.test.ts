// Lean calls to S3 beside the SDK's own: the same requests, the same outputs, the same errors; and accepted by an S3 that checks
// signatures and conditions.
import { createHash } from "node:crypto";
import { readdirSync, readlinkSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3Client,
} from "@aws-sdk/client-s3";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { fileBody } from "../../../../worker/engine/job/file-body.ts";
import { leanS3 } from "../../../../worker/process/lean/lean-s3.ts";
import { s3Settings, startTestS3 } from "../../../support/s3.ts";

type Sent = { method: string; url: string; headers: IncomingHttpHeaders; body: string };
type Reply = (response: ServerResponse) => void;

const sent: Sent[] = [];
const replies: Reply[] = [];
const answer =
  (status: number, headers: Record<string, string> = {}, body = ""): Reply =>
  (response) => {
    response.writeHead(status, headers).end(body);
  };
const usual = (method: string) => answer(method === "DELETE" ? 204 : 200);
const server = createServer(async (request, response) => {
  const { method = "", url = "", headers } = request;
  sent.push({ method, url, headers, body: (await buffer(request)).toString("latin1") });
  (replies.shift() ?? usual(method))(response);
});

const credentials = { accessKeyId: "a", secretAccessKey: "b", sessionToken: "c" };
const shared = {
  region: "eu-west-1",
  forcePathStyle: true,
  responseChecksumValidation: "WHEN_REQUIRED",
} as const;
const handler = () => new NodeHttpHandler({ requestTimeout: 5000, throwOnRequestTimeout: true });
let plain: S3Client;
let lean: S3Client;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  plain = new S3Client({ ...shared, endpoint, credentials, maxAttempts: 3 });
  lean = leanS3({ ...shared, endpoint, credentials, maxAttempts: 3, requestHandler: handler() });
  // The first call of each operation is the SDK's: the lean ones are learned from it.
  for (const command of [get(), put(), remove()]) await send(lean, command);
});
beforeEach(() => {
  sent.length = 0;
  replies.length = 0;
});
afterAll(() => {
  plain.destroy();
  lean.destroy();
  server.close();
});

const place = { Bucket: "bucket", Key: "folder/key.jpg" };
const sha256 = (body: string | Buffer) => createHash("sha256").update(body).digest("base64");
const get = (more: object = {}) => new GetObjectCommand({ ...place, ...more });
const remove = (more: object = {}) => new DeleteObjectCommand({ ...place, ...more });
const bytes = Buffer.from("bytes of a picture");
const put = (more: Partial<PutObjectCommandInput> = {}) =>
  new PutObjectCommand({ ...place, Body: bytes, ChecksumSHA256: sha256(bytes), ...more });
type Command = GetObjectCommand | PutObjectCommand | DeleteObjectCommand;
const send = (client: S3Client, command: Command): Promise<Record<string, unknown>> =>
  client.send(command as PutObjectCommand) as Promise<unknown> as Promise<Record<string, unknown>>;

/** Whether the lean client made the call: only the SDK numbers its attempts. */
const isLean = ({ headers }: Sent) => headers["amz-sdk-request"] === undefined;

/** What a request says, but for what differs from call to call. */
function said({ method, url, headers, body }: Sent) {
  const { authorization, "x-amz-date": _, "user-agent": __, ...all } = headers;
  delete all["amz-sdk-invocation-id"];
  delete all["amz-sdk-request"];
  const signed = /SignedHeaders=([^,]+)/.exec(authorization ?? "")?.[1] ?? "";
  const names = signed.split(";").filter((name) => !name.startsWith("amz-sdk-"));
  return { method, url, headers: all, body, names };
}

const text = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.string({ unit: "binary" }),
  fc.constantFrom("a", "é", "a  b"),
);
const key = fc.oneof(
  fc
    .array(fc.stringMatching(/^[\w !'()*~+=&?#%:@$,;<>é-]{1,8}$/), { minLength: 1, maxLength: 4 })
    .map((parts) => parts.join("/")),
  fc.constantFrom("/a", "a//b", "a/./b", "../a", "a/", ".", "a..b/.c"),
);
const perhaps = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });
const command: fc.Arbitrary<() => Command> = fc.oneof(
  fc
    .record({ Key: key, VersionId: perhaps(text), Range: perhaps(fc.constant("bytes=0-1")) })
    .map((more) => () => get(more)),
  fc.record({ Key: key, VersionId: perhaps(text) }).map((more) => () => remove(more)),
  fc
    .record({
      Key: key,
      Body: fc.constantFrom(Buffer.from("x"), Buffer.alloc(0), "a text", new Uint8Array([1, 2])),
      ContentType: perhaps(fc.constantFrom("image/png", "text/plain; charset=utf-8")),
      ContentDisposition: perhaps(fc.constant("attachment")),
      CacheControl: perhaps(fc.constant("no-store")),
      Metadata: perhaps(
        fc.dictionary(fc.stringMatching(/^[a-zA-Z-]{1,5}$/), fc.stringMatching(/^[ -~]{0,6}$/), {
          maxKeys: 2,
        }),
      ),
      IfMatch: perhaps(fc.constant('"etag"')),
      IfNoneMatch: perhaps(fc.constant("*")),
      hashed: fc.boolean(),
    })
    .map(
      ({ hashed, Body, ...more }) =>
        () =>
          put({ ...more, Body, ChecksumSHA256: hashed ? sha256(Body as string) : undefined }),
    ),
);

test("whatever a call is given, lean and plain clients send the same request or throw the same error", async () => {
  let leanOnes = 0;
  await fc.assert(
    fc.asyncProperty(command, async (make) => {
      sent.length = 0;
      const outcomes: string[] = [];
      for (const client of [plain, lean])
        outcomes.push(
          await send(client, make()).then(
            () => "sent",
            (error: Error) => error.message,
          ),
        );
      expect(outcomes[1]).toBe(outcomes[0]);
      expect(sent).toHaveLength(outcomes[0] === "sent" ? 2 : 0);
      const [theirs, ours] = sent;
      if (theirs === undefined || ours === undefined) return;
      expect(said(ours)).toEqual(said(theirs));
      if (isLean(ours)) leanOnes += 1;
    }),
    { numRuns: 120 },
  );
  expect(leanOnes).toBeGreaterThan(10);
});

test.each([1024 ** 2 + 1, 2 * 1024 ** 2, 5_000_000])(
  "a body of %i bytes is sent as the SDK sends it",
  async (length) => {
    const Body = Buffer.alloc(length, "bytes ");
    for (const client of [plain, lean]) await send(client, put({ Body, ChecksumSHA256: sha256(Body) }));
    const [theirs, ours] = sent as [Sent, Sent];
    expect(isLean(ours)).toBe(true);
    expect(sha256(ours.body)).toBe(sha256(theirs.body));
    expect({ ...said(ours), body: "" }).toEqual({ ...said(theirs), body: "" });
  },
);

const headers = fc
  .record(
    {
      etag: fc.constant('"e"'),
      "x-amz-version-id": fc.constant("v"),
      "content-type": fc.constantFrom("image/png", "binary/octet-stream"),
      "last-modified": fc.constantFrom("Sun, 29 Nov 2026 23:59:59 GMT", "Sunday, 29-Nov-26 23:59:59 GMT"),
      "accept-ranges": fc.constant("bytes"),
      "x-amz-meta-job": fc.constant("job 1"),
      "x-amz-meta-two": fc.constant(""),
      "x-amz-delete-marker": fc.constantFrom("true", "false"),
      "x-amz-server-side-encryption": fc.constant("AES256"),
      "x-amz-server-side-encryption-bucket-key-enabled": fc.constant("true"),
      "x-amz-checksum-sha256": fc.constant("eA=="),
      "x-amz-checksum-type": fc.constant("FULL_OBJECT"),
      "x-amz-request-id": fc.constant("r"),
      "x-amz-storage-class": fc.constant("GLACIER"),
      "x-amz-missing-meta": fc.constant("2"),
      "x-amz-tagging-count": fc.constant("3"),
      expires: fc.constant("0"),
    },
    { requiredKeys: [] },
  )
  .map((all) => Object.fromEntries(Object.entries(all)));

test("whatever headers are answered, lean and plain clients give the same output", async () => {
  const making = fc.constantFrom(get, put, remove);
  await fc.assert(
    fc.asyncProperty(making, headers, fc.constantFrom("", "the body"), async (make, fields, body) => {
      const given = async (client: S3Client) => {
        const status = make === remove ? 204 : 200;
        const {
          Body,
          $metadata: _,
          ...output
        } = await (() => {
          replies.push(answer(status, fields, make === get ? body : ""));
          return send(client, make());
        })();
        return {
          ...output,
          body: Body && (await (Body as { transformToString: () => Promise<string> }).transformToString()),
        };
      };
      sent.length = 0;
      expect(await given(lean)).toEqual(await given(plain));
      expect(sent.map(isLean)).toEqual([true, false]);
    }),
    { numRuns: 150 },
  );
});

test("a got body is the stream itself and reads as text, as bytes and as a web stream", async () => {
  const read = async () => {
    replies.push(answer(200, {}, "héllo"));
    return (await lean.send(get())).Body;
  };
  expect(await (await read())?.transformToString()).toBe("héllo");
  expect(await (await read())?.transformToString("base64")).toBe(Buffer.from("héllo").toString("base64"));
  expect(await (await read())?.transformToString("latin1")).toBe(Buffer.from("héllo").toString("latin1"));
  expect(Buffer.from((await (await read())?.transformToByteArray()) ?? []).toString()).toBe("héllo");
  expect(await new Response((await read())?.transformToWebStream() as ReadableStream).text()).toBe("héllo");
  expect(sent.every(isLean)).toBe(true);
});

const errorBody = (code: string) =>
  `<?xml version="1.0"?><Error><Code>${code}</Code><Message>no</Message></Error>`;
const refused = (status: number, code: string) =>
  answer(status, { "content-type": "application/xml" }, errorBody(code));

test("a refusal is the SDK's own error and is sent once", async () => {
  for (const [make, status, code] of [
    [put, 412, "PreconditionFailed"],
    [get, 404, "NoSuchKey"],
    [get, 404, "NoSuchVersion"],
    [remove, 403, "AccessDenied"],
  ] as const) {
    sent.length = 0;
    replies.push(refused(status, code));
    await expect(send(lean, make())).rejects.toMatchObject({
      name: code,
      $metadata: { httpStatusCode: status, attempts: 1 },
    });
    expect(sent.map(isLean)).toEqual([true]);
  }
});

test("a busy, broken or garbled answer is followed by as many attempts as the SDK makes", async () => {
  const busy = refused(503, "SlowDown");
  const broken: Reply = (response) => void response.socket?.destroy();
  const garbled = answer(200, { "content-type": "application/xml" }, errorBody("InternalError"));
  replies.push(busy, broken);
  expect(await send(lean, put())).toMatchObject({ $metadata: { httpStatusCode: 200 } });
  expect(sent.map(isLean)).toEqual([true, false, false]);
  sent.length = 0;
  replies.push(broken, busy, broken);
  await expect(send(lean, get())).rejects.toThrow(/socket hang up|ECONNRESET/);
  expect(sent).toHaveLength(3);
  const attempts = async (client: S3Client) => {
    sent.length = 0;
    replies.push(garbled);
    const outcome = await send(client, put()).then(Object.keys, ({ name }: Error) => name);
    return { outcome, attempts: sent.length };
  };
  expect(await attempts(lean)).toEqual(await attempts(plain));
});

test("a large body that is refused before it is sent is sent again", async () => {
  const Body = Buffer.alloc(3_000_000, "bytes ");
  server.once("checkContinue", (_, response) => {
    refused(503, "SlowDown")(response);
  });
  onTestFinished(() => void server.removeAllListeners("checkContinue"));
  expect(await send(lean, put({ Body, ChecksumSHA256: sha256(Body) }))).toMatchObject({
    $metadata: { attempts: 2 },
  });
  expect(sent.map(({ body }) => body.length)).toEqual([3_000_000]);
  expect(sent.map(isLean)).toEqual([false]);
});

test("a call that is given up ends with the SDK's error", async () => {
  const stop = new AbortController();
  replies.push(() => stop.abort());
  await expect(lean.send(put(), { abortSignal: stop.signal })).rejects.toMatchObject({ name: "AbortError" });
});

test("of what a lean request is learned from, nothing of that one request is kept", async () => {
  const Metadata = { secret: "first" };
  const Bucket = "another-bucket";
  await send(lean, put({ Bucket, Metadata, IfMatch: '"first"', ContentType: "text/first" }));
  await send(lean, put({ Bucket }));
  await send(lean, get({ Bucket, VersionId: "first" }));
  await send(lean, get({ Bucket }));
  expect(sent.map(isLean)).toEqual([false, true, false, true]);
  expect(JSON.stringify([sent[1], sent[3]])).not.toContain("first");
});

test("an S3 that checks signatures, checksums and conditions takes lean calls as it takes the SDK's", async () => {
  const { s3, url, close } = await startTestS3();
  onTestFinished(close);
  const Bucket = "checked";
  await s3.send(new CreateBucketCommand({ Bucket }));
  const VersioningConfiguration = { Status: "Enabled" } as const;
  await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
  const real = leanS3({ ...shared, ...s3Settings(url), requestHandler: handler() });
  onTestFinished(() => real.destroy());
  const calls: boolean[] = [];
  real.middlewareStack.add(
    (next) => (args) => {
      calls.push(false);
      return next(args);
    },
    { step: "build", name: "countsTheSdksCalls" },
  );
  for (const Key of ["a", "a b/ü'(x)!*~+=&?#%.jpg", "😀/x"]) {
    const Metadata = { job: "job 1" };
    const { VersionId } = await real.send(
      put({ Bucket, Key, IfNoneMatch: "*", Metadata, ContentType: "image/png" }),
    );
    await expect(real.send(put({ Bucket, Key, IfNoneMatch: "*" }))).rejects.toMatchObject({
      name: "PreconditionFailed",
    });
    const got = await real.send(get({ Bucket, Key, VersionId }));
    expect(got).toMatchObject({ VersionId, Metadata, ContentType: "image/png", ContentLength: bytes.length });
    expect(await got.Body?.transformToString()).toBe(bytes.toString());
    await real.send(remove({ Bucket, Key, VersionId }));
    await expect(real.send(get({ Bucket, Key, VersionId }))).rejects.toMatchObject({
      name: /NoSuch(Key|Version)/,
    });
  }
  await expect(real.send(put({ Bucket, ChecksumSHA256: sha256("other") }))).rejects.toMatchObject({
    $metadata: { httpStatusCode: 400 },
  });
  // The first put, get and delete, and those that were refused.
  expect(calls).toHaveLength(3 + 3 + 3 + 1);
});

test("an announcement of a large body is not learned: a small put after it is sent at once", async () => {
  const [Bucket, Body] = ["announced-bucket", Buffer.alloc(3_000_000, "bytes ")];
  await send(lean, put({ Bucket, Body, ChecksumSHA256: sha256(Body) }));
  await send(lean, put({ Bucket }));
  expect(sent.map(({ headers }) => headers.expect)).toEqual(["100-continue", undefined]);
  expect(sent.map(isLean)).toEqual([false, true]);
});

describe("a body that is a file", () => {
  const content = Buffer.alloc(3_000_000, "bytes of a part ");
  let folder = "";
  let path = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "fifo-fleet-lean-"));
    path = join(folder, "part");
    await writeFile(path, content);
  });
  afterAll(() => rm(folder, { recursive: true }));
  const putFile = () =>
    put({
      Body: fileBody({ path, bytes: content.length }),
      ContentLength: content.length,
      ChecksumSHA256: sha256(content),
    });
  const openFiles = () =>
    readdirSync("/proc/self/fd").filter((name) => {
      try {
        return readlinkSync(`/proc/self/fd/${name}`) === path;
      } catch {
        return false;
      }
    });

  test("is sent from the file, as the SDK would send its bytes", async () => {
    await send(lean, putFile());
    await send(plain, put({ Body: content, ContentLength: content.length, ChecksumSHA256: sha256(content) }));
    const [ours, theirs] = sent.map(said);
    expect(ours).toEqual(theirs);
    expect(sent.map(isLean)).toEqual([true, false]);
  });

  test("is sent whole again after it was refused or its connection broke, and leaves no file open", async () => {
    replies.push(refused(503, "SlowDown"), (response) => void response.socket?.destroy());
    await send(lean, putFile());
    expect(sent.map(({ body }) => body === content.toString("latin1"))).toEqual([true, true, true]);
    expect(sent.map(isLean)).toEqual([true, false, false]);
    expect(openFiles()).toEqual([]);
  });

  test("leaves no file open when its connection breaks on the way", async () => {
    // More than a connection holds.
    const large = Buffer.alloc(40_000_000, "bytes of a large part ");
    await writeFile(path, large);
    onTestFinished(() => writeFile(path, content));
    server.once("checkContinue", (request, response) => {
      response.writeContinue();
      request.once("data", () => request.socket.destroy());
    });
    onTestFinished(() => void server.removeAllListeners("checkContinue"));
    const Body = fileBody({ path, bytes: large.length });
    await send(lean, put({ Body, ContentLength: large.length, ChecksumSHA256: sha256(large) }));
    expect(sent.map(({ body }) => body === large.toString("latin1"))).toEqual([true]);
    expect(sent.map(isLean)).toEqual([false]);
    await vi.waitFor(() => expect(openFiles()).toEqual([]));
  });
});
