// `npm run lab -- growth`: how the cost of a job grows with what it meets, as a table and a chart with both axes logarithmic.
import { writeFile } from "node:fs/promises";
import { createCommand, exitCodes, readCommand, runCommand } from "../../../worker/process/command.ts";
import { wholeNumberFrom } from "../../cli/number-options.ts";
import { inTemporaryFolder } from "../bench/files.ts";
import { withJobsCloud } from "../bench/jobs/measure.ts";
import { startQueueCloud } from "../bench/queue/drain.ts";
import { markdownTable, NoSuchRow } from "../bench/suite.ts";
import { median, significant } from "../measure/statistics.ts";
import { growthChart } from "./chart.ts";
import { type Dimension, dimensions, type Surroundings } from "./dimensions.ts";
import { type Grown, isTooSteep, type Point, slopeOf } from "./slope.ts";

type Arguments = { only?: string; most: number; rounds: number; json: boolean; svg?: string };

/** Measures growth. Resolves to the exit code: 0, 1 when something grows too fast or a run fails, 2 bad arguments. */
export async function command(args: string[]): Promise<number> {
  return runCommand("growth", async () => {
    const parsed = createCommand("growth")
      .description(
        "Measures how the cost of a job grows with backlog, groups, rows, workers, a person's files and the size of its input.",
      )
      .option("--only <name>", "only the dimensions whose name contains this text", "")
      .option("--most <size>", "leave out larger sizes", wholeNumberFrom(1, 100_000_000), 100_000_000)
      .option("--rounds <count>", "rounds; the median is reported", wholeNumberFrom(1, 99), 3)
      .option("--json", "print one JSON line instead of a table", false)
      .option("--svg <file>", "also write a chart");
    readCommand(parsed, args);
    const options = parsed.opts<Arguments>();
    const grown = await measureAll(options);
    if (options.svg !== undefined) await writeFile(options.svg, growthChart(grown));
    console.log(options.json ? JSON.stringify({ v: 1, growth: grown }) : tableOf(grown));
    return grown.some(isTooSteep) ? exitCodes.failed : exitCodes.done;
  });
}

async function measureAll({ only = "", most, rounds }: Arguments): Promise<Grown[]> {
  const chosen = dimensions.filter(({ name }) => name.includes(only));
  if (chosen.length === 0)
    throw new NoSuchRow(
      only,
      dimensions.map(({ name }) => name),
    );
  return inTemporaryFolder((folder) =>
    withJobsCloud({ latencyMs: 0 }, async (jobs) => {
      const queue = await startQueueCloud({ fleet: "growth", latencyMs: 0, dynamoDb: true });
      try {
        const grown: Grown[] = [];
        for (const dimension of chosen)
          grown.push(await grow(dimension, { most, rounds }, { queue, jobs, folder }));
        return grown;
      } finally {
        await queue.end();
      }
    }),
  );
}

async function grow(
  { name, unit, sizes, slope: allowed, measure }: Dimension,
  { most, rounds }: Pick<Arguments, "most" | "rounds">,
  around: Surroundings,
): Promise<Grown> {
  const points: Point[] = [];
  for (const size of sizes.filter((each) => each <= most)) {
    const costs: number[] = [];
    for (let round = 0; round < rounds; round += 1) costs.push(await measure(size, around));
    points.push({ size, cost: significant(median(costs)) });
    process.stderr.write(`${name} ${size}: ${significant(median(costs))} ms CPU\n`);
  }
  return { name, unit, slope: significant(slopeOf(points), 2), allowed, points };
}

function tableOf(grown: readonly Grown[]): string {
  const cells = grown.map((each) => [
    each.name,
    each.points.map(({ size, cost }) => `${size.toLocaleString("en")}: ${cost}`).join(", "),
    each.slope,
    each.allowed,
    isTooSteep(each) ? "too steep" : "as it should",
  ]);
  return markdownTable(["what grows", "size: CPU ms of one unit", "slope", "allowed", "grows"], cells);
}
