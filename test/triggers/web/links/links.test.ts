// Links to files: for whom they work, how often, and that dead ones are all the same.
import { PutCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { triesLimit } from "../../../../triggers/web/links/tries.ts";
import type { ResourceNames } from "../../../../worker/fleet/resources.ts";
import { type CallLog, loggedCalls } from "../../../support/call-log.ts";
import { type Provisioned, startProvisioned } from "../../../support/provisioned.ts";
import { auditOf, storeFileFor } from "../../../support/stored-files.ts";
import { createTestWeb, type TestBrowser, type TestWeb } from "../../../support/web.ts";

const hourMs = 3_600_000;

let provisioned: Provisioned;
let names: ResourceNames;
let web: TestWeb;
let log: CallLog;
let now: number;
let anna: TestBrowser;
let ben: TestBrowser;

beforeAll(async () => {
  provisioned = await startProvisioned();
  names = await provisioned.provision("links-test");
  log = loggedCalls(provisioned.db, names.fleet);
  now = Date.now();
  web = createTestWeb(provisioned, names, { parts: { now: () => ++now, db: log.db } });
  anna = await web.signIn({ id: "anna", name: "Anna" });
  ben = await web.signIn({ id: "ben", name: "Ben" });
});

afterAll(() => provisioned.close());

const file = (more = {}) => storeFileFor(web.deps, { owner: "anna", name: "Grüße.txt", ...more });

type Made = { url: string; link: { id: string; expiresAt: string }; path: string };

async function link(fileId: string, wish: object = {}): Promise<Made> {
  const answer = await anna.send("POST", `/api/v1/files/${fileId}/links`, wish);
  expect(answer.status).toBe(201);
  const made = (await answer.json()) as Made;
  return { ...made, path: new URL(made.url).pathname };
}

const form = (fields: Record<string, string> = {}): RequestInit => ({
  method: "POST",
  body: new URLSearchParams(fields),
  headers: { "content-type": "application/x-www-form-urlencoded" },
});

const use = (path: string, password?: string) =>
  web.request(path, form(password === undefined ? {} : { password }));

const links = async (id: string) =>
  ((await (await anna.get(`/api/v1/files/${id}/links`)).json()) as { links: Record<string, unknown>[] })
    .links;

describe("a link", () => {
  test("shows the file to anybody, gives it, and counts only downloads", async () => {
    const { id } = await file();
    const made = await link(id);
    expect(made.path).toMatch(/^\/l\/[\w-]{22}$/);
    const page = await web.request(made.path);
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining("Grüße.txt")]);
    const answer = await use(made.path);
    expect(answer.status).toBe(303);
    expect(await (await fetch(answer.headers.get("location") ?? "")).text()).toBe("content");
    expect(await links(id)).toMatchObject([
      { downloads: 1, lastUsedAt: expect.any(String), works: true, hasPassword: false },
    ]);
    const rows = await auditOf(web.deps, id);
    expect(rows).toMatchObject([
      { action: "make-link" },
      { action: "download", actor: `link:${made.link.id}`, owner: "anna" },
    ]);
    expect(JSON.stringify(rows)).not.toContain(made.path.slice(3));
  });

  test("with a password tells nothing before it, and takes the same password in another Unicode form", async () => {
    const { id } = await file();
    const { path } = await link(id, { password: "pâté 42" });
    const page = await (await web.request(path)).text();
    expect(page).not.toContain("Grüße");
    expect(page).toContain('type="password"');
    const wrong = await use(path, "pate 42");
    expect([wrong.status, await wrong.text()]).toEqual([403, expect.stringContaining("not the password")]);
    expect((await use(path)).status).toBe(403);
    expect((await use(path, "pa\u0302te\u0301 42")).status).toBe(303);
    expect((await auditOf(web.deps, id)).map(({ action }) => action)).toEqual([
      "make-link",
      "refused-link",
      "refused-link",
      "download",
    ]);
  });

  test("is tried ten times in a quarter of an hour, however fast, and then again", async () => {
    const { id } = await file();
    const { path } = await link(id, { password: "right one" });
    const statuses = (await Promise.all(Array.from({ length: 14 }, () => use(path, "wrong")))).map(
      ({ status }) => status,
    );
    expect(statuses.filter((status) => status === 403)).toHaveLength(10);
    expect(statuses.filter((status) => status === 429)).toHaveLength(4);
    expect((await use(path, "right one")).status).toBe(429);
    now += 16 * 60_000;
    expect((await use(path, "right one")).status).toBe(303);
  });

  test("ends with its file, and at its own hour", async () => {
    const { id } = await file();
    const [short, whole] = [await link(id, { hours: 0.5 }), await link(id)];
    now += hourMs / 2;
    expect((await use(short.path)).status).toBe(404);
    expect((await use(whole.path)).status).toBe(303);
    await anna.send("DELETE", `/api/v1/files/${id}`);
    expect((await use(whole.path)).status).toBe(404);
  });

  test("is made, listed and revoked by the file's owner only", async () => {
    const { id } = await file();
    const made = await link(id);
    expect((await ben.send("POST", `/api/v1/files/${id}/links`, {})).status).toBe(404);
    expect((await ben.get(`/api/v1/files/${id}/links`)).status).toBe(404);
    expect((await ben.send("DELETE", `/api/v1/links/${made.link.id}`)).status).toBe(404);
    expect((await anna.send("DELETE", `/api/v1/links/${made.link.id}`)).status).toBe(200);
    expect((await anna.send("DELETE", `/api/v1/links/${made.link.id}`)).status, "again").toBe(200);
    expect((await use(made.path)).status).toBe(404);
    expect(await links(id)).toMatchObject([{ works: false, revokedAt: expect.any(String) }]);
  });

  test("that has expired is neither read nor in the way, however many there were", async () => {
    const { id } = await file();
    const Items = Array.from({ length: 120 }, (_, at) => ({
      ...{ id: `${id}-${at}`, kind: "file", owner: "anna", fileId: id, name: "Grüße.txt", downloads: 0 },
      ...{ createdAt: new Date(now).toISOString(), expiresAt: Math.floor(now / 1000) - at },
    }));
    for (const Item of Items)
      await provisioned.db.send(new PutCommand({ TableName: names.tables.links, Item }));
    await link(id);
    const before = log.rowsRead();
    expect(await links(id)).toMatchObject([{ works: true }]);
    expect(log.rowsRead() - before).toBe(1);
    expect((await anna.send("DELETE", `/api/v1/files/${id}`)).status).toBe(204);
  });

  test.each([[{ password: "abc" }], [{ maxDownloads: 0 }], [{ maxDownloads: 1.5 }], [{ hours: 169 }]])(
    "cannot be made with %j",
    async (wish) => {
      const { id } = await file();
      expect((await anna.send("POST", `/api/v1/files/${id}/links`, wish)).status).toBe(422);
    },
  );

  test("stores no token", async () => {
    const { id } = await file();
    const { path, link: view } = await link(id, { password: "secret word" });
    const token = path.slice("/l/".length);
    const update = { TableName: names.tables.links, Key: { id: view.id }, ReturnValues: "ALL_NEW" } as const;
    const row = JSON.stringify((await provisioned.db.send(new UpdateCommand(update))).Attributes);
    expect(row).not.toContain(token);
    expect(row).not.toContain("secret word");
  });
});

test("a link that is made with the upload works once the file is stored, and not before", async () => {
  const wish = { name: "b.txt", bytes: 7, link: { maxDownloads: 1 } };
  const answer = await anna.send("POST", "/api/v1/uploads", wish);
  const { id, link: made } = (await answer.json()) as { id: string; link: { url: string } };
  const { pathname } = new URL(made.url);
  expect((await web.request(pathname)).status).toBe(404);
  await file({ id, name: "b.txt" });
  expect((await use(pathname)).status).toBe(303);
  expect((await use(pathname)).status).toBe(404);
});

describe("a link for k downloads", () => {
  test("gives exactly k, however many come at once", async () => {
    const property = fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      // Ten in a quarter of an hour may be refused before the answer is that there were too many tries.
      fc.integer({ min: 1, max: triesLimit.tries + 1 }),
      async (most, visitors) => {
        const { id } = await file();
        const { path } = await link(id, { maxDownloads: most });
        const answers = await Promise.all(Array.from({ length: visitors }, () => use(path)));
        const given = answers.filter(({ status }) => status === 303).length;
        expect(given).toBe(Math.min(most, visitors));
        const refused = answers.filter(({ status }) => status !== 303).map(({ status }) => status);
        expect(refused.every((status) => status === 404)).toBe(true);
        expect(await links(id)).toMatchObject([{ downloads: given, works: given < most }]);
        const audited = (await auditOf(web.deps, id)).filter(({ action }) => action === "download");
        expect(audited).toHaveLength(given);
      },
    );
    await fc.assert(property, { numRuns: 10 });
  });
});

describe("dead links", () => {
  type Dead = { title: string; path: string };
  let dead: Dead[];

  beforeAll(async () => {
    const made = async (wish: object = {}) => {
      const { id } = await file();
      return { id, ...(await link(id, wish)) };
    };
    const revoked = await made();
    await anna.send("DELETE", `/api/v1/links/${revoked.link.id}`);
    const usedUp = await made({ maxDownloads: 1 });
    await use(usedUp.path);
    const expired = await made({ hours: 0.01 });
    const guarded = await made({ hours: 0.01, password: "right one" });
    const deleted = await made();
    await anna.send("DELETE", `/api/v1/files/${deleted.id}`);
    now += 60_000;
    dead = [
      { title: "unknown", path: `/l/${"x".repeat(22)}` },
      { title: "no token at all", path: "/l/..%2F..%2Ffiles" },
      { title: "revoked", path: revoked.path },
      { title: "used up", path: usedUp.path },
      { title: "expired", path: expired.path },
      { title: "expired with a password", path: guarded.path },
      { title: "of a deleted file", path: deleted.path },
    ];
  });

  test("are the same byte for byte, looked at and used, with and without a password", async () => {
    const answers = { look: new Set<string>(), use: new Set<string>(), password: new Set<string>() };
    const text = async (answer: Response) =>
      JSON.stringify([answer.status, [...answer.headers].sort(), await answer.text()]);
    for (const { path } of dead) {
      answers.look.add(await text(await web.request(path)));
      answers.use.add(await text(await use(path)));
      answers.password.add(await text(await use(path, "right one")));
    }
    expect([answers.look.size, answers.use.size, answers.password.size]).toEqual([1, 1, 1]);
  });

  test("cost the same store calls", async () => {
    const look = new Set<string>();
    const tries = new Set<string>();
    for (const { path } of dead) {
      log.calls.length = 0;
      await web.request(path);
      look.add(log.calls.splice(0).join(", "));
      await use(path, "right one");
      tries.add(log.calls.splice(0).join(", "));
    }
    expect([...look]).toEqual(["GetCommand links, GetCommand files"]);
    expect([...tries]).toEqual(["GetCommand links, GetCommand files, UpdateCommand links, PutCommand audit"]);
  });

  test("are tried as often as others, and then refused alike", async () => {
    for (const { path } of dead.filter(({ title }) => /^(used up|expired with)/.test(title))) {
      const answers = await Promise.all(Array.from({ length: 12 }, () => use(path)));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([404, 429]));
    }
  });
});
