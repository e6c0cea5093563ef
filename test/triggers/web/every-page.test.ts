// Every page in a real browser, with something on it and with nothing: readable by axe-core's rules, whole on a phone, in dark
// as in light, and strict about what it loads. The list is the registry: a new page fails until it is visited here.
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isApi } from "../../../triggers/web/declaration.ts";
import { routes } from "../../../triggers/web/routes.ts";
import { defaultFileSettings } from "../../../worker/jobs/files/settings.ts";
import { hourOf, hourShard } from "../../../worker/jobs/words/hour-row.ts";
import { topShard } from "../../../worker/jobs/words/word-row.ts";
import { faultsOf, openChromium, openWindow, type PersonPage } from "../../support/browser.ts";
import { type Provisioned, startProvisioned } from "../../support/provisioned.ts";
import { type Owned, seedOwner } from "../../support/seeded-owner.ts";
import { type ServedWeb, serveWeb } from "../../support/served-web.ts";
import { auditOf, storeFileFor } from "../../support/stored-files.ts";

let provisioned: Provisioned;
let served: ServedWeb;
let browser: Browser;
let owned: Owned;

beforeAll(async () => {
  provisioned = await startProvisioned();
  const names = await provisioned.provision("every-page");
  const settings = { files: { ...defaultFileSettings, anonymousPictures: true } };
  served = await serveWeb(provisioned, names, { settings });
  browser = await openChromium();
  const [owner, reader] = [
    await served.web.signIn({ id: "olga", name: "Olga Owner", admin: true }),
    await served.web.signIn({ id: "rita", name: "Rita Reader" }),
  ];
  owned = await seedOwner(served.web, {
    owner,
    reader,
    mark: `a name long enough for two lines ${"x".repeat(90)}`,
  });
  const [word, count, hour] = ["lighthouse", 12, hourOf(Date.now())];
  const put = (TableName: string, Item: object) => provisioned.db.send(new PutCommand({ TableName, Item }));
  await put(names.tables.words, { word, count, shard: topShard(word) });
  await put(names.tables.wordHours, { word, count, hour, shard: hourShard(hour, topShard(word)) });
});
afterAll(async () => {
  await browser.close();
  await served.close();
  await provisioned.close();
});

/** Where each page is, with something on it. Text says why there is nothing to look at. */
const visits: Readonly<Record<string, string | ((owned: Owned) => readonly string[])>> = {
  "/healthz": "a word for machines",
  "/assets/:version/:name": "no page",
  "/": "leads to the files",
  "/sign-in": "leads to the provider; look.test.ts",
  "/sign-in/callback": "look.test.ts",
  "/files/:id/download": "leads to the bytes",
  "/pictures/:id/image": "leads to the bytes",
  "/pictures/albums/:album/sheets/:threshold": "leads to the bytes",
  "/admin/audit.csv": "a table for other programs",
  "/signed-out": () => ["/signed-out"],
  "/files": () => ["/files", "/files?search=name&sort=size", "/files?search=none"],
  "/shared": () => ["/shared"],
  "/files/:id": ({ file }) => [`/files/${file.id}`, `/files/${file.id}?find=nobody`, "/files/none"],
  "/l/:token": ({ link }) => [`/l/${link.token}`, "/l/none"],
  "/log": () => ["/log"],
  "/requests": () => ["/requests"],
  "/r/:token": ({ request }) => [`/r/${request.token}`],
  "/send-pictures": () => ["/send-pictures"],
  "/pictures": () => ["/pictures", "/pictures?from=anyone"],
  "/pictures/albums": () => ["/pictures/albums"],
  "/pictures/albums/:album": ({ album }) => [`/pictures/albums/${album}`],
  "/pictures/:id": ({ picture }) => [`/pictures/${picture}`],
  "/words": () => ["/words", "/words?by=hour", "/words?by=before"],
  "/words/shape": () => ["/words/shape?word=lighthouse", "/words/shape?word=never"],
  "/admin/audit": () => ["/admin/audit", "/admin/audit?text=none", "/admin/audit?person=olga&sort=person"],
  "/admin/people": () => ["/admin/people", "/admin/people?text=none"],
  "/admin/people/:id": () => ["/admin/people/rita"],
  "/api/docs": () => ["/api/docs"],
};

const looks: Readonly<Record<string, BrowserContextOptions>> = {
  wide: { viewport: { width: 1280, height: 900 } },
  "on a small phone": {
    ...{ viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true },
    reducedMotion: "reduce",
  },
};

async function signedIn(id: string, look?: BrowserContextOptions): Promise<PersonPage> {
  const window = await openWindow(browser, look);
  await served.signIn(window.context, { id, name: `${id} Person`, admin: id === "olga" });
  return window;
}

async function inOrder(page: Page, what: string): Promise<void> {
  expect([what, await faultsOf(page)]).toEqual([what, []]);
}

/** What pages complained about, but for the browser's own word for a page that is not there. */
const complaints = ({ problems }: PersonPage) =>
  problems.filter((problem) => !/status of 40[34]/.test(problem));

test("every page of the registry is visited, or it is said why there is none", () => {
  const pages = routes.filter((route) => route.method === "GET" && !isApi(route)).map(({ path }) => path);
  expect(Object.keys(visits).sort()).toEqual([...pages].sort());
});

describe.each(Object.entries(looks))("%s", (_, look) => {
  test("every page is readable and whole, and loads nothing that the policy refuses", async () => {
    const window = await signedIn("olga", look);
    for (const paths of Object.values(visits))
      for (const path of typeof paths === "string" ? [] : paths(owned)) {
        await window.page.goto(served.origin + path);
        await inOrder(window.page, path);
      }
    expect(complaints(window)).toEqual([]);
    await window.context.close();
  });

  test("the navigation shows where one is, without scrolling", async () => {
    const { page, context } = await signedIn("olga", look);
    for (const path of ["/files", "/log", "/admin/people", "/admin/audit"]) {
      await page.goto(served.origin + path);
      const box = await page.locator('nav.pages [aria-current="page"]').boundingBox();
      expect(box?.x).toBeGreaterThanOrEqual(0);
      expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(look.viewport?.width ?? 0);
    }
    await context.close();
  });

  test("a page without anything on it says what belongs there", async () => {
    const { page, context } = await signedIn("newcomer", look);
    for (const path of ["/files", "/shared", "/requests", "/log", "/pictures", "/pictures/albums"]) {
      await page.goto(served.origin + path);
      expect([path, await page.locator("main .empty").innerText()]).toEqual([
        path,
        expect.stringMatching(/\w{3}/),
      ]);
      await inOrder(page, path);
    }
    await context.close();
  });

  test("questions, and addresses that are shown once, are readable and whole", async () => {
    const window = await signedIn("olga", look);
    const { page } = window;
    const open = async (path: string, press: string) => {
      await page.goto(served.origin + path);
      await page.getByRole("button", { name: press, exact: true }).click();
      await page.locator("main.narrow").waitFor();
      await inOrder(page, press);
    };
    await open(`/files/${owned.file.id}`, "Delete…");
    await open(`/files/${owned.file.id}`, "Make a link");
    await page.goto(`${served.origin}/files`);
    await page.getByRole("button", { name: "All or none" }).click();
    await page.getByRole("button", { name: "Share", exact: true }).click();
    await page.getByText("With whom?").waitFor();
    await inOrder(page, "Share");
    await page.locator("details.account summary").click();
    await inOrder(page, "account");
    await page.goto(`${served.origin}/requests`);
    await page.getByLabel("Title").fill("Invoices");
    await page.getByLabel("Password").fill("four");
    await page.getByRole("button", { name: "Make the link" }).click();
    const guarded = await page.getByLabel("Address").inputValue();
    await inOrder(page, "Make the link");
    await page.goto(guarded);
    await page
      .locator("[data-files]")
      .setInputFiles({ name: "x.txt", mimeType: "", buffer: Buffer.from("x") });
    await page.getByText("Needed before anything is sent.").waitFor();
    await inOrder(page, "a request with a password");
    expect(complaints(window)).toEqual([]);
    await window.context.close();
  });
});

test("the keyboard alone shares a file and makes a link to it, with the focus in sight", async () => {
  const { page, context } = await signedIn("olga", looks.wide);
  await page.goto(`${served.origin}/files/${owned.file.id}`);
  /** Tabs on to the element that has this name, as often as a person would. */
  const tabTo = async (name: string) => {
    const wanted = page
      .locator(":focus")
      .and(page.getByLabel(name).or(page.getByRole("button", { name, exact: true })));
    for (let tabs = 0; tabs < 40 && (await wanted.count()) === 0; tabs += 1) await page.keyboard.press("Tab");
    const outline = await wanted.evaluate((element) => {
      type Styles = { getComputedStyle: (of: unknown) => { outlineStyle: string; outlineWidth: string } };
      const { outlineStyle, outlineWidth } = (globalThis as unknown as Styles).getComputedStyle(element);
      return `${outlineStyle} ${outlineWidth}`;
    });
    expect([name, outline]).toEqual([name, "solid 3px"]);
  };
  await served.web.signIn({ id: "karl", name: "Karl Keyboard" });
  await page.reload();
  await tabTo("Karl Keyboard");
  await page.keyboard.press("Space");
  await tabTo("Share");
  await page.keyboard.press("Enter");
  await page.getByText("The file is shared.").waitFor();
  await tabTo("Make a link");
  await page.keyboard.press("Enter");
  await page.getByText("The link is made").waitFor();
  expect(await page.getByLabel("Address").inputValue()).toMatch(/\/l\/[\w-]{22}$/);
  await context.close();
});

test("a page whose file has ended says so and asks no more, so that the audit holds one refusal", async () => {
  const { page, context } = await openWindow(browser);
  const person = await served.signIn(context, { id: "ender" });
  const { id } = await storeFileFor(served.web.deps, { owner: "ender", name: "ends.txt" });
  await page.goto(`${served.origin}/files/${id}`);
  expect((await person.send("DELETE", `/api/v1/files/${id}`)).status).toBe(204);
  const askAgain = () => page.evaluate("document.dispatchEvent(new Event('fleet:changed'))");
  await askAgain();
  await page.getByRole("alert").filter({ hasText: "This is not here any more." }).waitFor();
  for (let times = 0; times < 3; times += 1) await askAgain();
  await page.goto(`${served.origin}/files`);
  const actions = (await auditOf(served.web.deps, id)).map(({ action }) => action);
  expect(actions.filter((action) => action === "refused-access")).toHaveLength(1);
  await context.close();
});
