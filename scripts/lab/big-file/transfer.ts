// Sends a file from the page as a person does, with a reload in the middle, and downloads it again.
import { stat } from "node:fs/promises";
import { basename } from "node:path";
import type { CDPSession, Locator, Page, Response } from "playwright-core";
import * as z from "zod";
import { FleetError } from "../../../worker/fleet/errors.ts";

/** The page did something else. */
export class TransferFailed extends FleetError {}

/** What was seen of an upload. */
export type SentFile = {
  /** Seconds until all bytes were there, and until the job had stored them. */
  uploadSeconds: number;
  storeSeconds: number;
  /** Numbers of the parts that S3 had before the reload, and of those sent after it. */
  partsBefore: number[];
  partsAfter: number[];
};

/** What the browser hears of the parts of its upload. */
class PartWatch {
  /** Numbers of the parts that S3 took from this page. */
  readonly taken = new Set<number>();
  /** Numbers of the parts that S3 had when the page asked last. */
  known: number[] = [];
  complete = false;

  constructor(page: Page) {
    page.on("response", (response) => void this.#hear(response).catch(() => {}));
  }

  async #hear(response: Response): Promise<void> {
    if (!response.ok()) return;
    const { pathname, searchParams } = new URL(response.url());
    const number = Number(searchParams.get("partNumber") ?? 0);
    if (number > 0 && response.request().method() === "PUT") this.taken.add(number);
    if (/^\/api\/v1\/uploads\/[^/]+\/complete$/.test(pathname)) this.complete = true;
    if (!/^\/api\/v1\/uploads\/[^/]+$/.test(pathname)) return;
    const { parts } = knownSchema.parse(await response.json());
    if (parts !== undefined) this.known = parts.map((part) => part.number);
  }
}

const knownSchema = z.object({ parts: z.array(z.object({ number: z.number() })).optional() });

/** Waits for something that a page makes true. */
async function waitFor(what: string, holds: () => boolean, patienceSeconds: number): Promise<void> {
  const until = performance.now() + patienceSeconds * 1000;
  while (!holds()) {
    if (performance.now() > until) throw new TransferFailed(`waited ${patienceSeconds} s for ${what}`);
    await new Promise((resume) => setTimeout(resume, 100));
  }
}

const row = (page: Page, path: string, state: string) =>
  page.locator(`[data-list] li[data-state="${state}"]`, { hasText: basename(path) }).first();

/** Long enough for any part of the way; a wait that ends early says where it stopped. */
export type TransferOptions = { web: string; path: string; parts: number; patienceSeconds: number };

/** The file takes at least so long to go up, or would without the reload in its middle. */
const leastUploadSeconds = 12;

const unlimited = -1;

/** Limits what the page may send a second, bytes. */
async function limitUpload(line: CDPSession, uploadThroughput: number): Promise<void> {
  await line.send("Network.enable");
  const rest = { offline: false, latency: 0, downloadThroughput: unlimited };
  await line.send("Network.emulateNetworkConditions", { ...rest, uploadThroughput });
}

/** Sends the file from the page of a person who is signed in. */
export async function sendFile(page: Page, options: TransferOptions): Promise<SentFile> {
  const { web, path, parts, patienceSeconds } = options;
  const timeout = patienceSeconds * 1000;
  // The page asks before it is left in the middle of an upload.
  page.on("dialog", (dialog) => void dialog.accept());
  const before = new PartWatch(page);
  const startedAt = performance.now();
  const line = await page.context().newCDPSession(page);
  // On a fast machine a small file would be there before the reload.
  await limitUpload(line, (await stat(path)).size / leastUploadSeconds);
  await page.goto(`${web}/files`);
  await page.locator("[data-files]").setInputFiles(path);
  await waitFor("a third of the parts", () => before.taken.size >= parts / 3, patienceSeconds);
  const seconds = () => (performance.now() - startedAt) / 1000;
  const after = new PartWatch(page);
  await page.reload();
  await limitUpload(line, unlimited);
  await row(page, path, "lost").waitFor({ timeout });
  after.taken.clear();
  await page.locator("[data-files]").setInputFiles(path);
  await waitFor("all parts to be put together", () => after.complete, patienceSeconds);
  const uploadSeconds = seconds();
  await row(page, path, "done").waitFor({ timeout });
  return {
    uploadSeconds,
    storeSeconds: seconds() - uploadSeconds,
    partsBefore: after.known,
    partsAfter: [...after.taken],
  };
}

/** Downloads the file to disk, as a click on its link does. Answers where it is. */
export async function receiveFile(page: Page, { web, path }: TransferOptions): Promise<string> {
  await page.goto(`${web}/files`);
  return download(page, page.locator(`a[aria-label="Download ${basename(path)}"]`));
}

/** Clicks on a link that downloads something. Answers where that is, once it is whole. */
export async function download(page: Page, link: Locator): Promise<string> {
  const [begun] = await Promise.all([page.waitForEvent("download"), link.click()]);
  return begun.path();
}
