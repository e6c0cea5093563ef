// What the console masks: an address and a name are planted wherever a person's data can be, and no answer of any route has them
// unless it is asked to reveal them. The routes are read off the app, so a new one fails here until it is in the table.
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createFailedRecordsQueue } from "../../../scripts/provision/queues.ts";
import { pauseJobs } from "../../../scripts/queues/pause/change-pauses.ts";
import { triggersWithFailures } from "../../../triggers/catalog/event-sources.ts";
import { attentionOf } from "../../../worker/engine/ledger/job-row.ts";
import { readPauses } from "../../../worker/engine/pause/pauses.ts";
import { ordinalText } from "../../../worker/jobs/pictures/albums/album-entry.ts";
import { topShard } from "../../../worker/jobs/words/word-row.ts";
import { putJob, startConsole, type TestConsole } from "../../support/console.ts";
import { type Provisioned, startProvisioned } from "../../support/provisioned.ts";

const address = "ann.secret@example.org";
const name = "Annabella Secretwriter";
/** The address in every spelling of a page, and the name. */
const leak = /ann\.secret|example\.org|secretwriter/i;

const kind = "resize-image";
const [mail, submission] = ["a".repeat(32), "b".repeat(32)];
const at = "2026-01-01T12:00:00.000Z";

let provisioned: Provisioned;
let console_: TestConsole;
beforeAll(async () => {
  provisioned = await startProvisioned();
  console_ = await startConsole(provisioned, "masking");
  for (const trigger of triggersWithFailures)
    await createFailedRecordsQueue(provisioned.sqs, console_.names.fleet, trigger);
  await Promise.all([
    plantJobs(),
    plantAlbum(),
    plantPerson(),
    plantRunning(),
    plantMails(),
    plantSubmission(),
  ]);
  await pauseJobs({ db: provisioned.db, names: console_.names }, { kind, group: address }, acting);
});
afterAll(async () => {
  await console_.close();
  await provisioned.close();
});

const acting = { by: address, now: Date.now };
const put = (TableName: string, Item: Record<string, unknown>) =>
  provisioned.db.send(new PutCommand({ TableName, Item }));

async function plantJobs(): Promise<void> {
  const told = `mail to <${address}> failed`;
  const payload = JSON.stringify({ recipient: name, note: told, owner: name });
  const result = { subject: name, author: name, note: told, to: [address] };
  const job = (id: string, more: Record<string, unknown>) =>
    putJob(provisioned, console_.names, `${kind}/${id}`, { group: address, traceId: address, ...more });
  const wanting = (state: "waiting" | "rejected") => ({
    attention: attentionOf(kind, state),
    attentionAt: at,
  });
  await job("done", { status: "completed", result });
  const picture = { bucket: "b", key: pictureKey, width: 4, height: 3, contentType: "image/jpeg" };
  await job("picture", { status: "completed", result: picture });
  await job("dead", {
    status: "dead-lettered",
    cause: told,
    payload,
    deadKind: kind,
    deadAt: new Date().toISOString(),
  });
  await job("rejected", { status: "rejected", reason: told, code: "no", payload, ...wanting("rejected") });
  await job("waiting", { status: "waiting", lastError: told, payload, ...wanting("waiting") });
}

/** A worker that runs a job of the group. */
async function plantRunning(): Promise<void> {
  const running = [{ jobId: `${kind}/done`, kind, group: address, since: at, slots: 1, leaseSeconds: 42 }];
  const { names } = console_;
  await put(names.tables.workers, {
    ...{ workerId: "w-1", state: "ready", busySlots: 1, idleSlots: 1, held: 1, kinds: [kind], running },
    ...{ fleet: names.fleet, instance: "i-0abc", everySeconds: 3600, updatedAt: new Date().toISOString() },
  });
}

const pictureKey = `${address}/${address}.jpg`;

/** An album that is called by the address, with one picture, and a contact sheet. */
async function plantAlbum(): Promise<void> {
  const { tables, buckets } = console_.names;
  const [album, id] = [address, `${buckets.uploads}/${pictureKey}`];
  const object = { contentType: "image/jpeg", width: 4, height: 3 };
  await put(tables.albums, { album, owner: name, pictures: 1, peak: 10, revision: 1 });
  await put(tables.images, {
    ...{ id, key: pictureKey, state: "ready", album, ordinal: 1, writtenBy: `${kind}/picture`, owner: name },
    ...{ ...object, resultBucket: "b", resultKey: pictureKey, resultVersionId: "v" },
  });
  await put(tables.albumPictures, { album, ordinal: ordinalText(1), imageId: id, name: address });
  await put(tables.sheets, {
    ...{ album, threshold: ordinalText(10), revision: 1, shown: 1, missing: 0, jobId: "contact-sheet/s" },
    ...{ ...object, bucket: "b", key: pictureKey, versionId: "v" },
  });
}

/** A person who has that name and address, whose id is the address, with a file that is called so; and both as words. */
async function plantPerson(): Promise<void> {
  const { tables } = console_.names;
  const person = { id: address, address, name, initials: "A", admin: false, signedInAt: at, fleet: "fleet" };
  await put(tables.people, person);
  const object = { bucket: "b", key: "k", versionId: "v", checksum: { algorithm: "SHA256", value: "x" } };
  await put(tables.files, {
    ...{
      id: "A".repeat(22),
      owner: address,
      listedFor: address,
      name: `${name} ${address}.pdf`,
      bytes: 1,
      ...object,
    },
    ...{
      contentType: "application/pdf",
      origin: "upload",
      createdAt: at,
      expiresAt: at,
      state: "ready",
      version: 1,
    },
  });
  await put(tables.words, { word: address, count: 3, shard: topShard(address) });
}

async function plantMails(): Promise<void> {
  await put(console_.names.tables.outgoingMails, {
    ...{ id: mail, purpose: "confirmation", submissionId: submission, reference: "AAAA-0001", to: address },
    ...{ state: "ambiguous", reason: `no answer for ${address}`, round: 1, createdAt: at, updatedAt: at },
  });
}

async function plantSubmission(): Promise<void> {
  const part = { n: 1, key: `submissions/${submission}/1`, role: "text", contentType: "text/plain" };
  await put(console_.names.tables.submissions, {
    ...{ id: submission, reference: "AAAA-0001", state: "unread", receivedAt: at },
    ...{ author: address, authorName: name, subject: name, reason: `withheld, please look: ${address}` },
    ...{ writtenBy: `${kind}/done`, bucket: "parts", parts: [{ ...part, bytes: 7, sha256: "0", name }] },
  });
}

const inGroup = `kind=${kind}&group=${encodeURIComponent(address)}`;

const ofAlbum = (page: string, more = "") => `/results/${page}?name=${encodeURIComponent(address)}${more}`;

/** Addresses of every route. `plain`: nothing planted can be on it, so it cannot reveal anything either. */
const visits: Readonly<Record<string, { at: readonly string[]; plain?: string }>> = {
  "/": { at: ["/"], plain: "reveals nothing: Actions and Jobs do" },
  "/live": { at: ["/live"], plain: "as /" },
  "/api/status": { at: ["/api/status"], plain: "has no group" },
  "/api/charts": { at: ["/api/charts"], plain: "figures" },
  "/api/outcomes": { at: [`/api/outcomes?kind=${kind}`] },
  "/jobs": {
    at: ["running", "waiting", "rejected", "dead", `ended&kind=${kind}`].map(
      (state) => `/jobs?state=${state}`,
    ),
  },
  "/api/jobs": {
    at: ["running", "waiting", "rejected", "dead", `ended&kind=${kind}`].map(
      (state) => `/api/jobs?state=${state}`,
    ),
  },
  "/api/jobs/ids": { at: [`/api/jobs/ids?state=ended&kind=${kind}`], plain: "ids" },
  "/jobs/:kind/:digest": { at: ["done", "dead", "rejected", "waiting"].map((id) => `/jobs/${kind}/${id}`) },
  "/api/jobs/:kind/:digest": {
    at: ["done", "dead", "rejected", "waiting"].map((id) => `/api/jobs/${kind}/${id}`),
  },
  "/search": { at: [`/search?q=${address}`, `/search?q=none.${address}`], plain: "leads to a group's page" },
  "/api/search": { at: [`/api/search?q=${address}`], plain: "leads to a group's page" },
  "/groups": { at: [`/groups?${inGroup}`, `/groups?kind=${kind}&job=${kind}/done`] },
  "/api/groups": { at: [`/api/groups?${inGroup}`, `/api/groups?kind=${kind}&job=${kind}/done`] },
  "/actions": { at: ["/actions"] },
  "/api/actions": { at: ["/api/actions"] },
  "/actions/redrive": { at: [`/actions/redrive?kind=${kind}`, `/actions/redrive?${inGroup}`] },
  "/actions/discard": { at: [`/actions/discard?kind=${kind}`, `/actions/discard?${inGroup}`] },
  "/actions/purge": { at: [`/actions/purge?kind=${kind}`], plain: "counts" },
  "/actions/mails": { at: ["/actions/mails"], plain: "a command lists addresses" },
  "/actions/events": { at: ["/actions/events"], plain: "counts" },
  "/actions/interrupt": { at: ["/actions/interrupt?instance=i-0abc"], plain: "a worker" },
  "/help": { at: ["/help"], plain: "our own words" },
  "/help/:page": { at: ["/help/console"], plain: "our own words" },
  "/help/runbooks/:page": { at: ["/help/runbooks/no-capacity"], plain: "our own words" },
  "/results": { at: [`/results?kind=${kind}`] },
  "/results/live": { at: [`/results/live?kind=${kind}`] },
  "/results/albums": { at: ["/results/albums"] },
  "/api/albums": { at: ["/api/albums"] },
  "/results/album": { at: [ofAlbum("album")] },
  "/api/album": { at: [ofAlbum("album").replace("results", "api")] },
  "/results/album/picture": { at: [ofAlbum("album/picture", "&ordinal=1")], plain: "leads to the object" },
  "/results/album/sheet": { at: [ofAlbum("album/sheet", "&threshold=10")], plain: "leads to the object" },
  "/results/words": { at: ["/results/words", `/results/words?word=${address}`] },
  "/results/words/live": { at: ["/results/words/live"] },
  "/results/files": { at: ["/results/files", `/results/files?person=${address}`] },
  "/results/:kind/:digest": { at: [`/results/${kind}/picture`], plain: "leads to the object" },
  "/submissions": { at: ["/submissions"] },
  "/submissions/decline": { at: [`/submissions/decline?id=${submission}`], plain: "references" },
  "/submissions/:id": { at: [`/submissions/${submission}`] },
  "/submissions/:id/parts/:n": { at: [`/submissions/${submission}/parts/1`], plain: "saves a part" },
};

/** Routes of the laptop's mailbox: mails of tests, which never left this machine and are there to be read. */
const isMailbox = (path: string) => path === "/mail" || path.startsWith("/mail/");

const routesOf = (method: string) =>
  [...new Set(console_.routes.filter((route) => route.method === method).map(({ path }) => path))].filter(
    (path) => !path.startsWith("/assets/") && !isMailbox(path),
  );

const get = (path: string) => fetch(console_.url + path, { redirect: "manual" });
const revealing = (path: string) => `${path}${path.includes("?") ? "&" : "?"}reveal=1`;

/** A body, and where a redirect leads within the console. */
async function told(answer: Response): Promise<string> {
  const to = answer.headers.get("location") ?? "";
  return `${to.startsWith("/") ? to : ""}\n${await answer.text()}`;
}

test("the table has every route that is read", () => {
  expect(routesOf("GET").toSorted()).toEqual(Object.keys(visits).toSorted());
});

describe.each(Object.entries(visits))("%s", (_, { at: paths, plain }) => {
  test.each(paths)("%s masks the address and the name, and shows them when asked to", async (path) => {
    const answer = await get(path);
    expect(answer.status).toBeLessThan(400);
    expect(await told(answer)).not.toMatch(leak);
    if (plain === undefined) expect(await told(await get(revealing(path)))).toMatch(leak);
  });
});

const forms = { "content-type": "application/x-www-form-urlencoded" };
const post = (path: string, fields: Record<string, string>, headers: Record<string, string> = forms) =>
  fetch(console_.url + path, {
    ...{ method: "POST", headers: { ...headers, origin: console_.url }, redirect: "manual" },
    body: headers === forms ? new URLSearchParams(fields).toString() : JSON.stringify(fields),
  });

const fields = {
  ...{ kind, group: address, confirm: kind, looked: "yes", mail: "f".repeat(32), instance: "i-0abc" },
  ...{ instances: "1", minutes: "5", reason: "nothing has this reason", id: submission, to: "accepted" },
};

test("no action's answer, and nothing on the page that it leads to, has them", async () => {
  for (const path of routesOf("POST")) {
    const headers = path.startsWith("/api/") ? { "content-type": "application/json" } : forms;
    const answer = await post(path, fields, headers);
    const to = answer.headers.get("location");
    expect([path, await told(answer)]).toEqual([path, expect.not.stringMatching(leak)]);
    if (to !== null) expect([to, await told(await get(to))]).toEqual([to, expect.not.stringMatching(leak)]);
  }
});

test("a masked page can act on the group all the same: its forms name it by a seal", async () => {
  const pauses = () => readPauses(provisioned.db, { table: console_.names.tables.pauses, fleet: "masking" });
  const sealOn = async (path: string) => /sealed\.[\w-]+/.exec(await (await get(path)).text())?.[0] ?? "";
  await pauseJobs({ db: provisioned.db, names: console_.names }, { kind, group: address }, acting);
  const seal = await sealOn("/actions");
  await post("/actions/resume", { kind, group: seal });
  expect(await pauses()).toEqual([]);
  for (const path of [`/groups?kind=${kind}&job=${kind}/done`, `/jobs/${kind}/dead`])
    expect([path, await sealOn(path)]).toEqual([path, seal]);
  expect(await (await get(`/groups?kind=${kind}&group=${seal}`)).text()).toContain("Group ••• of");
  expect(await (await get(`/actions/redrive?kind=${kind}&group=${seal}`)).text()).toContain(
    "1 dead letter in",
  );
  await post("/actions/pause", { kind, group: seal });
  expect(await pauses()).toMatchObject([{ group: address }]);
});

test("a seal that another console made is refused with what to do, and does nothing", async () => {
  const other = await startConsole(provisioned, "masking-other");
  const seal = /sealed\.[\w-]+/.exec(await (await get("/actions")).text())?.[0] ?? "";
  const answer = await fetch(`${other.url}/api/actions/pause`, {
    ...{ method: "POST", headers: { "content-type": "application/json" } },
    body: JSON.stringify({ kind, group: seal }),
  });
  expect([answer.status, await answer.json()]).toEqual([
    400,
    { error: expect.stringContaining("open the page anew from a list") },
  ]);
  const page = await fetch(`${other.url}/groups?kind=${kind}&group=${seal}`);
  expect([page.status, await page.text()]).toEqual([400, expect.stringContaining("open the page anew")]);
  await other.close();
});
