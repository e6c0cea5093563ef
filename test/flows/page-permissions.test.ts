// Least privilege of the pages: people sign in, share and download, while every call of the web trigger, of the triggers and
// jobs of file sharing, and of whoever holds an address that the pages signed, is judged by the synthesised policies.
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { SQSClient } from "@aws-sdk/client-sqs";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import * as z from "zod";
import { unusedRights } from "../../scripts/lab/cloud-check/iam/unused.ts";
import { enqueueThrough } from "../../triggers/shared/queues.ts";
import { defaultFileSettings } from "../../worker/jobs/files/settings.ts";
import { type ChainCloud, startChainCloud } from "../support/chain-cloud.ts";
import { clientSettings } from "../support/cloud.ts";
import { type Guard, guard } from "../support/guarded-cloud.ts";
import { bucketSuffix, fleet, names, rights, roles } from "../support/judged-fleet.ts";
import { type PageVisitor, sendForm, signInAs, trustingProvider } from "../support/page-visitor.ts";
import { until } from "../support/until.ts";
import { createTestWeb, type TestWeb } from "../support/web.ts";

let chain: ChainCloud;
let guarded: Guard;
let web: TestWeb;
let ada: PageVisitor;
let ben: PageVisitor;
let root: PageVisitor;
const clients: { destroy: () => void }[] = [];

const people = new Map(
  ["ada", "ben", "root"].map((subject) => [
    subject,
    {
      subject,
      name: subject,
      address: `${subject}@example.org`,
      groups: subject === "root" ? ["admins"] : [],
    },
  ]),
);

/** The session's token, which a browser reads in the page. */
const csrfOf = async (person: string) => {
  const rows = await chain.rows("sessions");
  const newest = rows
    .filter((row) => row.person === person)
    .sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
  return String(newest[0]?.csrf);
};

beforeAll(async () => {
  chain = await startChainCloud({ names, bucketSuffix, callersByName: true });
  guarded = guard(chain.cloud, rights, roles);
  await chain.startWorker("worker", { FLEET_MAIL_ADDRESS: "submissions@magazine.example" });
  const settings = {
    ...clientSettings(chain.cloud),
    credentials: { accessKeyId: "web", secretAccessKey: "local" },
  };
  const dynamo = new DynamoDBClient(settings);
  const s3 = new S3Client({ ...settings, forcePathStyle: true });
  const sqs = new SQSClient({ ...settings, useQueueUrlAsEndpoint: false });
  clients.push(dynamo, s3, sqs);
  const db = DynamoDBDocumentClient.from(dynamo, { marshallOptions: { removeUndefinedValues: true } });
  web = createTestWeb({ db, s3 }, names, {
    settings: { files: { ...defaultFileSettings, shareMails: true, anonymousPictures: true } },
    parts: { enqueue: enqueueThrough(sqs, fleet), signIn: trustingProvider(people) },
  });
  [ada, ben, root] = [
    await signInAs(web, "ada", csrfOf),
    await signInAs(web, "ben", csrfOf),
    await signInAs(web, "root", csrfOf),
  ];
});
afterAll(async () => {
  for (const client of clients) client.destroy();
  await chain.close();
});

const quiet = () => until("nothing left to do", () => chain.working() === 0, 90_000);
/** What the API answers to the calls below. */
const answerSchema = z.object({
  id: z.string().default(""),
  url: z.string().default(""),
  fields: z.record(z.string(), z.string()).default({}),
  partBytes: z.number().default(0),
  urls: z.array(z.object({ number: z.number(), url: z.string() })).default([]),
  link: z.object({ id: z.string() }).default({ id: "" }),
  state: z.string().default(""),
  outcomes: z.array(z.object({ state: z.string() })).default([]),
});
const json = async (answer: Promise<Response>) => answerSchema.parse(await (await answer).json());
const stored = (id: string) =>
  until("the file", async () => (await chain.rows("files")).some((row) => row.id === id), 90_000);

/** Sends a small file and waits until it is stored. */
async function keep(person: PageVisitor, name: string, bytes: Buffer): Promise<string> {
  const wish = { name, bytes: bytes.length };
  const issued = await json(person.send("POST", "/api/v1/uploads", wish, 201));
  expect((await sendForm(issued, bytes)).status).toBe(204);
  await stored(issued.id);
  return issued.id;
}

const follow = async (answer: Promise<Response>) =>
  (await fetch((await answer).headers.get("location") ?? "")).status;

const picture = (red: number) =>
  sharp({ create: { width: 60, height: 40, channels: 3, background: { r: red, g: 20, b: 20 } } })
    .png()
    .toBuffer();

test("files are sent, in one piece and in parts, and one is cancelled: every call is allowed", async () => {
  const id = await keep(ada, "preview.png", await picture(1));
  const bytes = Buffer.alloc(17 * 1024 * 1024, 7);
  const large = await json(ada.send("POST", "/api/v1/uploads", { name: "l.bin", bytes: bytes.length }, 201));
  const { urls } = await json(ada.send("POST", `/api/v1/uploads/${large.id}/parts`, { numbers: [1, 2] }));
  const parts = [];
  for (const { number, url } of urls) {
    const body = bytes.subarray((number - 1) * large.partBytes, number * large.partBytes);
    const put = await fetch(url, { method: "PUT", body });
    parts.push({ number, etag: put.headers.get("etag") });
  }
  await ada.get(`/api/v1/uploads/${large.id}`);
  await ada.get("/api/v1/uploads");
  await ada.send("POST", `/api/v1/uploads/${large.id}/complete`, { parts }, 202);
  await stored(large.id);
  const none = await json(ada.send("POST", "/api/v1/uploads", { name: "n.bin", bytes: bytes.length }, 201));
  await ada.send("POST", `/api/v1/uploads/${none.id}/parts`, { numbers: [1] });
  await ada.send("DELETE", `/api/v1/uploads/${none.id}`, {}, 204);
  const page = await (await ada.get("/files")).text();
  const [, preview] = /src="(http[^"]+)"/.exec(page) ?? [];
  if (preview !== undefined) expect((await fetch(preview.replaceAll("&amp;", "&"))).status).toBe(200);
  await ada.get(`/api/v1/files/${id}`);
  await quiet();
  expect(guarded.refused()).toEqual([]);
});

test("a file is shared, linked, packed, renamed, extended, looked up, deleted and swept: every call is allowed", async () => {
  const id = await keep(ada, "notes.txt", Buffer.from("notes"));
  await ada.get("/api/v1/directory?search=b");
  await ada.send("PUT", `/api/v1/files/${id}/people`, { people: ["ben"] });
  await ben.get("/shared");
  expect(await follow(ben.get(`/api/v1/files/${id}/download`, 303))).toBe(200);
  await ben.get("/api/v1/files/AAAAAAAAAAAAAAAAAAAAAA", 404);
  await ada.send("PATCH", `/api/v1/files/${id}`, { name: "renamed.txt", hours: 2 });
  await ada.send("DELETE", `/api/v1/files/${id}/people/ben`, {});
  await ada.send("POST", `/api/v1/files/${id}/people`, { people: ["ben", "root"] });
  await ada.get(`/api/v1/files/${id}/people`);
  const link = await json(ada.send("POST", `/api/v1/files/${id}/links`, { password: "a password" }, 201));
  const path = new URL(link.url).pathname;
  await web.request(path);
  const opened = (password: string) =>
    web.request(path, { method: "POST", body: new URLSearchParams({ password }) });
  expect(await follow(opened("a password"))).toBe(200);
  await opened("wrong");
  await ada.get(`/api/v1/files/${id}/links`);
  await ada.send("DELETE", `/api/v1/links/${link.link.id}`, {});
  const pack = await json(ada.send("POST", "/api/v1/packs", { files: [id] }, 202));
  await until(
    "the archive",
    async () => (await json(ada.get(`/api/v1/packs/${pack.id}`))).state === "ready",
    90_000,
  );
  for (const page of ["/log", "/files?search=x", `/api/v1/files/${id}/log`, "/api/v1/me"])
    await ada.get(page);
  await ada.send("DELETE", `/api/v1/files/${id}`, {}, 204);
  await chain.invoke("files-due", { time: new Date(Date.now() + 60_000).toISOString() });
  await quiet();
  expect(guarded.refused()).toEqual([]);
});

test("an outsider answers a request: every call is allowed", async () => {
  const wish = { name: "Send me", note: "", maxFiles: 2, maxBytes: 1_000_000, hours: 1 };
  const { url } = await json(ada.send("POST", "/api/v1/requests", wish, 201));
  const { pathname } = new URL(url);
  expect((await web.request(pathname)).status).toBe(200);
  const body = JSON.stringify({ name: "from outside.txt", bytes: 5, from: "Eve", password: "" });
  const headers = { "content-type": "application/json" };
  const asked = `/api/v1/requests/${pathname.split("/").at(-1)}/uploads`;
  const issued = await json(web.request(asked, { method: "POST", headers, body }));
  expect((await sendForm(issued, Buffer.from("hello"))).status).toBe(204);
  await stored(issued.id);
  await ada.get("/requests");
  await quiet();
  expect(guarded.refused()).toEqual([]);
});

test("pictures are sent, shown and deleted, a refused one too, and words are read: every call is allowed", async () => {
  const send = async (name: string, bytes: Buffer, album: string) => {
    const wish = { name, type: "image/png", bytes: bytes.length, album };
    const issued = await json(ada.send("POST", "/api/v1/pictures/uploads", wish, 201));
    const answer = await sendForm(issued, bytes);
    expect(answer.status).toBe(204);
    return { id: issued.id, versionId: answer.headers.get("x-amz-version-id") ?? "" };
  };
  const sent = [await send("broken.png", Buffer.from("no picture"), "trip")];
  for (let index = 0; index < 10; index += 1)
    sent.push(await send(`${index}.png`, await picture(index), "trip"));
  const states = async () => {
    const { outcomes } = await json(ada.send("POST", "/api/v1/pictures/outcomes", { uploads: sent }));
    return outcomes.map(({ state }) => state);
  };
  await until("the pictures", async () => !(await states()).includes("waiting"), 90_000);
  await until("the sheet", async () => (await chain.rows("sheets")).length > 0, 90_000);
  const [refused, ready] = sent;
  for (const page of ["/pictures", "/pictures/albums", `/pictures/${ready?.id}`]) await ada.get(page);
  expect(await follow(ada.get(`/pictures/${ready?.id}/image`, 302))).toBe(200);
  const albums = await (await ada.get("/pictures/albums")).text();
  const [, album] = /href="(\/pictures\/albums\/[^"/]+)"/.exec(albums) ?? [];
  await ada.get(album ?? "/no-album");
  expect(await follow(ada.get(`${album}/sheets/10`, 302))).toBe(200);
  await ada.send("DELETE", `/api/v1/pictures/${ready?.id}`, {}, 204);
  await ada.send("DELETE", `/api/v1/pictures/${refused?.id}`, {}, 204);
  const wish = { name: "a.png", type: "image/png", bytes: 10 };
  await ada.send("POST", "/api/v1/anonymous-pictures/uploads", wish, 201);
  for (const page of ["/words", "/words?by=hour", "/words/shape?word=fox"]) await ada.get(page);
  await quiet();
  expect(guarded.refused()).toEqual([]);
});

test("an admin reads the audit and ends sessions, and people sign out: every call is allowed", async () => {
  for (const page of ["/admin/audit", "/admin/audit?actor=ada", "/admin/people", "/admin/people/ben"])
    await root.get(page);
  await root.send("PUT", "/api/v1/admin/people/ben/blocked", { blocked: true }, 204);
  await root.send("POST", "/api/v1/admin/people/ben/end-sessions", {}, 204);
  await ben.get("/files", 303);
  await ada.post("/sign-out", {});
  expect(guarded.refused()).toEqual([]);
});

/** Rights that nothing above uses, and why they are granted all the same. */
const explained: readonly [pattern: RegExp, reason: string][] = [
  [/: logs:/, "Lambda writes the log"],
  [/-failed$/, "Lambda sends events that failed there"],
  [/^web: dynamodb:UpdateItem on .*-sessions$/, "prolongs a session that has been used for minutes"],
  [/^web: dynamodb:Query on .*\/index\/(byAddress|due)$/, "an action covers all indexes of a table"],
  [/^files-due: dynamodb:Query on .*\/index\/listed$/, "an action covers all indexes of a table"],
];

test("a right of the pages that nothing uses is known, with its reason", () => {
  const unused = ["web", "file-uploaded", "files-due"].flatMap((caller) => {
    const used = guarded.rulings.filter((made) => made.caller === caller).map(({ access }) => access);
    return unusedRights(roles.get(caller)?.statements ?? [], used).map(
      ({ action, resource }) => `${caller}: ${action} on ${resource}`,
    );
  });
  expect(unused.filter((grant) => !explained.some(([pattern]) => pattern.test(grant)))).toEqual([]);
  expect(guarded.rulings.filter(({ caller }) => caller === "web").length).toBeGreaterThan(200);
});
