// Issuing uploads: the row is written first, the address takes exactly what was announced, and only its owner sees it.
import { createHash, randomBytes } from "node:crypto";
import { GetObjectCommand } from "@aws-sdk/client-s3";
import { GetCommand, PutCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { partBytesOf } from "../../../../triggers/web/uploads/transfer.ts";
import { readUpload } from "../../../../triggers/web/uploads/upload-store.ts";
import type { ResourceNames } from "../../../../worker/fleet/resources.ts";
import { defaultFileSettings } from "../../../../worker/jobs/files/settings.ts";
import { type Provisioned, startProvisioned } from "../../../support/provisioned.ts";
import { createTestWeb, type TestBrowser, type TestWeb } from "../../../support/web.ts";

const mebibyte = 1024 ** 2;

let provisioned: Provisioned;
let names: ResourceNames;
let web: TestWeb;
let anna: TestBrowser;
let ben: TestBrowser;

beforeAll(async () => {
  provisioned = await startProvisioned();
  names = await provisioned.provision("uploads-test");
  web = createTestWeb(provisioned, names);
  anna = await web.signIn({ id: "anna" });
  ben = await web.signIn({ id: "ben" });
});

afterAll(() => provisioned.close());

type Issued = { id: string; url: string; fields: Record<string, string>; partBytes: number; parts: number };

async function announce(browser: TestBrowser, wish: Record<string, unknown>): Promise<Issued> {
  const answer = await browser.send("POST", "/api/v1/uploads", wish);
  expect(answer.status).toBe(201);
  return (await answer.json()) as Issued;
}

async function sendForm({ url, fields }: Issued, bytes: Uint8Array<ArrayBuffer>): Promise<Response> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append("file", new Blob([bytes]));
  return fetch(url, { method: "POST", body: form });
}

describe("a small file", () => {
  test("goes up by a form for its own random key, and has a row with owner and name before", async () => {
    const issued = await announce(anna, { name: "Grüße.txt", folder: "a/b", bytes: 5 });
    expect(issued).toMatchObject({ kind: "form", id: expect.stringMatching(/^[\w-]{22}$/) });
    expect(await readUpload(web.deps, issued.id)).toMatchObject({
      owner: "anna",
      name: "Grüße.txt",
      folder: "a/b",
      bytes: 5,
      hours: 1,
      key: `incoming/${issued.id}`,
      state: "issued",
    });
    expect((await sendForm(issued, Buffer.from("hello"))).status).toBe(204);
    const get = new GetObjectCommand({ Bucket: names.buckets.incoming, Key: `incoming/${issued.id}` });
    expect(await (await provisioned.s3.send(get)).Body?.transformToString()).toBe("hello");
  });

  test("is refused by S3 when it is larger than announced", async () => {
    const issued = await announce(anna, { name: "a.txt", bytes: 5 });
    expect((await sendForm(issued, Buffer.from("hello!"))).status).toBe(400);
  });

  test("cannot be sent to another key with the same form", async () => {
    const issued = await announce(anna, { name: "a.txt", bytes: 5 });
    const key = "incoming/../files/forged";
    const answer = await sendForm({ ...issued, fields: { ...issued.fields, key } }, Buffer.from("hello"));
    expect(answer.status).toBe(403);
  });

  test("may be empty", async () => {
    const issued = await announce(anna, { name: "nothing.txt", bytes: 0 });
    expect((await sendForm(issued, new Uint8Array())).status).toBe(204);
  });
});

describe("a large file", () => {
  const bytes = randomBytes(20 * mebibyte);

  test("goes up in parts; a list of them tells where to go on; it is whole at the end", async () => {
    const issued = await announce(anna, { name: "film.mp4", bytes: bytes.length });
    expect(issued).toMatchObject({ kind: "multipart", partBytes: 16 * mebibyte, parts: 2 });
    const first = await sendPart(issued, 1);
    const seen = await (await anna.get(`/api/v1/uploads/${issued.id}`)).json();
    expect(seen).toMatchObject({
      state: "issued",
      parts: [{ number: 1, bytes: 16 * mebibyte, etag: first }],
    });
    const second = await sendPart(issued, 2);
    const parts = [
      { number: 1, etag: first },
      { number: 2, etag: second },
    ];
    const complete = `/api/v1/uploads/${issued.id}/complete`;
    expect((await anna.send("POST", complete, { parts })).status).toBe(202);
    expect((await anna.send("POST", complete, { parts })).status, "again").toBe(202);
    const get = new GetObjectCommand({ Bucket: names.buckets.incoming, Key: `incoming/${issued.id}` });
    const stored = await (await provisioned.s3.send(get)).Body?.transformToByteArray();
    expect(sha256(stored ?? new Uint8Array())).toBe(sha256(bytes));
    expect(await (await anna.get(`/api/v1/uploads/${issued.id}`)).json()).not.toHaveProperty("parts");
  });

  test("takes no part beyond its last, and no other person's request for one", async () => {
    const { id } = await announce(anna, { name: "film.mp4", bytes: bytes.length });
    const path = `/api/v1/uploads/${id}/parts`;
    expect((await anna.send("POST", path, { numbers: [3] })).status).toBe(422);
    expect((await ben.send("POST", path, { numbers: [1] })).status).toBe(404);
  });

  test("is not put together from parts that S3 does not have", async () => {
    const { id } = await announce(anna, { name: "film.mp4", bytes: bytes.length });
    const parts = [{ number: 1, etag: '"00000000000000000000000000000000"' }];
    const answer = await anna.send("POST", `/api/v1/uploads/${id}/complete`, { parts });
    expect(answer.status).toBe(409);
  });

  test("takes parts of exactly their size, so that nobody leaves more than they announced", async () => {
    const issued = await announce(anna, { name: "film.mp4", bytes: bytes.length });
    const large = bytes.subarray(0, 16 * mebibyte);
    expect((await putPart(issued, 1, large.subarray(1))).status).toBe(403);
    expect((await putPart(issued, 2, large)).status).toBe(403);
    expect(await (await anna.get(`/api/v1/uploads/${issued.id}`)).json()).toMatchObject({ parts: [] });
  });

  async function sendPart(issued: Issued, number: number): Promise<string> {
    const { partBytes } = issued;
    const body = bytes.subarray((number - 1) * partBytes, number * partBytes);
    const sent = await putPart(issued, number, body);
    expect(sent.status).toBe(200);
    return sent.headers.get("etag") ?? "";
  }

  async function putPart({ id }: Issued, number: number, body: Uint8Array<ArrayBuffer>): Promise<Response> {
    const answer = await anna.send("POST", `/api/v1/uploads/${id}/parts`, { numbers: [number] });
    const { urls } = (await answer.json()) as { urls: { url: string }[] };
    return fetch(urls[0]?.url ?? "", { method: "PUT", body });
  }

  test("of any size up to 5 TB fits into 10,000 parts of at most 5 GB", () => {
    for (const size of [1, 50 * 1024 ** 3, 160 * 1024 ** 3, 5 * 1024 ** 4]) {
      const part = partBytesOf(size);
      expect(Math.ceil(size / part)).toBeLessThanOrEqual(10_000);
      expect(part).toBeLessThanOrEqual(5 * 1024 ** 3);
      expect(part).toBeGreaterThanOrEqual(5 * mebibyte);
    }
  });
});

describe("before an upload is issued", () => {
  test.each([
    ["a size above the limit", { name: "a", bytes: 50 * 1024 ** 3 + 1 }, 413, "file-too-large"],
    ["a name with a way up", { name: "../a", bytes: 1 }, 422, "invalid-field"],
    ["a folder with a way up", { name: "a", folder: "x/../y", bytes: 1 }, 422, "invalid-field"],
    ["a negative size", { name: "a", bytes: -1 }, 422, "invalid-field"],
    ["half a byte", { name: "a", bytes: 0.5 }, 422, "invalid-field"],
    ["more hours than allowed", { name: "a", bytes: 1, hours: 169 }, 422, "invalid-field"],
    ["an owner", { name: "a", bytes: 1, owner: "ben" }, 201, undefined],
  ])("%s is checked", async (_, wish, status, code) => {
    const answer = await anna.send("POST", "/api/v1/uploads", wish);
    expect(answer.status).toBe(status);
    const { error, id } = (await answer.json()) as { error?: { code: string }; id?: string };
    expect(error?.code).toBe(code);
    if (id !== undefined) expect((await readUpload(web.deps, id))?.owner).toBe("anna");
  });

  test("the quota is checked, and the refusal is in the audit", async () => {
    const cara = await web.signIn({ id: "cara" });
    const Item = { person: "cara", bytes: 100 * 1024 ** 3 - 10, files: 1 };
    await provisioned.db.send(new PutCommand({ TableName: names.tables.quotas, Item }));
    expect((await cara.send("POST", "/api/v1/uploads", { name: "fits", bytes: 10 })).status).toBe(201);
    const answer = await cara.send("POST", "/api/v1/uploads", { name: "more", bytes: 11 });
    expect(answer.status).toBe(422);
    expect(await answer.json()).toMatchObject({
      error: { code: "quota-exceeded", message: expect.stringContaining("100 GB") },
    });
    const query = new QueryCommand({
      TableName: names.tables.audit,
      IndexName: "byActor",
      KeyConditionExpression: "actor = :who",
      ExpressionAttributeValues: { ":who": "cara" },
    });
    const { Items } = await provisioned.db.send(query);
    expect(Items).toMatchObject([{ action: "refused-upload", fileName: "more", owner: "cara" }]);
  });
});

describe("room for files on their way", () => {
  const quotaBytes = 100 * mebibyte;
  const settings = { files: { ...defaultFileSettings, quotaBytes } };
  let now = Date.now();
  let tight: TestWeb;

  beforeAll(() => {
    tight = createTestWeb(provisioned, names, { settings, parts: { now: () => now } });
  });

  const statusOf = async (browser: TestBrowser, bytes: number) =>
    (await browser.send("POST", "/api/v1/uploads", { name: "a", bytes })).status;

  test("is kept from the announcement on, and free again when the upload is cancelled or its day is over", async () => {
    const eve = await tight.signIn({ id: "eve" });
    const first = await announce(eve, { name: "a", bytes: 60 * mebibyte });
    expect(await statusOf(eve, 41 * mebibyte)).toBe(422);
    expect(await statusOf(eve, 40 * mebibyte)).toBe(201);
    expect(await statusOf(eve, 1)).toBe(422);
    await eve.send("DELETE", `/api/v1/uploads/${first.id}`);
    await eve.send("DELETE", `/api/v1/uploads/${first.id}`);
    expect(await statusOf(eve, 61 * mebibyte)).toBe(422);
    expect(await statusOf(eve, 60 * mebibyte)).toBe(201);
    now += 25 * 60 * 60 * 1000;
    const later = await tight.signIn({ id: "eve" });
    expect(await statusOf(later, 100 * mebibyte)).toBe(201);
    const get = new GetCommand({ TableName: names.tables.quotas, Key: { person: "eve" } });
    const attributes = Object.keys((await provisioned.db.send(get)).Item ?? {});
    expect(attributes, "of earlier days nothing is left").toHaveLength(2);
  });

  test("is never promised twice, however many announce at once", async () => {
    const finn = await tight.signIn({ id: "finn" });
    const statuses = await Promise.all(Array.from({ length: 12 }, () => statusOf(finn, 30 * mebibyte)));
    expect(statuses.filter((status) => status === 201)).toHaveLength(3);
    expect(await statusOf(finn, 10 * mebibyte)).toBe(201);
  });

  test("of a request is what it takes, also for outsiders who announce and send nothing", async () => {
    const gail = await tight.signIn({ id: "gail" });
    const wish = { name: "x", maxBytes: 10, maxFiles: 5 };
    const made = await gail.send("POST", "/api/v1/requests", wish);
    expect(made.status).toBe(201);
    const { pathname } = new URL(((await made.json()) as { url: string }).url);
    const answer = (bytes: number) =>
      tight.request(`/api/v1/requests/${pathname.slice(3)}/uploads`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ name: "a", bytes }),
      });
    const first = await answer(6);
    expect(first.status).toBe(201);
    expect((await answer(5)).status).toBe(422);
    const { id } = (await first.json()) as Issued;
    const cancel = `/api/v1/requests/${pathname.slice(3)}/uploads/${id}`;
    expect((await tight.request(cancel, { method: "DELETE" })).status).toBe(204);
    expect((await answer(10)).status).toBe(201);
  });
});

describe("the list of unfinished uploads", () => {
  test("has the person's own, without stored and cancelled ones, and no picture's", async () => {
    const dora = await web.signIn({ id: "dora" });
    const kept = await announce(dora, { name: "kept.bin", bytes: 40 * mebibyte });
    const cancelled = await announce(dora, { name: "cancelled.bin", bytes: 40 * mebibyte });
    const picture = { id: "uploads/x", owner: "dora", issuedAt: new Date().toISOString() };
    await provisioned.db.send(new PutCommand({ TableName: names.tables.uploads, Item: picture }));
    expect((await dora.send("DELETE", `/api/v1/uploads/${cancelled.id}`)).status).toBe(204);
    expect((await dora.send("DELETE", `/api/v1/uploads/${cancelled.id}`)).status, "again").toBe(204);
    const { uploads } = (await (await dora.get("/api/v1/uploads")).json()) as { uploads: unknown[] };
    expect(uploads).toMatchObject([{ id: kept.id, name: "kept.bin", kind: "multipart", state: "issued" }]);
  });

  test("a cancelled upload takes no more parts, and nobody else can cancel one", async () => {
    const { id } = await announce(anna, { name: "film.mp4", bytes: 40 * mebibyte });
    expect((await ben.send("DELETE", `/api/v1/uploads/${id}`)).status).toBe(404);
    expect((await anna.send("DELETE", `/api/v1/uploads/${id}`)).status).toBe(204);
    expect((await anna.send("POST", `/api/v1/uploads/${id}/parts`, { numbers: [1] })).status).toBe(409);
  });

  test.each(["AAAAAAAAAAAAAAAAAAAAAA", "..%2Ffiles", "x"])("no upload %s exists", async (id) => {
    expect((await anna.get(`/api/v1/uploads/${id}`)).status).toBe(404);
  });
});

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
