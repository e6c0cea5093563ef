// The report of the pages suite: times, store calls and units by route, and what a thousand requests cost.
import { availableParallelism } from "node:os";
import { markdownTable, type Row, type SuiteReport } from "../suite.ts";
import { costOfThousand } from "./costs.ts";

/** What is known of a route's requests. Averages are of one request. */
export type PageRow = Row & {
  requests: number;
  p95: number;
  page: boolean;
  failed: number;
  calls: Record<string, number>;
  readUnits: number;
  writeUnits: number;
  serverMilliseconds: number;
  kilobytes: number;
};

/** How it was measured. */
export type Measured = {
  people: number;
  roundSeconds: number;
  rounds: number;
  latencyMs: number;
  /** Of all rounds. */
  requests: number;
  /** What else the machine had to do: the load average of the minute before. */
  loadBefore: number;
};

/**
 * What a function is paid for a request. An assumption: its time in AWS is not known here, and times on a laptop count what else
 * it had to do.
 */
const assumedMilliseconds = 50;

const callText = (calls: Record<string, number>): string =>
  Object.entries(calls)
    .map(([call, count]) => `${count} ${call.replace("dynamodb ", "")}`)
    .join(", ") || "none";

/** The average of a figure over rows, each as often as it was asked for. */
function over(rows: readonly PageRow[], figure: (row: PageRow) => number): number {
  const requests = rows.reduce((sum, row) => sum + row.requests, 0);
  return rows.reduce((sum, row) => sum + figure(row) * row.requests, 0) / requests;
}

function costOf(rows: readonly PageRow[]) {
  const kinds = new Set(rows.flatMap(({ calls }) => Object.keys(calls)));
  return costOfThousand({
    milliseconds: assumedMilliseconds,
    readUnits: over(rows, (row) => row.readUnits),
    writeUnits: over(rows, (row) => row.writeUnits),
    calls: Object.fromEntries([...kinds].map((kind) => [kind, over(rows, ({ calls }) => calls[kind] ?? 0)])),
  });
}

/** The report as rows, and as text in Markdown. */
export function reportOf(rows: readonly PageRow[], measured: Measured): SuiteReport {
  const failed = rows.reduce((sum, row) => sum + row.failed, 0);
  const text = [headOf(measured, failed), routeTable(rows), costTable(rows)].join("\n\n");
  return { rows: [...rows], text };
}

function headOf(measured: Measured, failed: number): string {
  const { people, roundSeconds, rounds, latencyMs, requests, loadBefore } = measured;
  const seconds = rounds * roundSeconds;
  return (
    `${new Date().toISOString().slice(0, 10)}: ${people} people for ${seconds} s, ` +
    `${Math.round(requests / seconds)} requests a second, ${failed} of ${requests} failed; ` +
    `${latencyMs} ms added to every store call, ${availableParallelism()} cores with a load of ` +
    `${loadBefore.toFixed(1)} before it, Node ${process.versions.node}.`
  );
}

function routeTable(rows: readonly PageRow[]): string {
  return markdownTable(
    ["route", "requests", "p50 ms", "p95 ms", "store calls", "read units", "write units", "kB"],
    rows.map((row) => [
      `\`${row.name}\``,
      row.requests,
      row.median,
      row.p95,
      callText(row.calls),
      row.readUnits,
      row.writeUnits,
      row.kilobytes,
    ]),
  );
}

function costTable(rows: readonly PageRow[]): string {
  const isDownload = ({ name, page }: PageRow) =>
    !page && (/download/.test(name) || name.startsWith("POST /l/"));
  const isAnnouncement = ({ name }: PageRow) => name === "POST /api/v1/uploads";
  const costs = [
    ["1,000 page views", rows.filter(({ page }) => page)],
    ["1,000 downloads", rows.filter(isDownload)],
    ["1,000 announcements of uploads", rows.filter(isAnnouncement)],
    ["1,000 other calls", rows.filter((row) => !row.page && !isDownload(row) && !isAnnouncement(row))],
  ] as const;
  const money = (dollars: number) => Number(dollars.toFixed(5));
  return markdownTable(
    ["dollars for", "CDN", "HTTP API", "Lambda", "DynamoDB", "S3", "sum"],
    costs
      .filter(([, some]) => some.length > 0)
      .map(([name, some]) => {
        const { cdn, httpApi, lambda, dynamodb, s3, sum } = costOf(some);
        return [name, ...[cdn, httpApi, lambda, dynamodb, s3, sum].map(money)];
      }),
  );
}
