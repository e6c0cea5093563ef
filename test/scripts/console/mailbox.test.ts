// The mailbox's pages: sent mails as plain text, live, and usable by keyboard alone.
import MailComposer from "nodemailer/lib/mail-composer";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { findBrowser, startBrowser } from "../../../scripts/lab/screenshot/browser.ts";
import { startConsole, type TestConsole } from "../../support/console.ts";
import { type Provisioned, startProvisioned } from "../../support/provisioned.ts";

const path = await findBrowser();

let provisioned: Provisioned;
let console_: TestConsole;
let sent = 0;

beforeAll(async () => {
  provisioned = await startProvisioned();
  console_ = await startConsole(provisioned, "mailbox");
});
afterAll(async () => {
  await console_.close();
  await provisioned.close();
});
beforeEach(() => {
  sent += 1;
});

const hostile = `<script>document.title = "owned"</script><img src=x onerror="document.title='owned'">`;

/** Sends a mail through SES and returns its page's path. */
async function take(mail: ConstructorParameters<typeof MailComposer>[0] = {}): Promise<string> {
  const whole = {
    from: "submissions@magazine.example",
    to: "ann@example.org",
    subject: `Mail ${sent}`,
    text: "Thank you.",
    ...mail,
  };
  const raw = await new MailComposer(whole).compile().build();
  const { messageId } = provisioned.cloud.mailbox.take({
    from: whole.from as string,
    to: ["ann@example.org"],
    raw,
    tags: {},
  });
  return `/mail/${messageId}`;
}

const get = (address: string) => fetch(console_.url + address);

test("a sent mail is listed newest first and shown in full", async () => {
  const first = await take({ subject: "The first", headers: { "Auto-Submitted": "auto-replied" } });
  const second = await take({ subject: "The second" });
  const list = await (await get("/mail")).text();
  expect(list.indexOf("The second")).toBeGreaterThan(0);
  expect(list.indexOf(second)).toBeLessThan(list.indexOf(first));
  const page = await (await get(first)).text();
  for (const text of ["The first", "auto-replied", "ann@example.org", "Thank you."])
    expect(page).toContain(text);
});

test("everything in a mail is text: none of its markup reaches the page", async () => {
  const address = await take({
    subject: hostile,
    text: hostile,
    html: `<h1>${hostile}</h1>`,
    headers: { "X-Odd": hostile },
    attachments: [{ filename: `${hostile}.html`, content: hostile, contentType: "text/html" }],
  });
  for (const shown of ["/mail", "/mail/live", address]) {
    const text = await (await get(shown)).text();
    expect(text).not.toContain("<script>document");
    expect(text).not.toContain("<img");
  }
  const page = await get(address);
  expect(await page.text()).toContain("&lt;h1&gt;");
  expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
});

test("the raw bytes of a mail are always a download", async () => {
  const address = await take({ html: hostile });
  const answer = await get(`${address}/raw`);
  expect(answer.headers.get("content-type")).toBe("application/octet-stream");
  expect(answer.headers.get("content-disposition")).toMatch(/^attachment; filename="[0-9a-f-]+\.eml"$/);
  const bytes = Buffer.from(await answer.arrayBuffer());
  expect(
    bytes.equals(provisioned.cloud.mailbox.get(address.split("/").at(-1) ?? "")?.raw ?? Buffer.alloc(0)),
  ).toBe(true);
});

test("a missing, malformed or large mail still gives a page", async () => {
  expect((await get("/mail/nobody")).status).toBe(404);
  const odd = [Buffer.from("\0\0\xff\xfe not a mail", "latin1"), Buffer.alloc(2 * 1024 ** 2, "x")];
  for (const raw of odd) {
    const { messageId } = provisioned.cloud.mailbox.take({
      from: "a@b.example",
      to: ["c@d.example"],
      raw,
      tags: {},
    });
    expect((await get(`/mail/${messageId}`)).status).toBe(200);
  }
  expect((await get("/mail")).status).toBe(200);
});

describe.skipIf(path === undefined)("the mailbox in a browser (skipped where no Chromium is found)", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser(path ?? "");
  });
  afterAll(() => browser.close());

  async function open(address: string, { width = 1400, colorScheme = "light" as "light" | "dark" } = {}) {
    const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
    const problems: string[] = [];
    page.on("pageerror", (error) => problems.push(error.message));
    page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
    await page.goto(console_.url + address);
    return { page, problems };
  }

  const overflows = (page: Page) =>
    page.evaluate<boolean>("document.documentElement.scrollWidth > document.documentElement.clientWidth");

  test("a mail sent while the page is open appears without a reload, and a focused link keeps its focus", async () => {
    await take({ subject: "Before" });
    const { page, problems } = await open("/mail");
    await page.getByRole("link", { name: "Before" }).focus();
    await take({ subject: "Meanwhile" });
    await page.getByRole("link", { name: "Meanwhile" }).waitFor();
    expect(await page.evaluate("document.activeElement.textContent")).toBe("Before");
    expect(problems).toEqual([]);
    await page.close();
  });

  test("the keyboard alone leads from the first page to a mail and back", async () => {
    await take({ subject: "By keyboard" });
    const { page } = await open("/");
    const press = async (name: string) => {
      for (let presses = 0; presses < 40; presses += 1) {
        await page.keyboard.press("Tab");
        if ((await page.evaluate<string>("document.activeElement.textContent")).trim() === name) break;
      }
      await page.keyboard.press("Enter");
    };
    await press("Mail");
    await page.waitForURL("**/mail");
    await press("By keyboard");
    await page.waitForURL("**/mail/*-*");
    expect(await page.locator("pre.body").textContent()).toContain("Thank you.");
    await press("All mails");
    await page.waitForURL("**/mail");
    await page.close();
  });

  test("nothing is cut off in wide, narrow, light and dark pages, and no script in a mail runs", async () => {
    const address = await take({
      subject: `${hostile} ${"long".repeat(60)}`,
      text: `${"word ".repeat(300)}\n${"x".repeat(500)}`,
      html: hostile,
      headers: { "X-Long": "y".repeat(600) },
    });
    for (const width of [1400, 360])
      for (const colorScheme of ["light", "dark"] as const)
        for (const shown of ["/mail", address]) {
          const { page, problems } = await open(shown, { width, colorScheme });
          await page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true");
          expect({ width, shown, overflows: await overflows(page) }).toEqual({
            width,
            shown,
            overflows: false,
          });
          expect(await page.title()).not.toBe("owned");
          expect(problems).toEqual([]);
          await page.close();
        }
  });
});
