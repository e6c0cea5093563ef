// Pages of a list that several partitions share, in a real DynamoDB: every row once, in order, at a constant number of reads.
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  mergedPage,
  type Partitioned,
  type WantedPage,
} from "../../../scripts/console/jobs/merge-partitions.ts";
import { counted, withCalls } from "../../../scripts/console/reads.ts";
import { type Provisioned, startProvisioned } from "../../support/provisioned.ts";

let provisioned: Provisioned;
let table = "";
beforeAll(async () => {
  provisioned = await startProvisioned();
  table = (await provisioned.provision("merge")).tables.jobs;
});
afterAll(() => provisioned.close());

const startMs = Date.UTC(2026, 0, 1);
const iso = (ms: number) => new Date(startMs + ms).toISOString();

let lists = 0;
/** A list of new partitions with a row at each of these milliseconds, spread over the partitions by `partitionOf`. */
async function list(
  times: readonly number[],
  partitions: number,
  partitionOf = (index: number) => index % partitions,
): Promise<Partitioned> {
  lists += 1;
  const nameOf = (partition: number) => `list-${lists}-${partition}`;
  await Promise.all(
    times.map((ms, index) => {
      const jobId = `list-${lists}/${String(index).padStart(4, "0")}`;
      const Item = { jobId, deadKind: nameOf(partitionOf(index)), deadAt: iso(ms), odd: index % 2 };
      return provisioned.db.send(new PutCommand({ TableName: table, Item }));
    }),
  );
  const names = Array.from({ length: partitions }, (_, partition) => nameOf(partition));
  return { table, index: "dead", partition: "deadKind", sort: "deadAt", partitions: names };
}

/** All pages from the first to the last, as times of their rows. */
async function pagesOf(source: Partitioned, wanted: Omit<WantedPage, "before">) {
  const pages: number[][] = [];
  let before: string | undefined;
  let reads = 0;
  do {
    const db = counted(provisioned.db, "store");
    const { value: page, calls } = await withCalls(() => mergedPage(db, source, { ...wanted, before }));
    reads = Math.max(reads, calls.store);
    pages.push(page.rows.map(({ deadAt }) => Date.parse(String(deadAt)) - startMs));
    before = page.next;
  } while (before !== undefined && pages.length < 200);
  return { pages, all: pages.flat(), reads };
}

const down = (from: number) => Array.from({ length: from }, (_, index) => from - 1 - index);

test("pages have every row once, the newest first, at one read for each partition", async () => {
  const source = await list([...Array(100).keys()], 4);
  const { all, pages, reads } = await pagesOf(source, { size: 10 });
  expect(all).toEqual(down(100));
  expect(pages[0]).toHaveLength(10);
  expect(reads).toBe(4);
});

test("a list in one partition has full pages", async () => {
  const { pages } = await pagesOf(await list([...Array(25).keys()], 1), { size: 10 });
  expect(pages.map(({ length }) => length)).toEqual([10, 10, 5]);
});

test("rows that are all in one of many partitions still come in order and once", async () => {
  const source = await list([...Array(60).keys()], 16, () => 3);
  const { all } = await pagesOf(source, { size: 20 });
  expect(all).toEqual(down(60));
});

test("rows of one millisecond stay on one page, even where they fill several reads", async () => {
  const times = [...Array.from({ length: 60 }, () => 5), 1, 9];
  const { all, pages } = await pagesOf(await list(times, 4, (index) => index % 2), { size: 8 });
  expect(all).toHaveLength(times.length);
  expect([all[0], all.at(-1)]).toEqual([9, 1]);
  expect(pages.filter((page) => page.includes(5))).toHaveLength(1);
});

test("a filter looks at a bounded number of rows and says how many; the next page goes on there", async () => {
  const source = await list([...Array(50).keys()], 2);
  const filter = { expression: "odd = :one", values: { ":one": 1 } };
  const page = await mergedPage(provisioned.db, source, { size: 10, filter });
  expect(page.lookedAt).toBe(50);
  const { all } = await pagesOf(source, { size: 10, filter });
  expect(all).toEqual(down(50).filter((ms) => ms % 2 === 1));
});

test("a time range is half open: from the first time on, before the second", async () => {
  const source = await list([...Array(10).keys()], 2);
  const page = await mergedPage(provisioned.db, source, { size: 10, from: iso(3), before: iso(6) });
  expect(page.rows.map(({ deadAt }) => deadAt)).toEqual([iso(5), iso(4), iso(3)]);
  expect(page.next).toBeUndefined();
});
