// The pages of files without a script: every form leads to a page that says what happened, and no name does harm.
import { PutCommand, ScanCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ResourceNames } from "../../../../worker/fleet/resources.ts";
import { directoryPartition } from "../../../../worker/jobs/files/rows/person-row.ts";
import { type CallLog, loggedCalls } from "../../../support/call-log.ts";
import { type Provisioned, startProvisioned } from "../../../support/provisioned.ts";
import { storeFileFor } from "../../../support/stored-files.ts";
import { createTestWeb, type TestBrowser, type TestWeb } from "../../../support/web.ts";

let provisioned: Provisioned;
let names: ResourceNames;
let web: TestWeb;
let log: CallLog;
let anna: TestBrowser;
let ben: TestBrowser;

beforeAll(async () => {
  provisioned = await startProvisioned();
  names = await provisioned.provision("file-pages-test");
  log = loggedCalls(provisioned.db, names.fleet);
  web = createTestWeb(provisioned, names, { parts: { db: log.db } });
  anna = await web.signIn({ id: "anna", name: "Anna" });
  ben = await web.signIn({ id: "ben", name: "Ben" });
});

afterAll(() => provisioned.close());

const file = (name = "a.txt", more = {}) => storeFileFor(web.deps, { owner: "anna", name, ...more });
const text = async (browser: TestBrowser, path: string) => (await browser.get(path)).text();

describe("the lists", () => {
  test("say what to do when there is nothing", async () => {
    const cara = await web.signIn({ id: "cara" });
    expect(await text(cara, "/files")).toContain("No files yet");
    expect(await text(cara, "/shared")).toContain("Nothing shared with you");
    expect(await text(cara, "/files?search=x")).toContain("Nothing found");
  });

  test("show a name that is HTML as text, and time left in red when it is short", async () => {
    const name = '"><img src=x onerror=alert(1)>';
    const { id } = await file(name, { expiresAt: new Date(Date.now() + 5 * 60_000).toISOString() });
    for (const page of [await text(anna, "/files"), await text(anna, `/files/${id}`)]) {
      expect(page).toContain("&quot;&gt;&lt;img src=x onerror=alert(1)&gt;");
      expect(page).not.toContain("<img src=x");
      expect(page).toMatch(/class="soon"\s*>\d minutes/);
    }
  });

  test("cost a fixed number of store calls, and never a scan", async () => {
    log.calls.length = 0;
    await anna.get("/files");
    expect(log.calls.sort()).toEqual(["BatchGetCommand", "GetCommand quotas", "QueryCommand files"]);
    log.calls.length = 0;
    await ben.get("/shared");
    expect(log.calls.sort()).toEqual(["BatchGetCommand", "QueryCommand shares"]);
  });
});

describe("selected files", () => {
  const rows = async (table: "packs" | "outbox") =>
    (await provisioned.db.send(new ScanCommand({ TableName: names.tables[table] }))).Items ?? [];

  test("are deleted only after the question", async () => {
    const [one, two] = [await file("one.txt"), await file("two.txt")];
    const asked = await anna.post("/files/selected", { action: "delete", file: [one.id, two.id] });
    expect(await asked.text()).toContain("Delete 2 files?");
    expect((await anna.get(`/files/${one.id}`)).status).toBe(200);
    const done = await anna.post("/files/selected", {
      action: "delete",
      file: [one.id, two.id],
      sure: "yes",
    });
    expect([done.status, done.headers.get("location")]).toEqual([303, "/files"]);
    expect((await anna.get(`/files/${one.id}`)).status).toBe(404);
  });

  test("are shared with the people chosen, and zipped by a job", async () => {
    const { id } = await file("shared.txt");
    const asked = await anna.post("/files/selected", { action: "share", file: id });
    expect(await asked.text()).toContain("Ben");
    await anna.post("/files/selected", { action: "share", file: id, people: ["ben"] });
    expect(await text(ben, "/shared")).toContain("shared.txt");
    await anna.post("/files/selected", { action: "zip", file: [id] });
    expect(await rows("packs")).toMatchObject([{ owner: "anna", fileIds: [id], state: "waiting" }]);
    expect((await rows("outbox")).filter(({ kind }) => kind === "pack-files")).toHaveLength(1);
  });

  test("of others are left alone", async () => {
    const { id } = await file();
    await ben.post("/files/selected", { action: "delete", file: id, sure: "yes" });
    expect((await anna.get(`/files/${id}`)).status).toBe(200);
    const pack = await ben.send("POST", "/api/v1/packs", { files: [id] });
    expect(pack.status).toBe(404);
  });
});

describe("the page of a file", () => {
  test("renames, shares, takes back, extends, makes and revokes a link", async () => {
    const { id } = await file();
    const path = `/files/${id}`;
    await anna.post(`${path}/name`, { name: "Neu.txt", folder: "x" });
    await anna.post(`${path}/people`, { mode: "add", people: "ben" });
    await anna.post(`${path}/expiry`, { hours: "72" });
    const made = await anna.post(`${path}/links`, { password: "", maxDownloads: "2", hours: "" });
    expect(made.status).toBe(201);
    const [, token = ""] = /\/l\/([\w-]{22})/.exec(await made.text()) ?? [];
    expect((await web.request(`/l/${token}`)).status).toBe(200);
    const page = await text(anna, path);
    for (const part of ["Neu.txt", "Ben", "0 of 2", "2 days 23 hours"]) expect(page).toContain(part);
    const [revoke = ""] = /\/files\/[\w-]+\/links\/[0-9a-f]{64}\/revoke/.exec(page) ?? [];
    await anna.post(revoke);
    expect((await web.request(`/l/${token}`)).status).toBe(404);
    expect((await ben.get(`${path}/download`)).status).toBe(303);
    await anna.post(`${path}/people`, { mode: "remove", people: "ben" });
    expect((await ben.get(path)).status).toBe(404);
    const logged = await text(anna, "/log");
    for (const part of ["Downloaded", "Renamed", "Link made", "Access refused", "Ben"])
      expect(logged).toContain(part);
  });

  test("shows a reader the file and nothing of its owner's", async () => {
    const { id } = await file("b.txt");
    await anna.post(`/files/${id}/people`, { mode: "add", people: "ben" });
    const page = await text(ben, `/files/${id}`);
    expect(page).toContain("From Anna");
    expect(page).not.toMatch(/Make a link|Rename|Delete|Take back/);
    expect((await ben.post(`/files/${id}/links`, {})).status).toBe(404);
    expect((await ben.get(`/api/v1/files/${id}/log`)).status).toBe(404);
  });

  test("says who may not get the file", async () => {
    const Item = {
      id: "dan",
      name: "Dan",
      initials: "D",
      address: "d@x.example",
      admin: false,
      signedInAt: "",
    };
    const row = { ...Item, blocked: true, fleet: directoryPartition };
    await provisioned.db.send(new PutCommand({ TableName: names.tables.people, Item: row }));
    const { id } = await file();
    const answer = await anna.post(`/files/${id}/people`, { mode: "add", people: "dan" });
    const cookie = `${anna.cookie}; ${answer.headers.get("set-cookie")?.split(";")[0]}`;
    expect(await (await anna.get(`/files/${id}`, { headers: { cookie } })).text()).toContain(
      "Dan may not get files",
    );
  });
});

test("the log goes on page by page, every entry once, and holds nothing of others", async () => {
  const dora = await web.signIn({ id: "dora", name: "Dora" });
  const { id } = await storeFileFor(web.deps, { owner: "dora", name: "busy.txt" });
  for (let count = 0; count < 60; count += 1) await dora.get(`/api/v1/files/${id}/download`);
  const seen: string[] = [];
  for (let path: string | undefined = "/api/v1/log"; path !== undefined; ) {
    const page = (await (await dora.get(path)).json()) as { entries: { fileName: string }[]; next?: string };
    seen.push(...page.entries.map(({ fileName }) => fileName));
    path = page.next && `/api/v1/log?cursor=${page.next}`;
  }
  expect(seen).toEqual(Array(60).fill("busy.txt"));
});
