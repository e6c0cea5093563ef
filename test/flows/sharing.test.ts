// File sharing as people do it, in a real Chromium against the whole local system: drop, share, link, request, zip, change,
// expire; and what the audit and a person's own log say of it. The tests are one story and run in this order.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ListObjectVersionsCommand } from "@aws-sdk/client-s3";
import { simpleParser } from "mailparser";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { localClients } from "../../scripts/local/cloud/identity.ts";
import { startLocalWeb } from "../../scripts/local/web/start.ts";
import { enqueueDueShards } from "../../triggers/files-due/due-shards.ts";
import { enqueueThrough } from "../../triggers/shared/queues.ts";
import { resourceNames } from "../../worker/fleet/resources.ts";
import { expireFiles } from "../../worker/jobs/files/expire-files/job.ts";
import { readByPython, unzip } from "../support/archives.ts";
import {
  downloadedBy,
  dropOn,
  openChromium,
  openWindow,
  type PersonPage,
  signIn,
} from "../support/browser.ts";
import { type RunningLocal, startLocal } from "../support/local-system.ts";
import { silentLog } from "../support/provisioned.ts";
import { until } from "../support/until.ts";

let local: RunningLocal;
let browser: Browser;
let folder: string;
let web: string;
let ada: PersonPage;
let bjorn: PersonPage;
let grace: PersonPage;
beforeAll(async () => {
  local = await startLocal(["--min-workers", "1"], { FLEET_SHARE_MAILS: "true" });
  browser = await openChromium();
  folder = mkdtempSync(join(tmpdir(), "sharing-"));
  web = local.ready.web;
  ada = await signIn(browser, local.ready, "Ada");
  bjorn = await signIn(browser, local.ready, "Björn");
  grace = await signIn(browser, local.ready, "Grace");
});
afterAll(async () => {
  await browser.close();
  await local.interrupt();
  rmSync(folder, { recursive: true });
});

const written = (name: string, text: string): string => {
  const path = join(folder, name);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, text);
  return path;
};

const done = (page: Page, name: string) =>
  page.locator('[data-list] li[data-state="done"]', { hasText: name }).first().waitFor();
const listed = (page: Page, name: string) => page.locator("#files a.name", { hasText: name }).first();
const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
const notice = (page: Page, text: string) => page.locator(".notice", { hasText: text }).waitFor();

/** Sends files to Ada's list; resolves when they are stored. */
async function upload(page: Page, files: Record<string, string>): Promise<void> {
  await page.goto(`${web}/files`);
  const paths = Object.entries(files).map(([name, text]) => written(name, text));
  await page.locator("[data-files]").setInputFiles(paths);
  for (const name of Object.keys(files)) await listed(page, name).waitFor();
}

/** Opens the page of a file in the list. */
async function openFile(page: Page, name: string): Promise<string> {
  await page.goto(`${web}/files?search=${encodeURIComponent(name)}`);
  await listed(page, name).click();
  await page.locator("#about").waitFor();
  return page.url();
}

/** All of an answer but the date: what someone outside can tell apart. */
async function seen(address: string, form?: Record<string, string>) {
  const answer = await fetch(address, {
    redirect: "manual",
    ...(form && { method: "POST", body: new URLSearchParams(form) }),
  });
  const headers = [...answer.headers].filter(([name]) => name !== "date");
  return { status: answer.status, headers, body: await answer.text() };
}

/** A person's log, all its pages. */
async function wholeLog(page: Page): Promise<string> {
  let log = "";
  for (let path: string | null = "/log"; path !== null; ) {
    await page.goto(web + path);
    log += await page.locator("main tbody").innerText();
    const next = page.locator('a[rel="next"]');
    path = (await next.count()) === 0 ? null : await next.getAttribute("href");
  }
  return log;
}

const unknown = "x".repeat(22);
const unicode = "Größe – 写真.txt";

test("dropped files and a folder are shared with a person, who downloads them under their names; a stranger finds nothing", async () => {
  await bjorn.page.goto(`${web}/shared`);
  await bjorn.page.getByText("Nothing shared with you").waitFor();
  await ada.page.goto(`${web}/files`);
  written("trip/day 1/notes.txt", "notes");
  const three = [written(unicode, "hello"), written("b.txt", "bee"), written("c.txt", "sea")];
  await dropOn(ada.page, "[data-drop]", [...three, join(folder, "trip")]);
  for (const name of [unicode, "b.txt", "c.txt", "notes.txt"]) {
    await done(ada.page, name);
    await listed(ada.page, name).waitFor();
  }
  for (const name of [unicode, "notes.txt"]) await ada.page.getByLabel(`Select ${name}`).check();
  await button(ada.page, "Share").click();

  await ada.page.getByLabel("Björn Sæther").check();
  await button(ada.page, "Share").click();
  await notice(ada.page, "2 files are shared.");

  await listed(bjorn.page, unicode).waitFor();
  const { page } = bjorn;
  const got = await downloadedBy(page, () => page.getByLabel(`Download ${unicode}`).click());
  expect([got.name, got.text]).toEqual([unicode, "hello"]);
  await listed(page, "notes.txt").click();
  const notes = await downloadedBy(page, () => page.getByRole("link", { name: "Download" }).click());
  expect([notes.name, notes.text]).toEqual(["notes.txt", "notes"]);

  const address = page.url();
  for (const path of [address, `${address}/download`])
    expect((await grace.context.request.get(path)).status()).toBe(404);
  expect((await seen(address)).status).toBe(303);
  const mail = await until("the mail to Björn", async () => {
    const { mails } = (await (await fetch(`${local.ready.aws}/_local/mail/sent`)).json()) as {
      mails: { to: string[]; raw: string }[];
    };
    const texts = mails.filter(({ to }) => to.includes("bjorn@example.org")).map(({ raw }) => raw);
    const parsed = await Promise.all(texts.map((raw) => simpleParser(Buffer.from(raw, "base64"))));
    return parsed.find(({ text }) => text?.includes(unicode));
  });
  expect(mail.text).toContain("Ada Okafor");
});

test("a link with a password gives two downloads; after that it looks in everything like one that never was", async () => {
  await openFile(ada.page, unicode);
  await ada.page
    .locator("#links ~ form [name=password], form[action$='/links'] [name=password]")
    .first()
    .fill("open sesame");
  await ada.page.locator("form[action$='/links'] [name=maxDownloads]").fill("2");
  await button(ada.page, "Make a link").click();
  const link = await ada.page.getByLabel("Address").inputValue();
  const outsider = await openWindow(browser);
  const { page } = outsider;
  await page.goto(link);
  expect(await page.locator("main").innerText()).not.toMatch(/Größe|Ada/);
  await page.getByLabel("Password").fill("wrong");
  await button(page, "Download").click();
  await notice(page, "That is not the password of this link.");
  for (const _ of ["first", "second"]) {
    await page.getByLabel("Password").fill("open sesame");
    const got = await downloadedBy(page, () => button(page, "Download").click());
    expect([got.name, got.text]).toEqual([unicode, "hello"]);
  }
  await page.getByLabel("Password").fill("open sesame");
  await button(page, "Download").click();
  await page.getByRole("heading", { name: "Nothing here" }).waitFor();
  const form = { password: "open sesame" };
  expect(await seen(link)).toEqual(await seen(`${web}/l/${unknown}`));
  expect(await seen(link, form)).toEqual(await seen(`${web}/l/${unknown}`, form));
  await outsider.context.close();
});

test("one drop gives a link to send, one key does the same, and the link opens what was sent", async () => {
  const { page } = ada;
  await ada.context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.goto(`${web}/files`);
  await dropOn(page, "[data-drop-link]", [written("dropped.txt", "from a drop")]);
  await page.getByLabel("Link to dropped.txt").waitFor();
  await page.locator("[data-folder]").focus();
  await page.keyboard.press("Tab");
  expect(await page.locator("[data-link-files]:focus").count()).toBe(1);
  const [chooser] = await Promise.all([page.waitForEvent("filechooser"), page.keyboard.press("Space")]);
  await chooser.setFiles(written("chosen.txt", "from a key"));
  await done(page, "chosen.txt");
  await done(page, "dropped.txt");
  await page.getByLabel("Link to chosen.txt").focus();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Copied" }).waitFor();
  const copied = await page.evaluate("navigator.clipboard.readText()");
  expect(copied).toBe(await page.getByLabel("Link to chosen.txt").inputValue());
  await button(page, "Copy all links").click();
  const outsider = await openWindow(browser);
  const texts: string[] = [];
  for (const address of String(await page.evaluate("navigator.clipboard.readText()")).split("\n")) {
    await outsider.page.goto(address);
    const got = await downloadedBy(outsider.page, () => button(outsider.page, "Download").click());
    texts.push(got.text);
  }
  expect(texts.sort()).toEqual(["from a drop", "from a key"]);
  expect(outsider.problems).toEqual([]);
  await outsider.context.close();
});

test("an outsider answers a request: nothing goes without the password, what arrives is marked, and a full one is like none", async () => {
  await ada.page.goto(`${web}/requests`);
  await ada.page.getByLabel("Title").fill("Holiday pictures");
  await ada.page.getByLabel("Files at most").fill("2");
  await ada.page.getByLabel("Password").fill("for family");
  await button(ada.page, "Make the link").click();
  const link = await ada.page.getByLabel("Address").inputValue();
  const { page, context, problems } = await openWindow(browser);
  const announced: string[] = [];
  page.on("request", (request) => {
    if (request.url().endsWith("/uploads")) announced.push(request.postDataJSON().name);
  });
  await page.goto(link);
  await page.getByLabel("Your name").fill("Oma");
  await dropOn(page, "[data-drop]", [written("eins.txt", "one"), written("zwei ☂.txt", "two")]);
  await page.getByText("Needed before anything is sent.").waitFor();
  expect(announced).toEqual([]);
  await page.getByLabel("Password").fill("wrong");
  await page.keyboard.press("Enter");
  await page.getByText("That is not the password. Nothing was sent.").waitFor();
  await page.getByLabel("Password").fill("for family");
  await page.keyboard.press("Enter");
  for (const name of ["eins.txt", "zwei ☂.txt"]) await done(page, name);
  expect(await page.locator("[data-list]").innerText()).toContain("Arrived");
  await ada.page.goto(`${web}/files`);
  for (const name of ["eins.txt", "zwei ☂.txt"]) {
    const row = ada.page.locator("#files tr", { hasText: name });
    expect(await row.innerText()).toContain("from outside: Oma");
  }
  await ada.page.goto(`${web}/requests`);
  expect(await ada.page.locator("#requests tr", { hasText: "Holiday pictures" }).innerText()).toMatch(
    /full\s+2 of 2 files/,
  );
  expect(await seen(link)).toEqual(await seen(`${web}/r/${unknown}`));
  expect(problems.filter((problem) => !problem.includes("403"))).toEqual([]);
  await context.close();
});

test("five files become one zip that appears by itself and that unzip and Python read", async () => {
  const { page } = ada;
  const texts = Object.fromEntries(
    ["ä", "ñ", "写真", "plain", "emoji 🎈"].map((word) => [`box/pack ${word}.txt`, word]),
  );
  for (const [name, text] of Object.entries(texts)) written(name, text);
  await page.goto(`${web}/files`);
  await page.locator("[data-folder]").setInputFiles(join(folder, "box"));
  for (const word of Object.values(texts)) await listed(page, `pack ${word}.txt`).waitFor();
  await page.goto(`${web}/files?search=pack`);
  await button(page, "All or none").click();
  await button(page, "Zip").click();
  await notice(page, "It appears here by itself");
  const archive = page.locator("#files a.name", { hasText: /^files .*\.zip$/ });
  await archive.waitFor();
  const name = await archive.innerText();
  const got = await downloadedBy(page, () => page.getByLabel(`Download ${name}`).click());
  expect(got.name).toBe(name);
  await unzip("-tq", got.path);
  const names = (await unzip("-Z1", got.path)).trim().split("\n");
  expect(names.sort()).toEqual(Object.keys(texts).sort());
  expect(await readByPython(got.path)).toEqual(texts);
});

test("the owner renames a file, changes its expiry, and deletes it only after a question", async () => {
  const { page } = ada;
  await upload(page, { "old name.txt": "text" });
  const address = await openFile(page, "old name.txt");
  await page.getByLabel("Name", { exact: true }).fill("новое имя.txt");
  await button(page, "Rename").click();
  await notice(page, "“новое имя.txt” is its name now.");
  await page.getByLabel("Keep from now for").selectOption("24");
  await button(page, "Set").click();
  await notice(page, "The file has a new expiry.");
  expect(await page.locator("#about").innerText()).toMatch(/Time left: (1 day|23 hours 59 minutes)/);
  await button(page, "Delete…").click();
  await page.getByRole("link", { name: "Keep" }).click();
  await page.goto(address);
  await button(page, "Delete…").click();
  await button(page, "Delete").click();
  await notice(page, "1 file is deleted.");
  expect((await page.goto(address))?.status()).toBe(404);
});

test("boxes stay ticked on the files they were ticked on while new files come in", async () => {
  const { page } = ada;
  await upload(page, { "first.txt": "1" });
  await page.getByLabel("Select first.txt").check();
  await page.locator("[data-files]").setInputFiles(written("newer.txt", "2"));
  await listed(page, "newer.txt").waitFor();
  expect(await page.getByLabel("Select first.txt").isChecked()).toBe(true);
  expect(await page.getByLabel("Select newer.txt").isChecked()).toBe(false);
  await button(page, "Delete").click();
  expect(await page.locator("main ul").innerText()).toBe("first.txt");
});

test("when its hour is over a file is gone for everybody, and the sweep removes its bytes", async () => {
  await upload(ada.page, { "short-lived.txt": "soon gone" });
  const path = new URL(await openFile(ada.page, "short-lived.txt")).pathname;
  await button(ada.page, "Make a link").click();
  const link = new URL(await ada.page.getByLabel("Address").inputValue()).pathname;
  const clients = localClients(local.ready.aws);
  const names = resourceNames(local.ready.fleet);
  const now = () => Date.now() + 61 * 60_000;
  const later = await startLocalWeb({
    clients,
    names,
    awsUrl: local.ready.aws,
    port: 0,
    dataDir: undefined,
    log: silentLog,
    now,
  });
  const people = later.people.map((person) => ({ ...person, admin: false }));
  const future = await signIn(browser, { ...local.ready, web: later.url, people }, "Ada");
  expect((await future.page.goto(later.url + path))?.status()).toBe(404);
  expect((await future.page.goto(`${later.url}${path}/download`))?.status()).toBe(404);
  await future.page.goto(`${later.url}/files?search=short-lived`);
  await future.page.getByText("Nothing found").waitFor();
  expect(await seen(later.url + link)).toEqual(await seen(`${later.url}/l/${unknown}`));
  expect((await seen(web + link)).status).toBe(200);

  const id = path.split("/").at(-1) ?? "";
  const objects = async () => {
    const list = new ListObjectVersionsCommand({ Bucket: names.buckets.secure });
    const { Versions = [] } = await clients.s3.send(list);
    return Versions.filter(({ Key = "" }) => Key.includes(id)).length;
  };
  expect(await objects()).toBe(1);
  const enqueue = enqueueThrough(clients.sqs, names.fleet);
  const at = new Date(now()).toISOString();
  await enqueueDueShards({
    ...{ db: clients.db, table: names.tables.files, at },
    enqueueShard: (shard) => enqueue(expireFiles, shard),
  });
  await until("the sweep", async () => (await objects()) === 0);
  expect((await ada.page.goto(web + path))?.status()).toBe(404);
  await future.context.close();
  await later.close();
  clients.destroy();
});

test("admins read all of it in the audit, nobody else does, and a person's log has what concerns their files", async () => {
  const expected: Record<string, string> = {
    upload: "Ada Okafor",
    share: "Ada Okafor",
    download: "Björn Sæther",
    "refused-access": "Grace Lindqvist",
    "make-link": "Ada Okafor",
    "refused-link": "link:",
    "make-request": "Ada Okafor",
    rename: "Ada Okafor",
    "change-expiry": "Ada Okafor",
    delete: "Ada Okafor",
    pack: "Ada Okafor",
    expiry: "system",
    "sign-in": "Grace Lindqvist",
  };
  const csv = await (await grace.context.request.get(`${web}/admin/audit.csv`)).text();
  const lines = csv.split("\r\n");
  for (const [action, who] of Object.entries(expected))
    expect([
      action,
      lines.filter((line) => line.includes(`,${action},`) && line.includes(who)).length,
    ]).not.toEqual([action, 0]);
  await grace.page.goto(`${web}/admin/audit?text=${encodeURIComponent(unicode)}&sort=person`);
  const table = await grace.page.locator("main tbody").innerText();
  for (const part of ["Björn Sæther", "Downloaded", "Link refused", "Expired"]) expect(table).toContain(part);
  for (const path of ["/admin/audit", "/admin/audit.csv", "/api/v1/admin/audit"])
    expect((await ada.context.request.get(web + path)).status()).toBe(403);
  const log = await wholeLog(ada.page);
  for (const part of ["Björn Sæther", "someone with a link", "Oma (outside)", "Downloaded", "Expired"])
    expect(log).toContain(part);
  await bjorn.page.goto(`${web}/log`);
  await bjorn.page.getByText("Nothing yet").waitFor();
});

test("none of these pages reported an error or a refused resource", () => {
  const expected = /status of 40[34]/;
  for (const { problems } of [ada, bjorn, grace])
    expect(problems.filter((problem) => !expected.test(problem))).toEqual([]);
});
