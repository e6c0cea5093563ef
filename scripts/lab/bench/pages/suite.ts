// The pages suite: a hundred people who use the pages at the same time. Reports times, store calls and costs by route.
import { loadavg } from "node:os";
import { z } from "zod";
import { median, percentile, significant } from "../../measure/statistics.ts";
import { startChild } from "../child.ts";
import { NoSuchRow, type Suite, type SuiteOptions } from "../suite.ts";
import { mix } from "./mix.ts";
import { type Looking, type Served, visit, visitAll } from "./people.ts";
import { type PageRow, reportOf } from "./report.ts";

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

/** Measures the pages under a load. */
export const pagesSuite =
  (load: PageLoad): Suite =>
  async (options) => {
    const names = mix.map(({ name }) => name);
    const chosen = names.filter((name) => name.includes(options.only));
    if (chosen.length === 0) throw new NoSuchRow(options.only, names);
    const [loadBefore = 0] = loadavg();
    const { served, tallies } = await measure(load, options);
    const rows = mix
      .filter(({ name }) => chosen.includes(name))
      .flatMap(({ name, page }) => rowOf(name, page, served, tallies[name]));
    return reportOf(rows, { ...load, ...options, requests: served.length, loadBefore });
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
