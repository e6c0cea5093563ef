// The pages suite: a hundred people who use the pages at the same time. Reports times, store calls and costs by route.
import { availableParallelism } from "node:os";
import { z } from "zod";
import { median, percentile, significant } from "../../measure/statistics.ts";
import { startChild } from "../child.ts";
import {
  markdownTable,
  NoSuchRow,
  type Row,
  type Suite,
  type SuiteOptions,
  type SuiteReport,
} from "../suite.ts";
import { costOfThousand } from "./costs.ts";
import { mix } from "./mix.ts";
import { type Looking, type Served, visit, visitAll } from "./people.ts";

/** How many people come, for how long, and how long each looks at what they got. */
export type PageLoad = {
  people: number;
  /** One round. Before the first one everything is asked for, so that nothing is measured that happens only once. */
  roundSeconds: number;
  warmUpSeconds: number;
  looking: Looking;
};

const usualLoad: PageLoad = {
  people: 100,
  roundSeconds: 20,
  warmUpSeconds: 5,
  looking: { leastMs: 1000, mostMs: 3000 },
};

const personSchema = z.object({
  cookie: z.string(),
  csrf: z.string(),
  admin: z.boolean(),
  files: z.array(z.string()),
  links: z.array(z.string()),
});

const tallySchema = z.object({
  requests: z.number(),
  milliseconds: z.number(),
  calls: z.record(z.string(), z.number()),
  readUnits: z.number(),
  writeUnits: z.number(),
});

/** What is known of a route's requests. Averages are of one request. */
type PageRow = Row & {
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

/** Measures the pages under a load. */
export const pagesSuite =
  (load: PageLoad): Suite =>
  async (options) => {
    const names = mix.map(({ name }) => name);
    const chosen = names.filter((name) => name.includes(options.only));
    if (chosen.length === 0) throw new NoSuchRow(options.only, names);
    const { served, tallies } = await measure(load, options);
    const rows = mix
      .filter(({ name }) => chosen.includes(name))
      .flatMap(({ name, page }) => rowOf(name, page, served, tallies[name]));
    return reportOf(rows, served.length, load, options);
  };

/** The pages under their usual load. */
export const suite: Suite = pagesSuite(usualLoad);

type Tally = z.output<typeof tallySchema>;

async function measure(load: PageLoad, { rounds, latencyMs, progress }: SuiteOptions) {
  const { people, roundSeconds, warmUpSeconds, looking } = load;
  const fleet = "pages";
  const setup = { latencyMs, dynamoDb: true, fleet };
  const cloud = startChild("./pages/cloud-process.ts", { args: [JSON.stringify(setup)] });
  try {
    const { url } = await cloud.receive("serving", z.object({ url: z.string() }));
    progress(`making ${people} people with their files`);
    const web = startChild("./pages/web-process.ts", { args: [JSON.stringify({ url, fleet, people })] });
    try {
      const shape = z.object({ origin: z.string(), people: z.array(personSchema) });
      const { origin, people: everybody } = await web.receive("serving", shape);
      progress("warming up");
      await visit(origin, everybody, { seconds: warmUpSeconds, looking });
      web.send({ do: "forget" });
      // Rare routes are counted too, whatever chance has people ask for.
      const admin = everybody.find((person) => person.admin);
      const served = admin === undefined ? [] : await visitAll(origin, admin, 3);
      for (let round = 1; round <= rounds; round += 1) {
        progress(`round ${round}: ${people} people for ${roundSeconds} s`);
        served.push(...(await visit(origin, everybody, { seconds: roundSeconds, looking })));
      }
      web.send({ do: "tallies" });
      const { tallies } = await web.receive(
        "tallies",
        z.object({ tallies: z.record(z.string(), tallySchema) }),
      );
      return { served, tallies };
    } finally {
      await web.end();
    }
  } finally {
    await cloud.end();
  }
}

function rowOf(name: string, page: boolean, served: readonly Served[], tally: Tally | undefined): PageRow[] {
  const those = served.filter(({ route }) => route === name);
  if (those.length === 0 || tally === undefined) return [];
  const times = those.map(({ milliseconds }) => milliseconds);
  const average = (sum: number) => significant(sum / tally.requests, 3);
  return [
    {
      name,
      unit: "ms",
      median: significant(median(times)),
      ratioTo: {},
      p95: significant(percentile(times, 0.95) ?? Number.NaN),
      page,
      requests: those.length,
      failed: those.filter(({ status }) => status >= 400).length,
      calls: Object.fromEntries(Object.entries(tally.calls).map(([call, count]) => [call, average(count)])),
      readUnits: average(tally.readUnits),
      writeUnits: average(tally.writeUnits),
      serverMilliseconds: average(tally.milliseconds),
      kilobytes: significant(those.reduce((sum, { bytes }) => sum + bytes, 0) / those.length / 1024),
    },
  ];
}

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
    milliseconds: over(rows, (row) => row.serverMilliseconds),
    readUnits: over(rows, (row) => row.readUnits),
    writeUnits: over(rows, (row) => row.writeUnits),
    calls: Object.fromEntries([...kinds].map((kind) => [kind, over(rows, ({ calls }) => calls[kind] ?? 0)])),
  });
}

function reportOf(
  rows: readonly PageRow[],
  requests: number,
  { people, roundSeconds }: PageLoad,
  { rounds, latencyMs }: SuiteOptions,
): SuiteReport {
  const seconds = rounds * roundSeconds;
  const title =
    `Pages: ${people} people for ${seconds} s, ${Math.round(requests / seconds)} requests a second, ` +
    `${latencyMs} ms added to every store call, ${availableParallelism()} cores, Node ${process.versions.node}`;
  const table = markdownTable(
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
  const failed = rows.reduce((sum, row) => sum + row.failed, 0);
  const costs = [
    ["1,000 page views", rows.filter(({ page }) => page)],
    ["1,000 other requests", rows.filter(({ page }) => !page)],
  ] as const;
  const money = (dollars: number) => Number(dollars.toFixed(5));
  const costTable = markdownTable(
    ["dollars for", "CDN", "HTTP API", "Lambda", "DynamoDB", "S3", "sum"],
    costs
      .filter(([, some]) => some.length > 0)
      .map(([name, some]) => {
        const { cdn, httpApi, lambda, dynamodb, s3, sum } = costOf(some);
        return [name, ...[cdn, httpApi, lambda, dynamodb, s3, sum].map(money)];
      }),
  );
  return { rows: [...rows], text: [title, table, costTable, `${failed} requests failed`].join("\n\n") };
}
