// Asks the console for each of its pages several times, and reads from the answers what they cost: calls to the tables, and time
// in the server.
import { type LoadSize, rowAt } from "./rows.ts";

/**
 * What one page cost. Calls and units are the most of any answer. Times in milliseconds: of the first answer, for which nothing was shared
 * yet, the median of the others, and the slowest.
 */
export type PageCost = {
  page: string;
  status: number;
  reads: number;
  readUnits: number;
  otherCalls: number;
  firstMs: number;
  medianMs: number;
  slowestMs: number;
};

/** The console, and how many read units were used since this was asked last. */
export type Measured = { url: string; readUnits: () => number };

/** Asks for a page once more than `times`. */
export async function measurePage(
  { url, readUnits: unitsSince }: Measured,
  page: string,
  times: number,
): Promise<PageCost> {
  const ms: number[] = [];
  let [reads, readUnits, otherCalls, status] = [0, 0, 0, 0];
  unitsSince();
  for (let index = 0; index <= times; index += 1) {
    const answer = await fetch(url + page, { redirect: "manual" });
    await answer.arrayBuffer();
    status = answer.status;
    const cost = costOf(answer.headers.get("server-timing") ?? "");
    reads = Math.max(reads, cost.reads);
    readUnits = Math.max(readUnits, unitsSince());
    otherCalls = Math.max(otherCalls, cost.otherCalls);
    ms.push(cost.ms);
  }
  const [firstMs = 0, ...rest] = ms;
  const sorted = rest.sort((a, b) => a - b);
  return {
    ...{ page, status, reads, readUnits, otherCalls, firstMs },
    medianMs: sorted[Math.floor(sorted.length / 2)] ?? 0,
    slowestMs: sorted.at(-1) ?? 0,
  };
}

function costOf(timing: string): { reads: number; otherCalls: number; ms: number } {
  const calls = (what: string) => Number(new RegExp(`${what};desc="(\\d+) `).exec(timing)?.[1] ?? 0);
  return {
    reads: calls("store"),
    otherCalls: calls("queues") + calls("metrics"),
    ms: Number(/total;dur=([\d.]+)/.exec(timing)?.[1] ?? 0),
  };
}

/** The next page of a list, as its page links to it; undefined at the end. */
export async function nextOf(url: string, page: string): Promise<string | undefined> {
  const text = await (await fetch(url + page)).text();
  return /href="([^"]+)" rel="next"/.exec(text)?.[1]?.replaceAll("&amp;", "&");
}

/** All pages: lists at their beginning, one page on and in the middle, narrowed ones, one job, one group, searches, and figures as JSON. */
export async function pagesOf(url: string, size: LoadSize, now: number): Promise<string[]> {
  const middle = rowAt(Math.floor(size.rows / 2), size, now);
  const ended = `/jobs?state=ended&kind=${middle.kind}`;
  const group = `/groups?${new URLSearchParams({ kind: middle.kind, group: middle.group })}`;
  const half = new Date(now - 15 * 24 * 60 * 60 * 1000).toISOString();
  const lately = new Date(now - 3 * 24 * 60 * 60 * 1000).toISOString();
  const next = await nextOf(url, ended);
  return [
    ...["/", "/live", "/api/status", "/api/charts"],
    ...["/jobs", "/jobs?state=waiting", "/jobs?state=rejected", "/jobs?state=dead", ended],
    ...(next === undefined ? [] : [next]),
    `${ended}&before=${half}`,
    `/jobs?state=rejected&before=${half}`,
    ...["&worker=i-3", "&reason=nothing-says-this", "&name=abc", "&outcome=rejected"].map(
      (more) => ended + more,
    ),
    ...[`/jobs/${middle.jobId}`, group, `/api${group}`],
    ...[`/search?q=${middle.group}`, `/search?q=${middle.jobId.split("/")[1]}`],
    ...["/actions", "/api/actions", "/actions/redrive?kind=resize-image"],
    ...["/results/albums", `/results/albums?before=${lately}`, "/api/albums"],
    ...["/results/album?name=album-3", "/results/album/picture?name=album-3&ordinal=1"],
    ...[
      `/results?kind=${middle.kind}`,
      "/results/words",
      "/results/files",
      "/results/files?person=console",
      "/submissions",
      `/api/outcomes?kind=${middle.kind}`,
    ],
  ];
}
