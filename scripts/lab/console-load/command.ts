// `npm run lab -- console-load`: shows that the console's pages cost the same with a million jobs behind them: calls to the
// tables and time in the server, page by page.
import { createCommand, readCommand, runCommand } from "../../../worker/process/command.ts";
import { wholeNumberFrom } from "../../cli/number-options.ts";
import { table } from "../../cli/visible.ts";
import { fill } from "./fill.ts";
import { measurePage, nextOf, type PageCost } from "./measure.ts";
import { type LoadSize, rowAt } from "./rows.ts";
import { startWorld } from "./world.ts";

type Arguments = LoadSize & { times: number; keep: boolean; port: number; json: boolean };

/** The most that a page may cost. */
const limits = { reads: 20, ms: 300 } as const;

async function consoleLoad(args: string[]): Promise<number> {
  const options = readArguments(args);
  const progress = (line: string) => process.stderr.write(`console-load: ${line}\n`);
  const world = await startWorld(options.port);
  try {
    const [started, now] = [performance.now(), Date.now()];
    await fill(world.db, world.names.tables.jobs, options, {
      now,
      progress: (rows) => progress(`${rows.toLocaleString("en")} rows`),
    });
    progress(`filled in ${Math.round((performance.now() - started) / 1000)} s`);
    const costs: PageCost[] = [];
    for (const page of await pagesOf(world.url, options, now))
      costs.push(await measurePage(world.url, page, options.times));
    print(costs, options);
    if (options.keep) {
      progress(`the console is on ${world.url}; Ctrl-C ends it`);
      await new Promise((resolve) => process.once("SIGINT", resolve));
    }
    return costs.every(isFair) ? 0 : 1;
  } finally {
    await world.close();
  }
}

function readArguments(args: string[]): Arguments {
  const many = wholeNumberFrom(0, 10_000_000);
  const command = createCommand("console-load")
    .description(
      "Fills a local jobs table and measures what each page of the console reads and how long it takes.",
    )
    .option("--rows <count>", "how many jobs the ledger has", wholeNumberFrom(100, 10_000_000), 100_000)
    .option("--groups <count>", "how many message groups they are in", wholeNumberFrom(1, 1_000_000), 10_000)
    .option("--dead <count>", "how many of them are dead letters", many, 2000)
    .option("--waiting <count>", "how many of them wait for their next run", many, 500)
    .option("--times <count>", "how often each page is asked for", wholeNumberFrom(1, 1000), 10)
    .option("--port <port>", "where the console listens (0 picks a free port)", wholeNumberFrom(0, 65_535), 0)
    .option("--keep", "go on serving the console afterwards, to look at it", false)
    .option("--json", "print one line of JSON", false)
    .addHelpText(
      "after",
      `\nExit code: 0 every page within ${limits.reads} reads and ${limits.ms} ms (median), 1 one is not, 2 bad arguments.`,
    );
  return readCommand(command, args).opts<Arguments>();
}

/** The pages to ask for: lists at their beginning, one page on and in the middle, one job, one group, a search. */
async function pagesOf(url: string, size: LoadSize, now: number): Promise<string[]> {
  const middle = rowAt(Math.floor(size.rows / 2), size, now);
  const ended = `/jobs?state=ended&kind=${middle.kind}`;
  const group = `/groups?${new URLSearchParams({ kind: middle.kind, group: middle.group })}`;
  const half = new Date(now - 15 * 24 * 60 * 60 * 1000).toISOString();
  const next = await nextOf(url, ended);
  return [
    ...["/", "/jobs", "/jobs?state=waiting", "/jobs?state=rejected", "/jobs?state=dead", ended],
    ...(next === undefined ? [] : [next]),
    `${ended}&before=${half}`,
    `/jobs?state=rejected&before=${half}`,
    `${ended}&worker=i-3`,
    `${ended}&reason=nothing-says-this`,
    `/jobs/${middle.jobId}`,
    ...[group, `/search?q=${middle.group}`, `/search?q=${middle.jobId.split("/")[1]}`],
    `/results?kind=${middle.kind}`,
  ];
}

const isFair = ({ status, reads, medianMs }: PageCost) =>
  status < 400 && reads <= limits.reads && medianMs <= limits.ms;

function print(costs: readonly PageCost[], { json, rows, groups, dead }: Arguments): void {
  if (json) console.log(JSON.stringify({ v: 1, rows, groups, dead, pages: costs }));
  else {
    const lines = costs.map(({ page, reads, medianMs, slowestMs }) => [
      ...[String(reads), medianMs.toFixed(0), slowestMs.toFixed(0)],
      page,
    ]);
    console.log(table(["reads", "median ms", "slowest ms", "page"], lines, 120));
  }
}

/** Runs the command. Resolves to the exit code. */
export function command(args: string[]): Promise<number> {
  return runCommand("console-load", () => consoleLoad(args));
}
