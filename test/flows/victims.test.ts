// Files, names and texts that attack whoever looks at them, in a real Chromium against the whole local system. Nothing of
// them may run: no dialog, no error, nothing that the policy had to refuse, and no request to the attacker's server.
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { simpleParser } from "mailparser";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { downloadedBy, openChromium, openWindow, type PersonPage, signIn } from "../support/browser.ts";
import { type RunningLocal, startLocal } from "../support/local-system.ts";
import { cornersPicture } from "../support/pictures/pictures.ts";
import { until } from "../support/until.ts";

const execute = promisify(execFile);

let local: RunningLocal;
let browser: Browser;
let folder: string;
let canary: Server;
let web: string;
let attacker: PersonPage;
let victim: PersonPage;
let admin: PersonPage;
const called: string[] = [];
const dialogs: string[] = [];

beforeAll(async () => {
  canary = createServer((request, response) => {
    called.push(request.url ?? "");
    response.writeHead(200, { "access-control-allow-origin": "*" }).end();
  });
  await new Promise<void>((resolve) => canary.listen(0, "127.0.0.1", resolve));
  local = await startLocal(["--min-workers", "1"], { FLEET_SHARE_MAILS: "true" });
  browser = await openChromium();
  folder = mkdtempSync(join(tmpdir(), "victims-"));
  web = local.ready.web;
  attacker = await signIn(browser, local.ready, "Ada");
  victim = await signIn(browser, local.ready, "Björn");
  admin = await signIn(browser, local.ready, "Grace");
  for (const { page } of [attacker, victim, admin]) watch(page);
});
afterAll(async () => {
  await browser.close();
  await local.interrupt();
  canary.close();
  rmSync(folder, { recursive: true });
});

function watch(page: Page): void {
  page.on("dialog", (dialog) => {
    dialogs.push(dialog.message());
    void dialog.dismiss();
  });
}

/** Marks the page it runs on. */
const strike = "document.title='hit';alert(1)";
/** Names hold no slash, so the attack must do without an address. */
const evilName = `"><img src=x onerror=${strike}>.html`;
const formula = `=HYPERLINK("x";"y")|cmd.csv`;

function attacks(): Record<string, Buffer> {
  const { port } = canary.address() as AddressInfo;
  const call = `fetch("http://127.0.0.1:${port}/ran");${strike}`;
  const markup = `<html><body onload='${call}'><script>${call}</script><img src="http://127.0.0.1:${port}/image"></body></html>`;
  const png = Buffer.from("\x89PNG\r\n\x1a\n", "latin1");
  return {
    [evilName]: Buffer.from(markup),
    "drawing.svg": Buffer.from(
      `<svg xmlns="http://www.w3.org/2000/svg" onload='${call}'><script>${call}</script><image href="http://127.0.0.1:${port}/image"/></svg>`,
    ),
    "script.gif": Buffer.from(`GIF89a/*\x01\x00\x01\x00*/=1;${call}`, "latin1"),
    "page.png": Buffer.concat([png, Buffer.from(markup)]),
    "page.pdf": Buffer.from(`%PDF-1.7\n${markup}`),
    [formula]: Buffer.from("a,b"),
  };
}

const written = (name: string, body: Buffer): string => {
  const path = join(folder, name);
  writeFileSync(path, body);
  return path;
};

/** Nothing has run on a page, and nothing of the attack has become part of it. */
async function unharmed(page: Page): Promise<void> {
  expect(await page.title()).not.toBe("hit");
  expect(await page.locator("img[src='x'], [onerror], [onload], main script").count()).toBe(0);
}

async function visit(page: Page, path: string, shows: string): Promise<void> {
  await page.goto(web + path);
  expect(await page.locator("main").innerText()).toContain(shows);
  await unharmed(page);
}

/** The cells of a table as a spreadsheet reads them. */
const cellsOf = (csv: string): string[] =>
  [...csv.replace(/^\ufeff/, "").matchAll(/"((?:[^"]|"")*)"|[^,"\r\n]+/g)].map(([cell, quoted]) =>
    quoted === undefined ? cell : quoted.replaceAll('""', '"'),
  );

const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });

test("what is uploaded runs neither for its owner nor for whoever it is shared with: it is only ever saved", async () => {
  const { page } = attacker;
  await page.goto(`${web}/files`);
  const files = attacks();
  await page
    .locator("[data-files]")
    .setInputFiles(Object.entries(files).map(([name, body]) => written(name, body)));
  for (const name of Object.keys(files)) await page.getByLabel(`Select ${name}`).waitFor();
  await unharmed(page);
  await button(page, "All or none").click();
  await button(page, "Share").click();
  await unharmed(page);
  await page.getByLabel("Björn Sæther").check();
  await button(page, "Share").click();
  await page.locator(".notice", { hasText: "6 files are shared." }).waitFor();

  await visit(victim.page, "/shared", evilName);
  for (const [name, body] of Object.entries(files)) {
    const got = await downloadedBy(victim.page, () => victim.page.getByLabel(`Download ${name}`).click());
    expect([name, got.text]).toEqual([name, body.toString("utf8")]);
    expect(victim.page.url()).toBe(`${web}/shared`);
  }
  const path = await victim.page.getByLabel("Download drawing.svg").getAttribute("href");
  const answer = await victim.context.request.get(web + path);
  expect(answer.headers()).toMatchObject({
    "content-type": "application/octet-stream",
    "content-disposition": expect.stringMatching(/^attachment;/),
  });
  await victim.page.locator("a.name", { hasText: evilName }).click();
  await victim.page.locator("h1", { hasText: evilName }).waitFor();
  await unharmed(victim.page);
});

test("a hostile name is text on every page, in the mail, in the archive and in the table for a spreadsheet", async () => {
  const { page } = attacker;
  await visit(page, `/files?search=${encodeURIComponent(evilName)}`, evilName);
  await page.locator("a.name", { hasText: evilName }).click();
  await button(page, "Make a link").click();
  await page.getByText("The link is made").waitFor();
  await unharmed(page);
  const link = await page.getByLabel("Address").inputValue();
  const outsider = await openWindow(browser);
  watch(outsider.page);
  await outsider.page.goto(link);
  await outsider.page.getByText(evilName).waitFor();
  await unharmed(outsider.page);
  await page.goto(`${web}/files?search=${encodeURIComponent(evilName)}`);
  await page.getByLabel(`Select ${evilName}`).check();
  await button(page, "Delete").click();
  await page.getByText(evilName).waitFor();
  await unharmed(page);
  await visit(page, "/log", evilName);
  await visit(page, `/files?search=${encodeURIComponent(`${evilName} <b>`)}`, "<b>");
  await visit(admin.page, "/admin/audit?action=upload", evilName);

  const csv = await (await admin.context.request.get(`${web}/admin/audit.csv`)).text();
  const cells = cellsOf(csv);
  expect(cells).toContain(evilName);
  expect(cells.filter((cell) => cell.includes(formula))).not.toEqual([]);
  expect(cells.filter((cell) => /^[=+\-@\t\r]/.test(cell))).toEqual([]);

  await page.goto(`${web}/files`);
  await button(page, "All or none").click();
  await button(page, "Zip").click();
  const archive = page.locator("#files a.name", { hasText: /^files .*\.zip$/ });
  await archive.waitFor();
  const zip = await downloadedBy(page, async () =>
    page.getByLabel(`Download ${await archive.innerText()}`).click(),
  );
  const list = "import json,sys,zipfile; print(json.dumps(zipfile.ZipFile(sys.argv[1]).namelist()))";
  expect(JSON.parse((await execute("python3", ["-c", list, zip.path])).stdout)).toContain(evilName);

  const mail = await until("the mail about the hostile file", async () => {
    const answer = await fetch(`${local.ready.aws}/_local/mail/sent`);
    const { mails } = (await answer.json()) as { mails: { raw: string }[] };
    const parsed = await Promise.all(mails.map(({ raw }) => simpleParser(Buffer.from(raw, "base64"))));
    return parsed.find(({ text }) => text?.includes("onerror"));
  });
  expect([mail.html, mail.attachments]).toEqual([false, []]);
  await outsider.context.close();
  expect(outsider.problems).toEqual([]);
});

test("a hostile request, sender, picture and album are text for whoever meets them", async () => {
  const { page } = attacker;
  const evil = `<img src=x onerror=${strike}>`;
  const { port } = canary.address() as AddressInfo;
  const note = `<script src="http://127.0.0.1:${port}/note"></script>`;
  await page.goto(`${web}/requests`);
  await page.getByLabel("Title").fill(evil);
  await page.getByLabel("Note").fill(note);
  await button(page, "Make the link").click();
  await unharmed(page);
  const link = await page.getByLabel("Address").inputValue();
  const outsider = await openWindow(browser);
  watch(outsider.page);
  await outsider.page.goto(link);
  for (const text of [evil, note]) await outsider.page.getByText(text).first().waitFor();
  await unharmed(outsider.page);
  await outsider.page.getByLabel("Your name").fill(evil);
  await outsider.page.locator("[data-files]").setInputFiles(written(`${evil}.txt`, Buffer.from("x")));
  await outsider.page.locator('[data-list] li[data-state="done"]').waitFor();
  await unharmed(outsider.page);
  expect(outsider.problems).toEqual([]);
  await outsider.context.close();
  await visit(page, "/files", `from outside: ${evil}`);
  await visit(page, "/requests", evil);
  await visit(page, "/log", `${evil} (outside)`);
  await visit(admin.page, "/admin/audit?action=upload", evil);

  await page.goto(`${web}/pictures`);
  await page.getByLabel(/^Album/).fill(evil);
  const picture = await cornersPicture(60, 40).png().toBuffer();
  await page.locator("[data-files]").setInputFiles(written(`${evil}.png`, picture));
  await page.locator('[data-list] li[data-state="done"]').waitFor();
  await page.locator(".grid img").first().waitFor();
  await unharmed(page);
  await page.locator(".grid a").first().click();
  await page.locator("h1", { hasText: evil }).waitFor();
  await unharmed(page);
  await visit(page, "/pictures/albums", evil);
  await page.locator(".albums a").click();
  await page.locator("h1", { hasText: evil }).waitFor();
  await unharmed(page);
});

test("nothing has called the attacker's server, asked a person anything or been refused by the policy", () => {
  expect(called).toEqual([]);
  expect(dialogs).toEqual([]);
  for (const { problems } of [attacker, victim, admin]) expect(problems).toEqual([]);
});
