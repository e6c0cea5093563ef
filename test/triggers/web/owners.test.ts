// What belongs to one person, times everybody else: owner, a listed reader, a stranger, an admin. Every route that names a
// thing is in the table; a new one fails until it is.
import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addressPart } from "../../../triggers/web/pictures/places.ts";
import type { Route } from "../../../triggers/web/route.ts";
import { routes } from "../../../triggers/web/routes.ts";
import { readUpload } from "../../../triggers/web/uploads/upload-store.ts";
import { trustingProvider } from "../../support/page-visitor.ts";
import { type Provisioned, startProvisioned } from "../../support/provisioned.ts";
import { type Owned, seedOwner } from "../../support/seeded-owner.ts";
import { createTestWeb, type TestBrowser, type TestWeb } from "../../support/web.ts";

let provisioned: Provisioned;
let web: TestWeb;
let people: Record<"owner" | "reader" | "stranger" | "admin", TestBrowser>;
let owned: Owned;

beforeAll(async () => {
  provisioned = await startProvisioned();
  const names = await provisioned.provision("owners-test");
  web = createTestWeb(provisioned, names, { parts: { signIn: trustingProvider(new Map()) } });
  people = {
    owner: await web.signIn({ id: "owner", name: "Olga Owner" }),
    reader: await web.signIn({ id: "reader", name: "Rita Reader" }),
    stranger: await web.signIn({ id: "stranger", name: "Stan Stranger" }),
    admin: await web.signIn({ id: "admin", name: "Adam Admin", admin: true }),
  };
  owned = await seed();
});
afterAll(() => provisioned.close());

const mark = "treasure";
const seed = () => seedOwner(web, { owner: people.owner, reader: people.reader, mark });

/** One route on a thing that `owner` owns. Whoever is not named finds nothing there. */
type Case = {
  path: (owned: Owned) => string;
  body?: object;
  fields?: (owned: Owned) => Record<string, string>;
  owner: number;
  reader?: number;
  /** Who tries in vain is in the audit. */
  audited?: true;
  /** The owner's call ends the thing, so that it gets a new one. */
  ends?: true;
};

const file = ({ file: { id } }: Owned) => `/files/${id}`;
const api = (path: (owned: Owned) => string) => (all: Owned) => `/api/v1${path(all)}`;
const upload = ({ upload: id }: Owned) => `/uploads/${id}`;

const cases: Readonly<Record<string, Case>> = {
  "GET /api/v1/files/:id": { path: api(file), owner: 200, reader: 200, audited: true },
  "GET /api/v1/files/:id/download": {
    path: (all) => `/api/v1${file(all)}/download`,
    owner: 303,
    reader: 303,
    audited: true,
  },
  "GET /api/v1/files/:id/people": { path: (all) => `/api/v1${file(all)}/people`, owner: 200, audited: true },
  "GET /api/v1/files/:id/links": { path: (all) => `/api/v1${file(all)}/links`, owner: 200, audited: true },
  "GET /api/v1/files/:id/log": { path: (all) => `/api/v1${file(all)}/log`, owner: 200, audited: true },
  "PATCH /api/v1/files/:id": { path: api(file), body: { name: `${mark} 2.txt` }, owner: 200, audited: true },
  "PUT /api/v1/files/:id/people": {
    path: (all) => `/api/v1${file(all)}/people`,
    body: { people: ["reader"] },
    owner: 200,
    audited: true,
  },
  "POST /api/v1/files/:id/people": {
    path: (all) => `/api/v1${file(all)}/people`,
    body: { people: ["reader"] },
    owner: 200,
    audited: true,
  },
  "POST /api/v1/files/:id/links": {
    path: (all) => `/api/v1${file(all)}/links`,
    body: {},
    owner: 201,
    audited: true,
  },
  "DELETE /api/v1/files/:id/people/:person": {
    path: (all) => `/api/v1${file(all)}/people/reader`,
    owner: 200,
    audited: true,
    ends: true,
  },
  "DELETE /api/v1/files/:id": { path: api(file), owner: 204, audited: true, ends: true },
  "GET /files/:id": { path: file, owner: 200, reader: 200, audited: true },
  "GET /files/:id/download": {
    path: (all) => `${file(all)}/download`,
    owner: 303,
    reader: 303,
    audited: true,
  },
  "POST /files/:id/name": {
    path: (all) => `${file(all)}/name`,
    fields: () => ({ name: `${mark} 3.txt`, folder: "" }),
    owner: 303,
    audited: true,
  },
  "POST /files/:id/expiry": {
    path: (all) => `${file(all)}/expiry`,
    fields: () => ({ hours: "2" }),
    owner: 303,
    audited: true,
  },
  "POST /files/:id/people": {
    path: (all) => `${file(all)}/people`,
    fields: () => ({ mode: "add", people: "reader" }),
    owner: 303,
    audited: true,
  },
  "POST /files/:id/links": {
    path: (all) => `${file(all)}/links`,
    fields: () => ({ password: "", maxDownloads: "", hours: "" }),
    owner: 201,
    audited: true,
  },
  "POST /files/:id/links/:link/revoke": {
    path: (all) => `${file(all)}/links/${all.link.id}/revoke`,
    fields: () => ({}),
    owner: 303,
    ends: true,
  },
  "DELETE /api/v1/links/:id": { path: ({ link }) => `/api/v1/links/${link.id}`, owner: 200, ends: true },
  "DELETE /api/v1/requests/:id": {
    path: ({ request }) => `/api/v1/requests/${request.id}`,
    owner: 200,
    ends: true,
  },
  "POST /requests/:id/revoke": {
    path: ({ request }) => `/requests/${request.id}/revoke`,
    fields: () => ({}),
    owner: 303,
    ends: true,
  },
  "GET /api/v1/packs/:id": { path: ({ pack }) => `/api/v1/packs/${pack}`, owner: 200 },
  "GET /api/v1/uploads/:id": { path: api(upload), owner: 200 },
  "POST /api/v1/uploads/:id/parts": {
    path: (all) => `/api/v1${upload(all)}/parts`,
    body: { numbers: [1] },
    owner: 200,
  },
  // The owner gets past the door: the store does not have the part.
  "POST /api/v1/uploads/:id/complete": {
    path: (all) => `/api/v1${upload(all)}/complete`,
    body: { parts: [{ number: 1, etag: "x" }] },
    owner: 409,
  },
  "DELETE /api/v1/uploads/:id": { path: api(upload), owner: 204, ends: true },
  "GET /pictures/:id": { path: ({ picture }) => `/pictures/${picture}`, owner: 200 },
  "GET /pictures/:id/image": { path: ({ picture }) => `/pictures/${picture}/image`, owner: 302 },
  "GET /pictures/albums/:album": { path: ({ album }) => `/pictures/albums/${album}`, owner: 200 },
  "GET /pictures/albums/:album/sheets/:threshold": {
    path: ({ album }) => `/pictures/albums/${album}/sheets/10`,
    owner: 302,
  },
  "DELETE /api/v1/pictures/:id": {
    path: ({ picture }) => `/api/v1/pictures/${picture}`,
    owner: 204,
    ends: true,
  },
  "POST /pictures/:id/delete": {
    path: ({ picture }) => `/pictures/${picture}/delete`,
    fields: () => ({}),
    owner: 303,
    ends: true,
  },
};

const nameOf = ({ method, path }: Pick<Route, "method" | "path">) => `${method} ${path}`;

/** Sends what the route takes, with the session's token. */
function ask(
  browser: TestBrowser,
  name: string,
  of: Owned,
  path = cases[name]?.path(of) ?? "",
): Promise<Response> {
  const [method = ""] = name.split(" ");
  const { body, fields } = cases[name] ?? {};
  if (method === "GET") return browser.get(path);
  return fields === undefined ? browser.send(method, path, body) : browser.post(path, fields(of));
}

async function refusedAccesses(actor: string, fileId: string): Promise<number> {
  const query = new QueryCommand({
    TableName: web.deps.names.tables.audit,
    IndexName: "byFile",
    KeyConditionExpression: "fileId = :file",
    ExpressionAttributeValues: { ":file": fileId },
  });
  const { Items = [] } = await provisioned.db.send(query);
  return Items.filter((row) => row.action === "refused-access" && row.actor === actor).length;
}

test("every route that names one thing of a person is in the table", () => {
  const naming = routes.filter(({ path, access }) => access === "session" && path.includes(":"));
  expect(Object.keys(cases).sort()).toEqual(naming.map(nameOf).sort());
});

describe.each(Object.entries(cases))("%s", (name, { owner, reader = 404, audited, ends }) => {
  test("is for its owner, and for readers where it only reads; to others it is like nothing", async () => {
    const { id } = owned.file;
    for (const [who, status] of Object.entries({ reader, stranger: 404, admin: 404 })) {
      const before = await refusedAccesses(who, id);
      const answer = await ask(people[who as "reader"], name, owned);
      expect([who, answer.status]).toEqual([who, status]);
      if (status === 404) expect(await answer.text()).not.toContain(mark);
      if (audited && status === 404) expect([who, await refusedAccesses(who, id)]).toEqual([who, before + 1]);
    }
    expect((await ask(people.owner, name, owned)).status).toBe(owner);
    if (ends) owned = await seed();
  });

  test("takes no guessed id, no path, and nothing without the session's own token", async () => {
    const path = cases[name]?.path(owned) ?? "";
    const own = path.split("/").filter((part) => part.length >= 22);
    for (const wrong of [
      "A".repeat(22),
      encodeURIComponent("../admin"),
      "%00",
      addressPart("../x"),
      "x".repeat(64),
    ]) {
      const guessed = own.reduce((made, part) => made.replace(part, wrong), path);
      expect([guessed, (await ask(people.owner, name, owned, guessed)).status]).toEqual([guessed, 404]);
    }
    if (name.startsWith("GET")) return;
    const { cookie } = people.owner;
    const replayed = { ...people.stranger.visitor, csrf: people.stranger.visitor.csrf };
    const answer = await web.request(path, {
      method: name.split(" ")[0] ?? "",
      headers: { cookie, "x-csrf-token": replayed.csrf, "content-type": "application/json" },
      body: "{}",
    });
    expect(answer.status).toBe(403);
  });
});

test("lists, logs and the directory's searches show a person's things to nobody else", async () => {
  const lists = ["/files", "/shared", "/requests", "/log", "/pictures", "/pictures/albums"];
  const apis = ["files", "files?view=shared", "uploads", "requests", "log", "pictures"].map(
    (path) => `/api/v1/${path}`,
  );
  for (const path of [...lists, ...apis])
    for (const who of ["stranger", "admin"] as const)
      expect([path, await (await people[who].get(path)).text()]).toEqual([
        path,
        expect.not.stringContaining(mark),
      ]);
  expect(await (await people.reader.get("/shared")).text()).toContain(mark);
  expect(await (await people.reader.get("/files")).text()).not.toContain(mark);
});

test("a list of things that are chosen takes no one else's", async () => {
  const { id } = owned.file;
  for (const action of ["delete", "share", "extend", "zip"]) {
    const fields = { action, file: id, people: "stranger", hours: "2", sure: "yes" };
    const answer = await people.stranger.post("/files/selected", fields);
    expect([action, answer.headers.get("location")]).toEqual([action, "/files"]);
  }
  expect((await people.stranger.send("POST", "/api/v1/packs", { files: [id] })).status).toBe(404);
  const { file: kept } = owned;
  expect(await (await people.owner.get(`/api/v1/files/${id}`)).json()).toMatchObject({
    id: kept.id,
    sharedWith: 1,
  });
});

test("an owner that a sender names, or another key in the form, is worth nothing", async () => {
  const forged = { name: "x.txt", bytes: 5, owner: "owner", ownerName: "Olga", person: "owner" };
  const answer = await people.stranger.send("POST", "/api/v1/uploads", forged);
  const { id, url, fields } = (await answer.json()) as {
    id: string;
    url: string;
    fields: Record<string, string>;
  };
  expect(await readUpload(web.deps, id)).toMatchObject({ owner: "stranger", ownerName: "Stan Stranger" });
  for (const key of [`incoming/${owned.upload}`, "incoming/owner/x.txt", `files/${owned.file.id}`, "../x"]) {
    const form = new FormData();
    for (const [name, value] of Object.entries({ ...fields, key })) form.append(name, value);
    form.append("file", new Blob(["hello"]));
    expect([key, (await fetch(url, { method: "POST", body: form })).status]).toEqual([key, 403]);
  }
});

test("after sign-out neither the cookie nor its token opens anything, not even in a new session", async () => {
  const before = await web.signIn({ id: "leaver" });
  expect((await before.post("/sign-out")).status).toBe(303);
  expect((await before.get("/api/v1/me")).status).toBe(401);
  expect((await before.get("/files")).headers.get("location")).toMatch(/^\/sign-in/);
  const after = await web.signIn({ id: "leaver" });
  const replayed = await web.request("/api/v1/requests", {
    method: "POST",
    headers: {
      cookie: after.cookie,
      "x-csrf-token": before.visitor.csrf,
      "content-type": "application/json",
    },
    body: JSON.stringify({ name: "x" }),
  });
  expect(replayed.status).toBe(403);
});
