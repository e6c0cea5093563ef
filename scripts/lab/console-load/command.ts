// `npm run lab -- console-load`: shows that the console's pages cost the same with a million jobs behind them: calls to the
// tables and time in the server, page by page.
import { createCommand, readCommand, runCommand } from "../../../worker/process/command.ts";
import { wholeNumberFrom } from "../../cli/number-options.ts";
import { table } from "../../cli/table.ts";
import { measurePage, type PageCost, pagesOf } from "./measure.ts";
import type { LoadSize } from "./rows.ts";
import { startWorld } from "./world.ts";

type Arguments = LoadSize & { times: number; keep: boolean; port: number; json: boolean };

/** The most that a page may cost. */
const limits = { reads: 20, ms: 300 } as const;

async function consoleLoad(args: string[]): Promise<number> {
  const options = readArguments(args);
  const progress = (line: string) => process.stderr.write(`console-load: ${line}\n`);
  const [started, now] = [performance.now(), Date.now()];
  const world = await startWorld({ size: options, now, port: options.port, progress });
  try {
    progress(`filled in ${Math.round((performance.now() - started) / 1000)} s`);
    const costs: PageCost[] = [];
    for (const page of await pagesOf(world.url, options, now))
      costs.push(await measurePage(world, page, options.times));
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

const isFair = ({ status, reads, medianMs }: PageCost) =>
  status < 400 && reads > 0 && reads <= limits.reads && medianMs <= limits.ms;

function print(costs: readonly PageCost[], { json, rows, groups, dead }: Arguments): void {
  if (json) console.log(JSON.stringify({ v: 1, rows, groups, dead, pages: costs }));
  else {
    const lines = costs.map(({ page, reads, readUnits, otherCalls, firstMs, medianMs, slowestMs }) => [
      ...[
        reads,
        Math.ceil(readUnits),
        otherCalls,
        Math.round(firstMs),
        Math.round(medianMs),
        Math.round(slowestMs),
      ].map(String),
      page,
    ]);
    const heads = [
      "reads",
      "read units",
      "SQS and CloudWatch",
      "first ms",
      "median ms",
      "slowest ms",
      "page",
    ];
    console.log(table(heads, lines, 140));
  }
}

/** Runs the command. Resolves to the exit code. */
export function command(args: string[]): Promise<number> {
  return runCommand("console-load", () => consoleLoad(args));
}
