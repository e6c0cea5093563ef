// People's pages in a real Chromium against the whole local system: pictures appear by themselves, refusals are said before the
// upload where the browser can know, the leaderboard moves after a message, and a screen reader finds nothing serious.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { dropOn, openChromium, seriousFindings, signIn } from "../support/browser.ts";
import { type RunningLocal, startLocal } from "../support/local-system.ts";
import { grid, heic } from "../support/pictures/heic.ts";
import { tiff } from "../support/pictures/tiff.ts";
import { until } from "../support/until.ts";

const samples = resolve(import.meta.dirname, "../../docs/samples/pictures");

let local: RunningLocal;
let browser: Browser;
let folder: string;
beforeAll(async () => {
  local = await startLocal(["--min-workers", "1"]);
  browser = await openChromium();
  folder = mkdtempSync(join(tmpdir(), "pages-"));
});
afterAll(async () => {
  await browser.close();
  await local.interrupt();
  rmSync(folder, { recursive: true });
});

const written = (name: string, body: Buffer): string => {
  const path = join(folder, name);
  writeFileSync(path, body);
  return path;
};

const drop = (page: Page, paths: readonly string[]) => dropOn(page, "[data-drop]", paths);

const row = (page: Page, name: string, state: string) =>
  page.locator(`[data-list] li[data-state="${state}"]`, { hasText: name }).first();

/** Whether the browser has decoded every picture. */
const drawn = (page: Page, selector: string): Promise<boolean> =>
  page
    .locator(selector)
    .evaluateAll((images) =>
      images.every((image) => (image as unknown as { naturalWidth: number }).naturalWidth > 0),
    );

test("good pictures appear by themselves, a phone's too; bad and huge ones are refused with the reason, most before they are sent", async () => {
  const { page, problems } = await signIn(browser, local.ready, "Ada");
  await page.goto(`${local.ready.web}/pictures`);
  const png = Buffer.from("\x89PNG\r\n\x1a\n", "latin1");
  const scan = { width: 8, height: 6, bits: 8, photometric: 1, samples: 1, data: Buffer.alloc(48, 90) };
  const threePages = tiff([scan, scan, scan]);
  const announced: string[] = [];
  page.on("request", (request) => {
    if (request.url().endsWith("/api/v1/pictures/uploads")) announced.push(request.postDataJSON().name);
  });
  await drop(page, [
    join(samples, "balloons.jpg"),
    join(samples, "moving-boat.gif"),
    join(samples, "not-a-picture.jpg"),
    written("huge.png", Buffer.concat([png, Buffer.alloc(51 * 1024 ** 2)])),
    written("phone.heic", heic(grid(), { primary: 5 })),
    written("scans.tif", threePages),
    written("drawing.svg", Buffer.from("<svg xmlns='http://www.w3.org/2000/svg'/>")),
    written("damaged.png", Buffer.concat([png, Buffer.from("not what comes after a signature")])),
  ]);
  await row(page, "balloons.jpg", "done").waitFor();
  await row(page, "moving-boat.gif", "done").waitFor();
  expect(await row(page, "huge.png", "refused").innerText()).toContain("at most 50 MB");
  await row(page, "phone.heic", "done").waitFor();
  await row(page, "scans.tif", "done").waitFor();
  expect(await row(page, "scans.tif", "done").innerText()).toContain("has 3 pages; only the first is shown");
  expect(await row(page, "drawing.svg", "refused").innerText()).toContain("Export it as PNG");
  expect(await row(page, "not-a-picture.jpg", "refused").innerText()).toContain("not a picture");
  await row(page, "damaged.png", "refused").waitFor();
  expect(announced.sort()).toEqual([
    "balloons.jpg",
    "damaged.png",
    "moving-boat.gif",
    "phone.heic",
    "scans.tif",
  ]);
  await page.locator('.grid img[alt="balloons.jpg"]').waitFor();
  await page.locator('.grid img[alt="moving-boat.gif"]').waitFor();
  await until("all pictures are drawn", () => drawn(page, ".grid img"));
  expect(await seriousFindings(page)).toEqual([]);
  expect(problems).toEqual([]);
});

test("files and a folder that are dropped appear in the list by themselves, under their own names", async () => {
  const { page, problems } = await signIn(browser, local.ready, "Ada");
  await page.goto(`${local.ready.web}/files`);
  mkdirSync(join(folder, "trip", "day 1"), { recursive: true });
  written("trip/Größe – 写真.txt", Buffer.from("hello"));
  written("trip/day 1/notes.txt", Buffer.from("notes"));
  written("trip/.DS_Store", Buffer.from("junk"));
  const html = written("x.html", Buffer.from("<script>document.title = 'taken over'</script>"));
  await drop(page, [html, join(folder, "trip")]);
  for (const name of ["x.html", "Größe – 写真.txt", "notes.txt"]) {
    await row(page, name, "done").waitFor();
    await page.locator("#files a", { hasText: name }).first().waitFor();
  }
  expect(await page.title()).toMatch(/^Files/);
  expect(await seriousFindings(page)).toEqual([]);
  expect(problems).toEqual([]);
});

test("one picture is large: arrows lead to its neighbours, Esc back, and deleting takes it off the page", async () => {
  const { page } = await signIn(browser, local.ready, "Björn");
  await page.goto(`${local.ready.web}/pictures`);
  const [first, second] = [join(samples, "sunrise.jpg"), join(samples, "badge.png")];
  for (const path of [first, second]) {
    await page.locator("[data-files]").setInputFiles(path);
    await page
      .locator("[data-list] li[data-state=done]", { hasText: path.split("/").at(-1) ?? "" })
      .waitFor();
  }
  await page.locator('.grid img[alt="badge.png"]').click();
  await page.locator("h1", { hasText: "badge.png" }).waitFor();
  expect(await seriousFindings(page)).toEqual([]);
  await page.keyboard.press("ArrowRight");
  await page.locator("h1", { hasText: "sunrise.jpg" }).waitFor();
  await page.keyboard.press("ArrowLeft");
  await page.locator("h1", { hasText: "badge.png" }).waitFor();
  await page.keyboard.press("Escape");
  await page.locator(".grid img").first().waitFor();
  await page.locator('.grid img[alt="badge.png"]').click();
  await page.locator("summary", { hasText: "Delete this picture" }).click();
  await page.locator("button", { hasText: /^Delete$/ }).click();
  await page.locator(".notice", { hasText: "The picture is deleted." }).waitFor();
  expect(
    await page.locator(".grid img").evaluateAll((images) => images.map((image) => image.getAttribute("alt"))),
  ).toEqual(["sunrise.jpg"]);
});

test("ten pictures of an album become a contact sheet that appears by itself", async () => {
  const { page } = await signIn(browser, local.ready, "Ada");
  await page.goto(`${local.ready.web}/pictures`);
  await page.locator('input[name="album"]').fill("Ten boats");
  await page
    .locator("[data-files]")
    .setInputFiles(Array.from({ length: 10 }, () => join(samples, "badge.png")));
  await page.locator("[data-list] li[data-state=done]").nth(9).waitFor();
  await page.goto(`${local.ready.web}/pictures/albums`);
  await page.locator(".albums a", { hasText: "Ten boats" }).click();
  expect(await page.locator(".grid img").count()).toBe(10);
  await page.locator(".sheets img").waitFor();
  await until("the sheet is drawn", () => drawn(page, ".sheets img"));
  expect(await seriousFindings(page)).toEqual([]);
});

test("the leaderboard moves after a message while somebody looks at it, and a word has its shape", async () => {
  const { page, problems } = await signIn(browser, local.ready, "Grace");
  await page.goto(`${local.ready.web}/words`);
  const text = "<img src=x onerror=alert(1)> fleet fleet fleet";
  expect((await local.run("scripts/submit.ts", ["--text", text, "--wait"])).code).toBe(0);
  await page.locator(".words li", { hasText: "fleet" }).locator("strong", { hasText: "33" }).waitFor();
  await page.locator(".tabs a", { hasText: "This hour" }).click();
  await page.locator(".words li", { hasText: "fleet" }).locator("strong", { hasText: /^3$/ }).waitFor();
  expect(await seriousFindings(page)).toEqual([]);
  await page.locator(".words a", { hasText: "fleet" }).click();
  await page.locator("#shape figure svg").waitFor();
  expect(await page.locator("#shape").innerText()).toMatch(/Said 3 times in these hours. It has 33 points/);
  expect(await seriousFindings(page)).toEqual([]);
  expect(problems).toEqual([]);
});
