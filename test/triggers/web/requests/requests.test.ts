// Requests: what an outsider can send, to whom it belongs, and what they are not told.
import { PutCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readUpload } from "../../../../triggers/web/uploads/upload-store.ts";
import type { ResourceNames } from "../../../../worker/fleet/resources.ts";
import { fileLimits } from "../../../../worker/jobs/files/rows/file-row.ts";
import { type CallLog, loggedCalls } from "../../../support/call-log.ts";
import { type Provisioned, startProvisioned } from "../../../support/provisioned.ts";
import { storeFileFor } from "../../../support/stored-files.ts";
import { createTestWeb, type TestBrowser, type TestWeb } from "../../../support/web.ts";

let provisioned: Provisioned;
let names: ResourceNames;
let web: TestWeb;
let log: CallLog;
let now = Date.now();
let anna: TestBrowser;
let ben: TestBrowser;

beforeAll(async () => {
  provisioned = await startProvisioned();
  names = await provisioned.provision("requests-test");
  log = loggedCalls(provisioned.db, names.fleet);
  web = createTestWeb(provisioned, names, { parts: { now: () => now, db: log.db } });
  anna = await web.signIn({ id: "anna", name: "Anna" });
  ben = await web.signIn({ id: "ben", name: "Ben" });
});

afterAll(() => provisioned.close());

type Made = { url: string; request: { id: string } };

async function request(wish: object = {}): Promise<Made & { token: string }> {
  const answer = await anna.send("POST", "/api/v1/requests", { name: "Holiday pictures", ...wish });
  expect(answer.status).toBe(201);
  const made = (await answer.json()) as Made;
  return { ...made, token: new URL(made.url).pathname.slice("/r/".length) };
}

const send = (token: string, body: object, path = "", method = "POST") =>
  web.request(`/api/v1/requests/${token}/uploads${path}`, {
    method,
    headers: { "content-type": "application/json" },
    ...(method !== "GET" && { body: JSON.stringify(body) }),
  });

const small = { name: "a.txt", bytes: 5, from: "Grandma" };

describe("a request", () => {
  test("shows who asks for what, and lets an outsider send a file that belongs to the person who asked", async () => {
    const { token, url } = await request({ note: "Please send <b>all</b> of them." });
    expect(url).toMatch(/\/r\/[\w-]{22}$/);
    const page = await (await web.request(`/r/${token}`)).text();
    for (const part of ["Anna", "Holiday pictures", "&lt;b&gt;all&lt;/b&gt;"]) expect(page).toContain(part);
    const answer = await send(token, small);
    expect(answer.status).toBe(201);
    const {
      id,
      url: to,
      fields,
    } = (await answer.json()) as { id: string; url: string; fields: Record<string, string> };
    expect(await readUpload(web.deps, id)).toMatchObject({ owner: "anna", from: "Grandma", name: "a.txt" });
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    form.append("file", new Blob(["hello"]));
    expect((await fetch(to, { method: "POST", body: form })).status).toBe(204);
    expect(await (await send(token, {}, `/${id}`, "GET")).json()).toMatchObject({ state: "issued" });
  });

  test("keeps its uploads apart: from other requests, from the owner's own, and from guesses", async () => {
    const [one, two] = [await request(), await request()];
    const { id } = (await (await send(one.token, small)).json()) as { id: string };
    const own = (await (
      await anna.send("POST", "/api/v1/uploads", { name: "x", bytes: 1 })
    ).json()) as Made["request"];
    expect((await send(two.token, {}, `/${id}`, "GET")).status).toBe(404);
    expect((await send(one.token, {}, `/${own.id}`, "GET")).status).toBe(404);
    expect((await send(one.token, {}, `/${own.id}`, "DELETE")).status).toBe(404);
    expect((await anna.get(`/api/v1/uploads/${id}`)).status).toBe(404);
    expect((await send(one.token, {}, `/${id}`, "DELETE")).status).toBe(204);
  });

  test("with a password takes a file only with it, and tells nothing before", async () => {
    const { token } = await request({ password: "for family", note: "secret note" });
    const page = await (await web.request(`/r/${token}`)).text();
    expect(page).not.toMatch(/Holiday|secret note|Anna/);
    expect((await send(token, small)).status).toBe(403);
    expect((await send(token, { ...small, password: "for family" })).status).toBe(201);
  });

  test("takes no more files or bytes than it says, and is then like any dead link", async () => {
    const { token, request: made } = await request({ maxFiles: 1, maxBytes: 10 });
    const larger = await send(token, { ...small, bytes: 11 });
    expect(await larger.json()).toMatchObject({ error: { code: "request-full" } });
    const count = {
      TableName: names.tables.links,
      Key: { id: made.id },
      UpdateExpression: "SET #request.received = :one",
      ExpressionAttributeNames: { "#request": "request" },
      ExpressionAttributeValues: { ":one": 1 },
    };
    await provisioned.db.send(new UpdateCommand(count));
    expect((await send(token, small)).status).toBe(404);
    expect((await web.request(`/r/${token}`)).status).toBe(404);
  });

  test("does not tell how much room its owner has", async () => {
    const { token } = await request();
    const Item = { person: "anna", bytes: 100 * 1024 ** 3, files: 1 };
    await provisioned.db.send(new PutCommand({ TableName: names.tables.quotas, Item }));
    const answer = await (await send(token, small)).text();
    await provisioned.db.send(
      new PutCommand({ TableName: names.tables.quotas, Item: { ...Item, bytes: 0 } }),
    );
    expect(JSON.parse(answer)).toMatchObject({ error: { code: "request-full" } });
    expect(answer).not.toContain("100 GB");
  });

  test("is listed and revoked by its owner only, and expired, revoked and unknown ones are alike", async () => {
    const [revoked, expired] = [await request(), await request({ hours: 0.01 })];
    expect((await ben.send("DELETE", `/api/v1/requests/${revoked.request.id}`)).status).toBe(404);
    expect((await anna.send("DELETE", `/api/v1/requests/${revoked.request.id}`)).status).toBe(200);
    now += 60_000;
    const answers = new Set<string>();
    for (const token of [revoked.token, expired.token, "x".repeat(22)]) {
      const [page, sent] = [await web.request(`/r/${token}`), await send(token, small)];
      answers.add(JSON.stringify([page.status, await page.text(), sent.status, await sent.text()]));
    }
    expect(answers.size).toBe(1);
    expect(await (await ben.get("/api/v1/requests")).json()).toEqual({ requests: [] });
  });

  test("is listed by a query that reads neither links nor what has expired, and there are at most a hundred", async () => {
    const carl = await web.signIn({ id: "carl", name: "Carl" });
    const wish = { name: "Invoices", hours: 1 };
    const made = (await (await carl.send("POST", "/api/v1/requests", wish)).json()) as Made;
    const { id } = await storeFileFor(web.deps, { owner: "carl", name: "a.txt" });
    await carl.send("POST", `/api/v1/files/${id}/links`, {});
    const put = (key: string, seconds: number) => {
      const request = { maxBytes: 1, maxFiles: 1, received: 0, receivedBytes: 0, note: "" };
      const times = { createdAt: new Date(now).toISOString(), expiresAt: Math.floor(now / 1000) + seconds };
      const Item = {
        id: key,
        kind: "request",
        owner: "carl",
        requestOf: "carl",
        name: "x",
        ...times,
        request,
      };
      return provisioned.db.send(new PutCommand({ TableName: names.tables.links, Item }));
    };
    for (let at = 0; at < 20; at += 1) await put(`ended-${at}`, -at);
    const before = log.rowsRead();
    expect(await (await carl.get("/api/v1/requests")).json()).toMatchObject({ requests: [made.request] });
    expect(log.rowsRead() - before).toBe(1);
    for (let at = 0; at < fileLimits.requests - 1; at += 1) await put(`open-${at}`, 60);
    const refused = await carl.send("POST", "/api/v1/requests", wish);
    expect([refused.status, await refused.text()]).toEqual([422, expect.stringContaining("at most 100")]);
    const page = await web.request("/requests", {
      method: "POST",
      headers: { cookie: carl.cookie, "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({
        csrf: carl.visitor.csrf,
        name: "x",
        note: "",
        maxFiles: "1",
        megabytes: "1",
        hours: "1",
      }),
    });
    expect([page.status, await page.text()]).toEqual([422, expect.stringContaining("at most 100")]);
    now += 61_000;
    expect((await carl.send("POST", "/api/v1/requests", wish)).status).toBe(201);
  });

  test("is no link to a file, and a link to a file is no request", async () => {
    const { token } = await request();
    expect((await web.request(`/l/${token}`)).status).toBe(404);
    const { id } = await storeFileFor(web.deps, { owner: "anna", name: "a.txt" });
    const link = (await (await anna.send("POST", `/api/v1/files/${id}/links`, {})).json()) as { url: string };
    expect((await web.request(`/r/${link.url.split("/l/")[1]}`)).status).toBe(404);
    expect((await send(link.url.split("/l/")[1] ?? "", small)).status).toBe(404);
  });

  test.each([
    { name: "../up.txt" },
    { folder: "../../up" },
    { name: 'a"\u0000.txt' },
    { bytes: -1 },
    { from: "x".repeat(101) },
  ])("refuses %j", async (wrong) => {
    const { token } = await request();
    expect((await send(token, { ...small, ...wrong })).status).toBe(422);
  });
});

test("the page makes, lists and revokes requests without a script", async () => {
  const fields = { name: "Invoices", note: "", maxFiles: "5", megabytes: "100", hours: "24", password: "" };
  const made = await ben.post("/requests", fields);
  expect([made.status, await made.text()]).toEqual([201, expect.stringMatching(/\/r\/[\w-]{22}/)]);
  const page = await (await ben.get("/requests")).text();
  for (const part of ["Invoices", "0 of 5 files", "of 100 MB"]) expect(page).toContain(part);
  const [revoke = ""] = /\/requests\/[0-9a-f]{64}\/revoke/.exec(page) ?? [];
  expect((await ben.post(revoke)).status).toBe(303);
  expect(await (await ben.get("/requests")).text()).toContain("revoked");
});
