// `npm run bench -- SUITE`: shows how fast the fleet is beside its peers, all measured in one run, each in its own process.
// Figures go to stdout, progress to stderr.
import { Command, CommanderError, InvalidArgumentError } from "commander";
import { wholeNumberFrom } from "../../cli/number-options.ts";
import { NoSuchRow, type Suite } from "./suite.ts";

/** Suites by name, each loaded only when it is run. */
const suites: Record<string, () => Promise<{ suite: Suite }>> = {
  queue: () => import("./queue/suite.ts"),
  pictures: () => import("./pictures/suite.ts"),
  words: () => import("./words/suite.ts"),
};

type Arguments = { json: boolean; rounds: number; latency: number; only?: string };

function suiteName(text: string): string {
  if (!Object.hasOwn(suites, text))
    throw new InvalidArgumentError(`There is ${Object.keys(suites).join(", ")}.`);
  return text;
}

async function bench(args: string[]): Promise<void> {
  const parsed = new Command("bench")
    .description("Measures the fleet beside its peers in one run, each in its own process.")
    .argument("<suite>", Object.keys(suites).join(" or "), suiteName)
    .option("--json", "print one JSON line instead of tables", false)
    .option("--rounds <count>", "rounds; the median is reported", wholeNumberFrom(1, 99), 3)
    .option(
      "--latency <ms>",
      "latency added to every call to the cloud, in milliseconds",
      wholeNumberFrom(0, 10_000),
      10,
    )
    .option("--only <name>", "run only the rows whose name contains this text")
    .allowExcessArguments(false)
    .exitOverride()
    .parse(args, { from: "user" });
  const { json, rounds, latency, only = "" } = parsed.opts<Arguments>();
  const name = parsed.args[0] ?? "";
  const { suite } = (await suites[name]?.()) ?? {};
  if (suite === undefined) throw new Error(`suite ${name} cannot be loaded`);
  const progress = (line: string) => process.stderr.write(`${line}\n`);
  const report = await suite({ rounds, latencyMs: latency, only, progress });
  console.log(json ? JSON.stringify({ v: 1, suite: name, rows: report.rows }) : report.text);
}

/** Runs a suite. Resolves to the exit code: 0, 1 failed, 2 bad arguments. */
export async function command(args: string[]): Promise<number> {
  try {
    await bench(args);
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    console.error(error instanceof NoSuchRow ? `bench: ${error.message}` : error);
    return error instanceof NoSuchRow ? 2 : 1;
  }
}
