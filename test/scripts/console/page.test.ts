import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { findBrowser, startBrowser } from "../../../scripts/lab/screenshot/browser.ts";
import { putJob, startConsole } from "../../support/console.ts";
import { type Provisioned, startProvisioned } from "../../support/provisioned.ts";
import { type Decision, png, startStandInWorker } from "../../support/stand-in-worker.ts";
import { until } from "../../support/until.ts";

const path = await findBrowser();
const file = (name: string) => ({ name, mimeType: "image/png", buffer: png });
const picture = { bucket: "b", key: "a.png", width: 400, height: 300, contentType: "image/png" };
const formSchema = z.looseObject({ fields: z.record(z.string(), z.string()) });

type Options = {
  decide?: (key: string) => Decision;
  /** Rows of jobs that have ended before the page is opened. */
  jobs?: Record<string, unknown>[];
  wide?: number;
  colorScheme?: "light" | "dark";
};

describe.skipIf(path === undefined)("the console in a browser (skipped where no Chromium is found)", () => {
  let provisioned: Provisioned;
  let browser: Browser;
  let fleets = 0;
  const cleanUps: (() => unknown)[] = [];

  beforeAll(async () => {
    provisioned = await startProvisioned();
    browser = await startBrowser(path ?? "");
  });
  afterEach(async () => {
    for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
  });
  afterAll(async () => {
    await browser.close();
    await provisioned.close();
  });

  /** The page of a new fleet whose uploads end as decided. `problems` collects what the browser complains of. */
  async function open(options: Options = {}) {
    const { decide = () => "completed", jobs = [], wide = 1400, colorScheme = "light" } = options;
    fleets += 1;
    const served = await startConsole(provisioned, `page-${fleets}`);
    const worker = await startStandInWorker(provisioned, served.names, decide);
    for (const [index, job] of jobs.entries())
      await putJob(provisioned, served.names, `resize-image/0${index}`, job);
    const page = await browser.newPage({ viewport: { width: wide, height: 900 }, colorScheme });
    cleanUps.push(served.close, worker.close, () => page.close());
    const problems: string[] = [];
    page.on("pageerror", (error) => problems.push(error.message));
    page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
    await page.goto(`${served.url}/results`);
    return { page, served, problems };
  }

  const added = (page: Page, name: string) => page.locator("#uploaded li", { hasText: name });
  const isShown = (page: Page, image: string) =>
    page.evaluate<boolean>(`document.querySelector("${image}")?.naturalWidth > 0`);
  const rowOf = (page: Page, name: string) => page.locator("#outcomes tbody tr", { hasText: name });

  test("chosen pictures go straight to S3 and appear without a reload, refused ones with their reason", async () => {
    const { page, problems } = await open({
      decide: (key) => (key.endsWith("fake.png") ? "rejected" : "completed"),
    });
    const sent: string[] = [];
    page.on("request", (request) => request.method() === "POST" && sent.push(new URL(request.url()).origin));
    await page.setInputFiles("#files", [file("Straße +1.png"), file("fake.png")]);
    await added(page, "Straße +1.png").getByText("Ready, 400 × 300").waitFor();
    await added(page, "fake.png")
      .getByText(/Refused: .* is not a picture\./)
      .waitFor();
    await until("the picture in #uploaded", () => isShown(page, "#uploaded img"));
    await until("the picture in #outcomes", () => isShown(page, "#outcomes img"));
    await rowOf(page, "Straße +1.png").waitFor();
    await rowOf(page, "fake.png").getByText("is not a picture.").waitFor();
    expect(sent.filter((origin) => origin === provisioned.cloud.url)).toHaveLength(2);
    expect(await page.locator("#announcement").textContent()).toMatch(/Ready|Refused/);
    expect(await page.locator("#uploaded a").getAttribute("href")).toMatch(/^\/results\/resize-image\//);
    expect(problems).toEqual([]);
  });

  test("a dropped picture is accepted, even beside the drop area", async () => {
    const { page } = await open();
    const leftToTheBrowser = await page.evaluate(`(() => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File(["x"], "dropped.png", { type: "image/png" }));
      const events = ["dragover", "drop"].map(
        (name) => new DragEvent(name, { dataTransfer, bubbles: true, cancelable: true }),
      );
      return events.filter((event) => document.querySelector("h1").dispatchEvent(event)).length;
    })()`);
    expect(leftToTheBrowser).toBe(0);
    await added(page, "dropped.png").getByText("Ready").waitFor();
  });

  test("a name with markup is shown as text", async () => {
    const { page, problems } = await open();
    const name = "<img src=x onerror=alert(1)>.png";
    await page.setInputFiles("#files", [file(name)]);
    await added(page, name).getByText("Ready").waitFor();
    await rowOf(page, name).waitFor();
    expect(problems).toEqual([]);
  });

  test("an upload that S3 refuses can be repeated with the keyboard alone", async () => {
    const { page } = await open();
    await page.route("**/api/uploads", async (route) => {
      const answer = await route.fetch();
      const form = formSchema.parse(await answer.json());
      await route.fulfill({ response: answer, json: { ...form, fields: { ...form.fields, key: "other" } } });
    });
    await page.setInputFiles("#files", [file("again.png")]);
    const button = page.getByRole("button", { name: "Try again.png again" });
    await button.waitFor();
    expect(await added(page, "again.png").textContent()).toContain("S3 refused it: AccessDenied.");
    await page.unroute("**/api/uploads");
    await button.focus();
    await page.keyboard.press("Enter");
    await added(page, "again.png").getByText("Ready").waitFor();
  });

  test("an empty file is reported and not sent", async () => {
    const { page } = await open();
    await page.setInputFiles("#files", [{ ...file("empty.png"), buffer: Buffer.alloc(0) }]);
    await added(page, "empty.png").getByText("size: the file is empty").waitFor();
  });

  test("new outcomes appear without a reload, and a focused link keeps its focus", async () => {
    const { page, served } = await open({ jobs: [{ status: "completed", result: picture }] });
    await rowOf(page, "a.png").getByRole("link", { name: "a.png" }).focus();
    await putJob(provisioned, served.names, "resize-image/0f", {
      status: "completed",
      result: { ...picture, key: "new.png" },
      endedAt: "2026-01-01T12:00:01.000Z",
    });
    await rowOf(page, "new.png").waitFor();
    expect(await page.evaluate("document.activeElement.textContent.trim()")).toBe("a.png");
    expect(await page.locator("#outcomes tbody .name").allTextContents()).toEqual(["new.png", "a.png"]);
  });

  test("every control can be reached with the Tab key and shows its focus", async () => {
    const { page } = await open({ jobs: [{ status: "completed", result: picture }] });
    const seen: unknown[] = [];
    // The skip link, the name, five pages in the header, five tabs, the kind and its button, the file control, a result and its job.
    for (let presses = 0; presses < 17; presses += 1) {
      await page.keyboard.press("Tab");
      const focused = "document.activeElement";
      seen.push(await page.evaluate(`[${focused}.tagName, getComputedStyle(${focused}).outlineStyle]`));
    }
    const links = (count: number) => Array.from({ length: count }, () => ["A", "solid"]);
    const controls = ["SELECT", "BUTTON", "INPUT"].map((name) => [name, "solid"]);
    expect(seen).toEqual([...links(12), ...controls, ...links(2)]);
  });

  test("figures that cannot be renewed are marked as old until they can", async () => {
    const { page, served } = await open();
    await page.goto(served.url);
    const { faults } = provisioned.cloud;
    const rule: (typeof faults)[number] = ({ service }) =>
      service === "sqs" ? { kind: "error", status: 400, code: "AccessDenied", message: "no" } : undefined;
    const end = () => void (faults.includes(rule) && faults.splice(faults.indexOf(rule), 1));
    faults.push(rule);
    cleanUps.push(end);
    await page.getByRole("alert").getByText("The fleet does not answer.").waitFor();
    end();
    await page.locator("#connection").waitFor({ state: "hidden" });
  });

  const looks = [1400, 375].flatMap((wide) => [
    { wide, colorScheme: "light" as const },
    { wide, colorScheme: "dark" as const },
  ]);

  test.each(looks)(
    "at $wide pixels in $colorScheme nothing is cut off and all text stands out",
    async (look) => {
      const jobs = [
        { status: "completed", result: { ...picture, key: `a/${"x".repeat(200)}.png` } },
        { status: "rejected", reason: "Not a picture." },
        { status: "dead-lettered", cause: "It failed every time." },
      ];
      const { page } = await open({ jobs, ...look });
      expect(await rowOf(page, "Not a picture.").count()).toBe(1);
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(look.wide);
      expect(await page.evaluate(lowestContrast)).toBeGreaterThanOrEqual(4.5);
    },
  );
});

/** The lowest contrast (WCAG 2.2, 1.4.3) of any text with its background. Runs in the page. */
const lowestContrast = `(() => {
  const parts = (color) => (color.match(/[\\d.]+/g) ?? []).map(Number);
  const luminance = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const ground = (element) => {
    for (let at = element; at !== null; at = at.parentElement) {
      const color = parts(getComputedStyle(at).backgroundColor);
      if (color[3] !== 0) return color;
    }
    return [255, 255, 255];
  };
  const contrast = (element) => {
    const [a, b] = [luminance(parts(getComputedStyle(element).color)), luminance(ground(element))];
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  };
  const withText = [...document.querySelectorAll("body *")].filter((element) =>
    [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim() !== ""));
  return Math.min(...withText.map(contrast));
})()`;
