// The rows that `console-load` makes, and that they cost a page no more than it may read.
import { afterAll, beforeAll, expect, test } from "vitest";
import { fill } from "../../../../scripts/lab/console-load/fill.ts";
import { measurePage, nextOf } from "../../../../scripts/lab/console-load/measure.ts";
import { rowAt } from "../../../../scripts/lab/console-load/rows.ts";
import { readJobRow } from "../../../../worker/engine/ledger/job-row.ts";
import { jobKinds } from "../../../../worker/jobs/catalog.ts";
import { startConsole, type TestConsole } from "../../../support/console.ts";
import { type Provisioned, startProvisioned } from "../../../support/provisioned.ts";

const size = { rows: 400, groups: 20, dead: 40, waiting: 20 };
const now = Date.UTC(2026, 10, 29);
const rows = Array.from({ length: size.rows }, (_, index) => rowAt(index, size, now));

let provisioned: Provisioned;
let console_: TestConsole;
beforeAll(async () => {
  provisioned = await startProvisioned();
  console_ = await startConsole(provisioned, "console-load", jobKinds);
  await fill(provisioned.db, console_.names.tables.jobs, size, { now, progress: () => {} });
});
afterAll(async () => {
  await console_.close();
  await provisioned.close();
});

test("every row is one that the ledger reads, of every state, and none is in the future", () => {
  const read = rows.map(readJobRow);
  const count = (status: string) => read.filter((row) => row.status === status).length;
  expect([count("dead-lettered"), count("waiting"), count("rejected") > 0]).toEqual([40, 20, true]);
  expect(new Set(read.map(({ group }) => group)).size).toBe(20);
  expect(read.every(({ updatedAt }) => Date.parse(updatedAt) <= now)).toBe(true);
  expect(rows).toEqual(Array.from({ length: size.rows }, (_, index) => rowAt(index, size, now)));
});

test.each([
  "/jobs",
  "/jobs?state=waiting",
  "/jobs?state=dead",
  "/jobs?state=rejected",
  "/jobs?state=ended&kind=resize-image",
  "/jobs?state=ended&kind=resize-image&worker=i-3",
  "/groups?kind=resize-image&group=group-1",
  "/search?q=group-1",
  "/actions/redrive?kind=resize-image",
])("%s is measured: it answers, within twenty reads", async (page) => {
  const cost = await measurePage(console_.url, page, 1);
  expect(cost).toMatchObject({ page, status: expect.any(Number) });
  expect([200, 303]).toContain(cost.status);
  expect(cost.reads).toBeGreaterThan(0);
  expect(cost.reads).toBeLessThanOrEqual(20);
  expect(cost.slowestMs).toBeGreaterThanOrEqual(cost.medianMs);
});

test("the next page of a list is found on its page; the last page has none", async () => {
  expect(await nextOf(console_.url, "/jobs?state=ended&kind=resize-image")).toContain("before=");
  expect(await nextOf(console_.url, "/jobs?state=waiting")).toBeUndefined();
});
