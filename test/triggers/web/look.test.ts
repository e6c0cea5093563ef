// How the sign-in looks and behaves in a real browser, and what holds for every page: the keyboard's way past the navigation,
// and the way out. The other pages are in every-page.test.ts.
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type LocalWeb, startLocalWeb } from "../../../scripts/local/web/start.ts";
import { faultsOf, openChromium } from "../../support/browser.ts";
import { type Provisioned, silentLog, startProvisioned } from "../../support/provisioned.ts";

let provisioned: Provisioned;
let web: LocalWeb;
let browser: Browser;

beforeAll(async () => {
  provisioned = await startProvisioned();
  const names = await provisioned.provision("look-test");
  const { cloud } = provisioned;
  const port = { port: 0, dataDir: undefined, log: silentLog };
  web = await startLocalWeb({ clients: provisioned, names, awsUrl: cloud.url, ...port });
  browser = await openChromium();
});
afterAll(async () => {
  await browser.close();
  await web.close();
  await provisioned.close();
});

/** A window; `problems` are errors and refused resources that its pages report. */
async function open(options: BrowserContextOptions = {}): Promise<{ page: Page; problems: string[] }> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const problems: string[] = [];
  page.on("pageerror", ({ message }) => problems.push(message));
  page.on("console", (message) => {
    // A refused page is an error for the browser's log; what it says is what this test looks at.
    if (message.type() === "error" && !/status of 4\d\d/.test(message.text())) problems.push(message.text());
  });
  return { page, problems };
}

async function signIn(page: Page, first: string): Promise<void> {
  const person = web.people.find(({ name }) => name.startsWith(first));
  await page.goto(`${web.url}/sign-in?returnTo=/api/docs`);
  await page.getByLabel("Mail address").fill(person?.address ?? "");
  await page.getByLabel("Password").fill(person?.password ?? "");
  await page.keyboard.press("Enter");
  await page.getByText(person?.name ?? "", { exact: true }).waitFor({ state: "attached" });
}

const looks: Readonly<Record<string, BrowserContextOptions>> = {
  wide: { viewport: { width: 1280, height: 900 } },
  "on a small phone": { viewport: { width: 360, height: 700 }, isMobile: true, hasTouch: true },
};

describe.each(Object.entries(looks))("%s", (_, look) => {
  test("the sign-in, a wrong password and a failed sign-in are readable and whole", async () => {
    const { page, problems } = await open(look);
    await page.goto(`${web.url}/sign-in`);
    expect(await faultsOf(page)).toEqual([]);
    await page.getByLabel("Mail address").fill("ada@example.org");
    await page.getByLabel("Password").fill("wrong");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").waitFor();
    expect(await faultsOf(page)).toEqual([]);
    for (const path of ["/sign-in/callback?code=x&state=y", "/signed-out", "/none"]) {
      await page.goto(web.url + path);
      expect(await faultsOf(page)).toEqual([]);
    }
    expect(problems).toEqual([]);
    await page.context().close();
  });
});

describe("in a browser", () => {
  test("the first key leads past the navigation, and every control shows where the focus is", async () => {
    const { page } = await open(looks.wide);
    await signIn(page, "Grace");
    await page.goto(`${web.url}/admin/audit`);
    await page.keyboard.press("Tab");
    expect(await page.locator(":focus").innerText()).toBe("Skip to the content");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    const outline = await page.locator(":focus").evaluate((element) => {
      const { getComputedStyle } = globalThis as unknown as {
        getComputedStyle: (of: unknown) => { outlineStyle: string; outlineWidth: string };
      };
      const { outlineStyle, outlineWidth } = getComputedStyle(element);
      return `${outlineStyle} ${outlineWidth}`;
    });
    expect(outline).toBe("solid 3px");
    await page.context().close();
  });

  test("signing out ends the session at the provider as well, and Back shows nothing", async () => {
    const { page, problems } = await open();
    await signIn(page, "Grace");
    await page.goto(`${web.url}/admin/people`);
    await page.locator("details.account summary").click();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByText("You are signed out").waitFor();
    expect(page.url()).toBe(`${web.url}/signed-out`);
    await page.goto(`${web.url}/admin/people`);
    await page.getByLabel("Password").waitFor();
    expect(problems).toEqual([]);
    await page.context().close();
  });
});
