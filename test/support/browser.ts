// A real Chromium in tests: signs people in at a local system's pages, drops files as the system does, and asks axe-core what a
// screen reader or a keyboard would stumble over.
import { readFile } from "node:fs/promises";
import axe from "axe-core";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { findBrowser, signInByForm, startBrowser } from "../../scripts/lab/screenshot/browser.ts";
import type { Ready } from "./local-system.ts";

/** Starts the browser. The caller closes it. */
export async function openChromium(): Promise<Browser> {
  const path = await findBrowser();
  if (path === undefined) throw new Error("there is no Chromium; CHROMIUM_PATH names one");
  return startBrowser(path);
}

/** A person's window, signed in. `problems` collects what its pages complained about: errors and refused resources. */
export type PersonPage = { page: Page; context: BrowserContext; problems: string[] };

/** Opens a window without a session. */
export async function openWindow(
  browser: Browser,
  options: Parameters<Browser["newContext"]>[0] = {},
): Promise<PersonPage> {
  const context = await browser.newContext({ acceptDownloads: true, ...options });
  const page = await context.newPage();
  const problems: string[] = [];
  // The browser hands file dialogs over from the first listener on, but not at once: one added beside the key press that opens
  // the dialog is too late about once in 150 times.
  page.on("filechooser", () => {});
  page.on("pageerror", (error) => problems.push(`error: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(`console: ${message.text()}`);
  });
  return { page, context, problems };
}

/** Signs a person in by their first name. */
export async function signIn(
  browser: Browser,
  ready: Ready,
  first: string,
  options = {},
): Promise<PersonPage> {
  const person = ready.people.find(({ name }) => name.startsWith(first));
  if (person === undefined) throw new Error(`nobody is called ${first}`);
  const window = await openWindow(browser, options);
  await signInByForm(window.page, ready.web, person);
  return window;
}

/** Drops files and folders of this machine on a page, as a person does from a file manager. */
export async function dropPaths(
  page: Page,
  paths: readonly string[],
  at: { x: number; y: number },
): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: [...paths], dragOperationsMask: 1 };
  for (const type of ["dragEnter", "dragOver", "drop"] as const)
    await session.send("Input.dispatchDragEvent", { type, ...at, data });
  await session.detach();
}

/** Drops them on an element. */
export async function dropOn(page: Page, selector: string, paths: readonly string[]): Promise<void> {
  const box = await page.locator(selector).boundingBox();
  await dropPaths(page, paths, { x: (box?.x ?? 0) + 20, y: (box?.y ?? 0) + 20 });
}

/** The file that an action downloads: the name that the browser gives it, and its bytes. */
export async function downloadedBy(
  page: Page,
  act: () => Promise<unknown>,
): Promise<{ name: string; path: string; text: string }> {
  const [download] = await Promise.all([page.waitForEvent("download"), act()]);
  const path = await download.path();
  return { name: download.suggestedFilename(), path, text: await readFile(path, "utf8") };
}

/** What axe-core finds serious or critical on a page: rule and element. */
export async function seriousFindings(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const results = await page.evaluate(async () => {
    const { axe: inPage } = globalThis as unknown as { axe: typeof import("axe-core") };
    return inPage.run();
  });
  return results.violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`));
}

/** Why a page is not in order, whatever is on it: how far it is wider than the window, headings, ids used twice. */
function disorder(page: Page): Promise<{ wider: number; headings: number; twice: string[] }> {
  return page.evaluate(() => {
    type Root = { scrollWidth: number; clientWidth: number };
    const { document } = globalThis as unknown as {
      document: { documentElement: Root; querySelectorAll: (selector: string) => Iterable<{ id: string }> };
    };
    const { scrollWidth, clientWidth } = document.documentElement;
    const ids = [...document.querySelectorAll("[id]")].map(({ id }) => id);
    return {
      wider: scrollWidth - clientWidth,
      headings: [...document.querySelectorAll("h1")].length,
      twice: ids.filter((id, index) => ids.indexOf(id) !== index),
    };
  });
}

/** Resolves once nothing changes its colour or place any more, in the page: axe-core judges what it sees at that moment. */
const untilAtRest = `(async () => {
  const frame = () => new Promise((drawn) => requestAnimationFrame(drawn));
  const ends = ({ effect }) => Number.isFinite(effect?.getComputedTiming().endTime);
  await frame();
  await Promise.allSettled(document.getAnimations().filter(ends).map(({ finished }) => finished));
  await frame();
})()`;

/** What is wrong with a page in light and in dark, whatever is on it; nothing when it is in order. */
export async function faultsOf(page: Page): Promise<string[]> {
  const faults: string[] = [];
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await page.evaluate(untilAtRest);
    faults.push(...(await seriousFindings(page)).map((finding) => `${colorScheme}: ${finding}`));
  }
  const { wider, headings, twice } = await disorder(page);
  if (wider > 0) faults.push(`${wider} px wider than the window`);
  if (headings !== 1) faults.push(`${headings} main headings`);
  return [...faults, ...twice.map((id) => `id twice: ${id}`)];
}
