// Every page of the console in a real Chromium: wide and light, on a phone and dark, for a screen reader, by keyboard alone, and
// without a request to anywhere else.
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findBrowser } from "../../../scripts/lab/screenshot/browser.ts";
import { type StagedMetric, stageMetrics } from "../../../scripts/lab/staged/staged-fleet.ts";
import { attentionOf } from "../../../worker/engine/ledger/job-row.ts";
import { readPauses } from "../../../worker/engine/pause/pauses.ts";
import { faultsOf, openChromium, openWindow } from "../../support/browser.ts";
import { putJob, startConsole, type TestConsole } from "../../support/console.ts";
import { type Provisioned, startProvisioned } from "../../support/provisioned.ts";
import { until } from "../../support/until.ts";

const path = await findBrowser();
const long = "x".repeat(120);
const submission = "a".repeat(32);

describe.skipIf(path === undefined)("the console's pages (skipped where no Chromium is found)", () => {
  let provisioned: Provisioned;
  let console_: TestConsole;
  let browser: Browser;

  beforeAll(async () => {
    [provisioned, browser] = await Promise.all([startProvisioned(), openChromium()]);
    console_ = await startConsole(provisioned, "look");
    await fill();
  });
  afterAll(async () => {
    await browser.close();
    await console_.close();
    await provisioned.close();
  });

  const put = (TableName: string, Item: Record<string, unknown>) =>
    provisioned.db.send(new PutCommand({ TableName, Item }));

  async function fill(): Promise<void> {
    const { names } = console_;
    const at = "2026-01-01T12:00:01.000Z";
    const dead = { status: "dead-lettered", cause: "Error: it failed", deadKind: "resize-image", deadAt: at };
    await putJob(provisioned, names, "resize-image/d1", { ...dead, group: "g-dead" });
    await putJob(provisioned, names, `resize-image/${long}a`, {
      status: "completed",
      group: `${long}`,
      owner: "w-1",
    });
    await putJob(provisioned, names, "resize-image/e2", {
      status: "completed",
      result: { subject: "My story", n: 1 },
    });
    await putJob(provisioned, names, "resize-image/e1", {
      ...{ status: "rejected", reason: "This is not a picture.", code: "not-a-picture", owner: "w-1" },
      ...{ attention: attentionOf("resize-image", "rejected"), attentionAt: at },
    });
    const story = { id: submission, reference: "AAAA-0001", state: "unread", receivedAt: at, subject: long };
    await provisioned.db.send(new PutCommand({ TableName: names.tables.submissions, Item: story }));
    await put(names.tables.people, {
      ...{ id: "p", address: "ann@example.org", name: "Ann", initials: "A", admin: false, signedInAt: at },
      fleet: "fleet",
    });
    await put(names.tables.albums, { album: "trip", pictures: 1, peak: 10, revision: 10 });
    const sheet = { threshold: "000000000010", revision: 10, shown: 9, missing: 1, jobId: "contact-sheet/s" };
    const object = { key: "k", contentType: "image/png", width: 3, height: 4, versionId: "v" };
    await put(names.tables.sheets, { album: "trip", ...sheet, ...object, bucket: names.buckets.sheets });
    const running = [
      { jobId: "resize-image/e2", kind: "resize-image", group: "g", since: at, slots: 1, leaseSeconds: 42 },
    ];
    const Item = {
      ...{
        workerId: "w-1",
        state: "ready",
        busySlots: 1,
        idleSlots: 7,
        held: 1,
        kinds: ["resize-image"],
        running,
      },
      ...{ fleet: names.fleet, instance: "i-0abc", everySeconds: 3600, updatedAt: new Date().toISOString() },
    };
    await provisioned.db.send(new PutCommand({ TableName: names.tables.workers, Item }));
  }

  const pages = [
    "/",
    "/jobs",
    ...["waiting", "rejected", "dead", "ended"].map((state) => `/jobs?state=${state}`),
    "/jobs?state=ended&kind=resize-image",
    "/jobs/resize-image/e2",
    "/jobs/resize-image/d1",
    "/jobs/resize-image/none",
    `/groups?kind=resize-image&group=${long}`,
    "/search?q=nothing",
    "/actions",
    "/actions/redrive?kind=resize-image",
    "/actions/discard?kind=resize-image",
    "/results",
    "/results/albums",
    "/results/album?name=trip",
    ...["/results/words?word=hello", "/results/files", "/results/files?person=p"],
    ...["/submissions", `/submissions/${submission}`, `/submissions/decline?id=${submission}`],
    "/mail",
    ...["/help", "/help/console", "/help/runbooks/no-capacity"],
  ];

  const sizes = [
    { width: 1400, height: 900 },
    { width: 360, height: 700 },
  ];

  test.each(sizes)("in order and readable for everyone: %j", async (viewport) => {
    const { page, context, problems } = await openWindow(browser, { viewport });
    const elsewhere: string[] = [];
    page.on("request", (request) => {
      // Pictures come from the fleet's own buckets, as the page's policy says.
      const own = [console_.url, provisioned.cloud.url];
      if (!own.some((origin) => request.url().startsWith(origin))) elsewhere.push(request.url());
    });
    for (const address of pages) {
      await page.goto(console_.url + address);
      expect([address, await faultsOf(page)]).toEqual([address, []]);
    }
    expect(elsewhere).toEqual([]);
    expect(problems.filter((problem) => !problem.includes("404"))).toEqual([]);
    await context.close();
  });

  test("the charts are drawn, with a legend that names every series", async () => {
    const { page, context, problems } = await openWindow(browser);
    await page.goto(console_.url);
    await page.locator('[data-chart="durations"] canvas').waitFor();
    expect(await page.locator('[data-chart="capacity"] .u-legend .u-label').allTextContents()).toEqual([
      "at",
      "wanted",
      "asked for",
      "in service",
    ]);
    expect(problems).toEqual([]);
    await context.close();
  });

  test("the legend tells all figures of one time, and that nothing ended where nothing did", async () => {
    const { cloud, db } = provisioned;
    // The other one's history may be some seconds old.
    const served = await startConsole(provisioned, "charts");
    const { names } = served;
    const [Fleet, Kind] = [names.fleet, "resize-image"];
    const metric = (name: string, at: StagedMetric["at"], more = {}) =>
      ({ namespace: "FifoFleet", name, dimensions: { Fleet, ...more }, at }) as const;
    const metrics = [
      metric("Visible", () => 7000),
      metric("Completed", (ago) => (ago === 300 ? 5 : undefined), { Kind }),
    ];
    stageMetrics({ cloud, db, names, kinds: [Kind] }, metrics, Date.now());
    const { page, context } = await openWindow(browser);
    await page.goto(served.url);
    const legend = (chart: string) =>
      page.locator(`[data-chart="${chart}"] .u-legend .u-value`).allTextContents();
    await page.locator('[data-chart="durations"] canvas').waitFor();
    await page.locator('[data-chart="backlog"] .u-value', { hasText: "7,000" }).waitFor();
    const [time, waiting] = await legend("backlog");
    expect(waiting).toBe("7,000");
    const [ended, ...counts] = await legend("outcomes");
    expect(counts).toEqual(["0", "0", "0", "0", "0", "0"]);
    // The last count may be one period ahead of the ends.
    const seconds = (clock = "") => Date.parse(`2026-01-01T${clock}Z`) / 1000;
    const apart = seconds(time) - seconds(ended);
    expect([-10, 0, 10]).toContain(Math.abs(apart) > 43_200 ? apart - Math.sign(apart) * 86_400 : apart);
    await context.close();
    await served.close();
  });

  test("by keyboard alone: search, walk along a list, open a job, and pause its group", async () => {
    const { page, context } = await openWindow(browser);
    await page.goto(console_.url);
    await page.keyboard.press("?");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("/");
    await page.waitForURL("**/jobs#search");
    await page.locator("#search:focus").waitFor();
    await page.keyboard.type("g-dead");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/groups?*");
    await page.keyboard.press("j");
    await page.locator('a[href="/jobs/resize-image/d1"]:focus').waitFor();
    await page.keyboard.press("Enter");
    await page.waitForURL("**/jobs/resize-image/d1");
    await page.goBack();
    await page.getByRole("button", { name: "Pause this group" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("status").getByText("is paused").waitFor();
    const paused = await readPauses(provisioned.db, { table: console_.names.tables.pauses, fleet: "look" });
    expect(paused).toMatchObject([{ kind: "resize-image", group: "g-dead" }]);
    await context.close();
  });

  test("a hidden page asks for nothing", async () => {
    const { page, context } = await openWindow(browser);
    await page.goto(console_.url);
    let asked = 0;
    page.on("request", () => {
      asked += 1;
    });
    await until("a renewal", () => asked > 0);
    await page.evaluate("Object.defineProperty(document, 'hidden', { value: true })");
    await page.evaluate("new Promise((resolve) => setTimeout(resolve, 500))");
    asked = 0;
    await page.evaluate("new Promise((resolve) => setTimeout(resolve, 4500))");
    expect(asked).toBe(0);
    await context.close();
  });
});
