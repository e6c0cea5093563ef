// The uploader in a real Chromium, against the API and the local S3: folders, junk, large files in parts, lost lines, pause,
// reload. The job that stores files is not running here: an upload has arrived when its object has.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GetObjectCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Route, route } from "../../../../triggers/web/route.ts";
import { routes } from "../../../../triggers/web/routes.ts";
import { pageResponse } from "../../../../triggers/web/ui/page.ts";
import { uploadArea } from "../../../../triggers/web/ui/upload-area.ts";
import type { ResourceNames } from "../../../../worker/fleet/resources.ts";
import { incomingKey } from "../../../../worker/jobs/files/rows/ids.ts";
import { dropOn, openChromium, openWindow, seriousFindings } from "../../../support/browser.ts";
import { type Provisioned, startProvisioned } from "../../../support/provisioned.ts";
import { type ServedWeb, serveWeb } from "../../../support/served-web.ts";
import { until } from "../../../support/until.ts";

const mebibyte = 1024 ** 2;

/** A page with nothing but the area. */
const dropPage: Route = route({
  method: "GET",
  path: "/drop",
  access: "session",
  summary: "A page with an upload area",
  handle: (visit) =>
    pageResponse(visit, {
      title: "Drop",
      styles: ["uploads.css"],
      scripts: ["files.js"],
      main: uploadArea({
        purpose: "files",
        title: "Drop files here",
        hint: "Any file.",
        folders: true,
        maxBytes: 100 * mebibyte,
      }),
    }),
});

let provisioned: Provisioned;
let names: ResourceNames;
let served: ServedWeb;
let browser: Browser;
let folder: string;
beforeAll(async () => {
  provisioned = await startProvisioned();
  names = await provisioned.provision("uploader");
  served = await serveWeb(provisioned, names, { routes: [dropPage, ...routes] });
  browser = await openChromium();
  folder = mkdtempSync(join(tmpdir(), "uploader-"));
});
afterAll(async () => {
  await browser.close();
  await served.close();
  await provisioned.close();
  rmSync(folder, { recursive: true });
});

let people = 0;
async function opened() {
  people += 1;
  const person = `person-${people}`;
  const { context, page, problems } = await openWindow(browser);
  await served.signIn(context, person);
  await page.goto(`${served.origin}/drop`);
  return { person, context, page, problems };
}

const drop = (page: Page, paths: readonly string[]) => dropOn(page, "[data-drop]", paths);

const rowOf = (page: Page, name: string) => page.locator("[data-list] li", { hasText: name });
const inState = (page: Page, name: string, state: string) =>
  page.locator(`[data-list] li[data-state="${state}"]`, { hasText: name }).waitFor();

type Row = { name: string; folder: string; fileId: string; bytes: number };

async function uploadsOf(person: string): Promise<Row[]> {
  const { Items = [] } = await provisioned.db.send(
    new QueryCommand({
      TableName: names.tables.uploads,
      IndexName: "listed",
      KeyConditionExpression: "listedFor = :owner",
      ExpressionAttributeValues: { ":owner": person },
    }),
  );
  return Items as Row[];
}

async function arrived({ fileId }: Row): Promise<Buffer> {
  const get = new GetObjectCommand({ Bucket: names.buckets.incoming, Key: incomingKey(fileId) });
  return Buffer.from((await (await provisioned.s3.send(get)).Body?.transformToByteArray()) ?? []);
}

const written = (path: string, body: string | Buffer): string => {
  const full = join(folder, path);
  mkdirSync(join(full, ".."), { recursive: true });
  writeFileSync(full, body);
  return full;
};

/** Bytes without a pattern that a wrong order of parts would keep. */
const patterned = (bytes: number) => {
  const body = Buffer.alloc(bytes);
  for (let at = 0; at + 4 <= bytes; at += 4096) body.writeUInt32BE(at, at);
  return body;
};

test("three files and a folder arrive with names and folders, junk is left out with its number told", async () => {
  const { person, page, problems } = await opened();
  written("trip/Größe – 写真.txt", "unicode");
  written("trip/day 1/notes.txt", "notes");
  written("trip/.DS_Store", "junk");
  written("trip/day 1/Thumbs.db", "junk");
  const files = [
    written("a.txt", "first"),
    written("b.bin", Buffer.alloc(0)),
    written("c.html", "<script>1</script>"),
  ];
  await drop(page, [...files, join(folder, "trip")]);
  for (const name of ["a.txt", "b.bin", "c.html", "trip/Größe – 写真.txt", "trip/day 1/notes.txt"])
    await inState(page, name, "processing");
  expect(await page.locator("[data-junk]").innerText()).toMatch(/^2 files .* left out/);
  const rows = await uploadsOf(person);
  expect(rows.map((row) => [row.folder, row.name, row.bytes]).sort()).toEqual(
    [
      ["", "a.txt", 5],
      ["", "b.bin", 0],
      ["", "c.html", 18],
      ["trip", "Größe – 写真.txt", 7],
      ["trip/day 1", "notes.txt", 5],
    ].sort(),
  );
  for (const row of rows) expect((await arrived(row)).length).toBe(row.bytes);
  expect(await seriousFindings(page)).toEqual([]);
  expect(problems).toEqual([]);
});

test("a large file goes in parts over a broken line and arrives whole", async () => {
  const { person, page } = await opened();
  const body = patterned(40 * mebibyte + 12_345);
  let refused = 0;
  await page.route(/partNumber=2\b/, (request) => {
    refused += 1;
    return refused <= 2 ? request.abort("connectionreset") : request.continue();
  });
  await drop(page, [written("large.bin", body)]);
  await inState(page, "large.bin", "processing");
  expect(refused).toBe(3);
  const [row] = await uploadsOf(person);
  expect(row && (await arrived(row)).equals(body)).toBe(true);
});

test("after a reload an unfinished file is listed, and choosing it again sends only what is missing", async () => {
  const { person, page } = await opened();
  const body = patterned(64 * mebibyte);
  const path = written("resumed.bin", body);
  const puts: string[] = [];
  page.on("request", (request) => {
    if (request.method() === "PUT") puts.push(new URL(request.url()).searchParams.get("partNumber") ?? "");
  });
  await page.route(/partNumber=[34]\b/, (request) => request.abort("connectionreset"));
  await drop(page, [path]);
  const [row] = await until("the upload is announced", async () => {
    const rows = await uploadsOf(person);
    return rows.length === 1 ? rows : undefined;
  });
  await until("two parts have arrived", async () => {
    const answer = await page.evaluate(
      async (id) => (await fetch(`/api/v1/uploads/${id}`)).json(),
      row?.fileId,
    );
    return (answer as { parts?: unknown[] }).parts?.length === 2 || undefined;
  });
  page.on("dialog", (dialog) => void dialog.accept());
  await page.reload();
  await inState(page, "resumed.bin", "lost");
  // Until it was left the page went on trying; what counts is what the next one sends.
  await page.unroute(/partNumber=[34]\b/);
  puts.length = 0;
  expect(await rowOf(page, "resumed.bin").innerText()).toMatch(/32 MB of 64 MB are there/);
  await page.locator("[data-files]").setInputFiles(path);
  await inState(page, "resumed.bin", "processing");
  expect(puts.sort()).toEqual(["3", "4"]);
  expect(await uploadsOf(person)).toHaveLength(1);
  expect(row && (await arrived(row)).equals(body)).toBe(true);
});

test("paused, nothing goes; going on finishes; leaving in between is asked about", async () => {
  const { page } = await opened();
  const path = written("paused.bin", patterned(33 * mebibyte));
  await page.route(/partNumber=/, async (request) => {
    await new Promise((resolve) => setTimeout(resolve, 300));
    await request.continue().catch(() => {});
  });
  await drop(page, [path]);
  await inState(page, "paused.bin", "sending");
  await page.locator("[data-pause]").click();
  await inState(page, "paused.bin", "paused");
  let asked = 0;
  page.on("dialog", (dialog) => {
    asked += 1;
    void dialog.dismiss();
  });
  await page.close({ runBeforeUnload: true });
  await until("the browser asks", () => asked || undefined);
  await page.locator("[data-pause]").click();
  await inState(page, "paused.bin", "processing");
});

test("what failed is tried again by one button, and what is too large is never announced", async () => {
  const { person, page } = await opened();
  let broken = true;
  await page.route(/uploader-incoming/, (request) =>
    broken ? request.fulfill({ status: 403 }) : request.continue(),
  );
  await drop(page, [
    written("x.txt", "x"),
    written("y.txt", "y"),
    written("huge.bin", Buffer.alloc(101 * mebibyte)),
  ]);
  await inState(page, "x.txt", "failed");
  await inState(page, "y.txt", "failed");
  await inState(page, "huge.bin", "refused");
  expect(await rowOf(page, "huge.bin").innerText()).toMatch(/The file has 101 MB; at most 100 MB are taken/);
  broken = false;
  await page.locator("[data-retry]").click();
  await inState(page, "x.txt", "processing");
  await inState(page, "y.txt", "processing");
  const rows = await uploadsOf(person);
  expect(new Set(rows.map(({ name }) => name))).toEqual(new Set(["x.txt", "y.txt"]));
  const { Contents = [] } = await provisioned.s3.send(
    new ListObjectsV2Command({ Bucket: names.buckets.incoming, Prefix: "incoming/" }),
  );
  const keys = new Set(Contents.map(({ Key }) => Key));
  expect(rows.filter(({ fileId }) => keys.has(incomingKey(fileId)))).toHaveLength(2);
});

test("offline nothing is tried; back online it goes on by itself", async () => {
  const { page, context } = await opened();
  await page.locator("[data-drop]").waitFor();
  await context.setOffline(true);
  await page.locator("[data-files]").setInputFiles(written("later.txt", "later"));
  await inState(page, "later.txt", "sending");
  await page.locator("[data-total-text]", { hasText: "waiting for the network" }).waitFor();
  await context.setOffline(false);
  await inState(page, "later.txt", "processing");
});
