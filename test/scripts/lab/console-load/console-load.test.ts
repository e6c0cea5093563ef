// The world that `console-load` makes, and that no page of the console reads more in it than it may.
import { afterAll, beforeAll, expect, test } from "vitest";
import { measurePage, nextOf, pagesOf } from "../../../../scripts/lab/console-load/measure.ts";
import { rowAt, rowsOf } from "../../../../scripts/lab/console-load/rows.ts";
import { startWorld } from "../../../../scripts/lab/console-load/world.ts";
import { readJobRow } from "../../../../worker/engine/ledger/job-row.ts";

const size = { rows: 3000, groups: 100, dead: 60, waiting: 40 };
const now = Date.now();
const rows = [...rowsOf(size, now)];

let world: Awaited<ReturnType<typeof startWorld>>;
beforeAll(async () => {
  world = await startWorld({ size, now, port: 0, progress: () => {} });
});
afterAll(() => world.close());

test("every row is one that the ledger reads, of every state, and none is in the future", () => {
  const read = rows.map(readJobRow);
  const count = (status: string) => read.filter((row) => row.status === status).length;
  expect([count("dead-lettered"), count("waiting"), count("rejected") > 0]).toEqual([60, 40, true]);
  expect(new Set(read.map(({ group }) => group)).size).toBe(100);
  expect(read.every(({ updatedAt }) => Date.parse(updatedAt) <= now)).toBe(true);
  expect(rows).toEqual(Array.from({ length: size.rows }, (_, index) => rowAt(index, size, now)));
});

test("all rows are in the ledger, and found by each of its indexes", async () => {
  const json = async (path: string) =>
    [
      ...(await (await fetch(world.url + path)).text()).matchAll(
        /"jobId":"([^"]+)","kind|\{"jobId":"([^"]+)"\}/g,
      ),
    ].map(([, listed, exported]) => listed ?? exported ?? "");
  const waiting = rows.filter(({ status }) => status === "waiting").map(({ jobId }) => jobId);
  const listed = await json(`/api/jobs/ids?state=waiting`);
  expect(listed.sort()).toEqual(waiting.sort());
  const { kind, group } = rows[7] ?? { kind: "", group: "" };
  const same = rows.filter((row) => row.kind === kind && row.group === group).map(({ jobId }) => jobId);
  const found = await json(`/api/groups?${new URLSearchParams({ kind, group })}`);
  expect([...new Set(found)].sort()).toEqual(same.sort());
  expect(await json("/api/jobs/ids?state=dead")).toHaveLength(60);
});

test("every page answers and says its reads, at most twenty", async () => {
  const pages = await pagesOf(world.url, size, now);
  expect(pages.length).toBeGreaterThan(20);
  for (const page of pages) {
    const cost = await measurePage(world, page, 0);
    expect([200, 302, 303], page).toContain(cost.status);
    expect(cost.reads, page).toBeGreaterThan(0);
    expect(cost.reads, page).toBeLessThanOrEqual(20);
    expect(cost.firstMs, page).toBeGreaterThan(0);
    // 1,600 rows of a narrowed list; DynamoDB's least is half a unit a call.
    expect(cost.readUnits, page).toBeGreaterThanOrEqual(0.5);
    expect(cost.readUnits, page).toBeLessThanOrEqual(250);
  }
});

test("the next page of a list is found on its page; the last page has none", async () => {
  expect(await nextOf(world.url, "/jobs?state=ended&kind=resize-image")).toContain("before=");
  expect(await nextOf(world.url, "/jobs?state=waiting&kind=expire-files")).toBeUndefined();
});
