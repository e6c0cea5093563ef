// Files over the API: who sees which, until when, and what their owner does with them.
import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readQuota } from "../../../../triggers/web/uploads/issue-upload.ts";
import type { ResourceNames } from "../../../../worker/fleet/resources.ts";
import { type Provisioned, startProvisioned } from "../../../support/provisioned.ts";
import { auditOf, storeFileFor } from "../../../support/stored-files.ts";
import { createTestWeb, type TestBrowser, type TestWeb } from "../../../support/web.ts";

const hourMs = 3_600_000;

let provisioned: Provisioned;
let names: ResourceNames;
let web: TestWeb;
let now: number;
let anna: TestBrowser;
let ben: TestBrowser;

beforeAll(async () => {
  provisioned = await startProvisioned();
  names = await provisioned.provision("file-api-test");
  now = Date.now();
  web = createTestWeb(provisioned, names, { parts: { now: () => now } });
  anna = await web.signIn({ id: "anna", name: "Anna" });
  ben = await web.signIn({ id: "ben", name: "Ben" });
});

afterAll(() => provisioned.close());

const file = (name: string, more = {}) => storeFileFor(web.deps, { owner: "anna", name, ...more });

async function share(fileId: string, person: string, owner = "anna"): Promise<void> {
  const Item = {
    ...{ person, fileId, owner, ownerName: "Anna" },
    sharedAt: new Date(now).toISOString(),
    expiresAt: Math.floor(now / 1000) + 3600,
  };
  await provisioned.db.send(new PutCommand({ TableName: names.tables.shares, Item }));
}

const actions = async (id: string) => (await auditOf(web.deps, id)).map(({ action }) => action);

describe("a file", () => {
  test("is seen by its owner and by whom it is shared with, who are not told about other readers", async () => {
    const { id } = await file("a.txt", { sharedWith: 1 });
    await share(id, "ben");
    expect(await (await anna.get(`/api/v1/files/${id}`)).json()).toMatchObject({ mine: true, sharedWith: 1 });
    const seen = await (await ben.get(`/api/v1/files/${id}`)).json();
    expect(seen).toMatchObject({ mine: false, owner: { id: "anna", name: "Anna" } });
    expect(seen).not.toHaveProperty("sharedWith");
  });

  test("of a stranger, an expired, a deleted and an unknown one are refused alike, and audited", async () => {
    const others = await storeFileFor(web.deps, { owner: "cara", name: "secret.txt" });
    const expired = await file("old.txt", { expiresAt: new Date(now).toISOString() });
    const deleted = await file("gone.txt", { state: "deleted" });
    const answers = new Set<string>();
    for (const id of [others.id, expired.id, deleted.id, "AAAAAAAAAAAAAAAAAAAAAA"]) {
      for (const path of [`/api/v1/files/${id}`, `/api/v1/files/${id}/download`]) {
        const answer = await anna.get(path);
        answers.add(`${answer.status} ${await answer.text()}`);
      }
      const changed = await anna.send("PATCH", `/api/v1/files/${id}`, { name: "x" });
      answers.add(`${changed.status} ${await changed.text()}`);
      const gone = await anna.send("DELETE", `/api/v1/files/${id}`);
      answers.add(`${gone.status} ${await gone.text()}`);
      expect(await actions(id)).toEqual(Array(4).fill("refused-access"));
    }
    expect([...answers]).toEqual([expect.stringMatching(/^404 /)]);
    expect((await auditOf(web.deps, others.id))[0]).toMatchObject({ actor: "anna", owner: "cara" });
  });

  test.each(["..%2F..%2Fetc%2Fpasswd", "%00", "files%2FAAAAAAAAAAAAAAAAAAAAAA", "x".repeat(3000)])(
    "with the id %s does not exist",
    async (id) => {
      expect((await anna.get(`/api/v1/files/${id}`)).status).toBe(404);
    },
  );

  test("is not readable by a share that somebody else's row claims", async () => {
    const { id } = await file("mine.txt");
    await share(id, "ben", "mallory");
    expect((await ben.get(`/api/v1/files/${id}`)).status).toBe(404);
  });

  test("that is shared cannot be changed or deleted by its reader", async () => {
    const { id } = await file("a.txt");
    await share(id, "ben");
    expect((await ben.send("PATCH", `/api/v1/files/${id}`, { name: "b.txt" })).status).toBe(404);
    expect((await ben.send("DELETE", `/api/v1/files/${id}`)).status).toBe(404);
    expect((await anna.get(`/api/v1/files/${id}`)).status).toBe(200);
  });
});

describe("a download", () => {
  test.each([
    "Grüße aus Köln.txt",
    "日本語のファイル.pdf",
    "ملف.txt",
    "🎉.png",
    '"><img onerror=alert(1)>.html',
    "a;b=c'd%20e.txt",
    "100%.txt",
  ])("of %s is named as displayed, and never shown by the browser", async (name) => {
    const { id } = await file(name);
    const answer = await anna.get(`/api/v1/files/${id}/download`);
    expect(answer.status).toBe(303);
    const got = await fetch(answer.headers.get("location") ?? "");
    expect(got.headers.get("content-type")).toBe("application/octet-stream");
    const header = got.headers.get("content-disposition") ?? "";
    expect(header).toMatch(/^attachment; /);
    expect(nameIn(header)).toBe(name);
    expect(await got.text()).toBe("content");
  });

  test("takes a range, is counted, and is in the audit with the person's name", async () => {
    const { id } = await file("a.txt");
    const location = (await anna.get(`/api/v1/files/${id}/download`)).headers.get("location") ?? "";
    const part = await fetch(location, { headers: { range: "bytes=3-5" } });
    expect([part.status, await part.text()]).toEqual([206, "ten"]);
    expect(await (await anna.get(`/api/v1/files/${id}`)).json()).toMatchObject({ downloads: 1 });
    expect(await auditOf(web.deps, id)).toMatchObject([
      { action: "download", actor: "anna", actorName: "Anna", owner: "anna", fileName: "a.txt" },
    ]);
  });

  test("has an address for a minute, and never beyond the file's end", async () => {
    const ample = await file("a.txt");
    const short = await file("b.txt", { expiresAt: new Date(now + 20_000).toISOString() });
    const seconds = async (id: string) => {
      const location = (await anna.get(`/api/v1/files/${id}/download`)).headers.get("location") ?? "";
      return Number(new URL(location).searchParams.get("X-Amz-Expires"));
    };
    expect(await seconds(ample.id)).toBe(60);
    expect(await seconds(short.id)).toBe(20);
  });
});

describe("the owner", () => {
  test("renames and moves a file, audited with both names", async () => {
    const { id } = await file("a.txt");
    const answer = await anna.send("PATCH", `/api/v1/files/${id}`, { name: "b.txt", folder: "2026/x" });
    expect(await answer.json()).toMatchObject({ name: "b.txt", folder: "2026/x" });
    expect(await auditOf(web.deps, id)).toMatchObject([
      { action: "rename", fileName: "b.txt", details: { from: "a.txt", to: "2026/x/b.txt" } },
    ]);
  });

  test.each([
    [{ name: "" }],
    [{ name: "../x" }],
    [{ name: "a/b" }],
    [{ name: "a\u202egpj.exe" }],
    [{ folder: "../x" }],
    [{ hours: 0 }],
    [{ hours: 169 }],
    [{ owner: "ben" }],
  ])("cannot change a file to %j", async (body) => {
    const { id } = await file("a.txt");
    expect((await anna.send("PATCH", `/api/v1/files/${id}`, body)).status).toBe(422);
    expect(await actions(id)).toEqual([]);
  });

  test("changes the expiry, and the shares live as long", async () => {
    const { id } = await file("a.txt");
    await share(id, "ben");
    const answer = await anna.send("PATCH", `/api/v1/files/${id}`, { hours: 48 });
    const expiresAt = new Date(now + 48 * hourMs).toISOString();
    expect(await answer.json()).toMatchObject({ expiresAt });
    const Key = { person: "ben", fileId: id };
    const row = await provisioned.db.send(new GetCommand({ TableName: names.tables.shares, Key }));
    expect(row.Item?.expiresAt).toBe(Math.ceil((now + 48 * hourMs) / 1000));
    expect(await actions(id)).toEqual(["change-expiry"]);
  });

  test("deletes a file: gone for everyone at once, its room is free, its shares are gone", async () => {
    const before = await readQuota(web.deps, "anna");
    const { id } = await file("a.txt");
    await share(id, "ben");
    expect((await anna.send("DELETE", `/api/v1/files/${id}`)).status).toBe(204);
    expect((await anna.get(`/api/v1/files/${id}`)).status).toBe(404);
    expect((await ben.get(`/api/v1/files/${id}/download`)).status).toBe(404);
    expect((await anna.send("DELETE", `/api/v1/files/${id}`)).status, "again").toBe(404);
    expect(await readQuota(web.deps, "anna")).toEqual(before);
    expect(await actions(id)).toContain("delete");
  });

  test("and a second window that change one file at once: one wins, and nothing is half done", async () => {
    const { id } = await file("a.txt");
    const before = await readQuota(web.deps, "anna");
    const statuses = await Promise.all([
      ...["x", "y", "z"].map((name) => anna.send("PATCH", `/api/v1/files/${id}`, { name })),
      ...[1, 2].map(() => anna.send("DELETE", `/api/v1/files/${id}`)),
    ]).then((answers) => answers.map(({ status }) => status));
    const done = statuses.filter((status) => status < 300).length;
    expect(done).toBeGreaterThan(0);
    const audited = await actions(id);
    expect(audited.filter((action) => action === "rename" || action === "delete")).toHaveLength(done);
    const deleted = audited.includes("delete");
    const { files } = await readQuota(web.deps, "anna");
    expect(files).toBe(deleted ? before.files - 1 : before.files);
  });
});

/** The name that a browser saves the file under (RFC 6266: filename* before filename). */
function nameIn(header: string): string {
  const [, extended] = /filename\*=UTF-8''([^;]+)/i.exec(header) ?? [];
  if (extended !== undefined) return decodeURIComponent(extended);
  const [, quoted = ""] = /filename="((?:[^"\\]|\\.)*)"/.exec(header) ?? [];
  return quoted.replace(/\\(.)/g, "$1") || (/filename=([^;"]+)/.exec(header)?.[1] ?? "");
}
