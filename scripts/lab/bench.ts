// `npm run bench -- SUITE`: measures beside peers in one run. Figures go to stdout, progress to stderr.
import { Command, CommanderError, InvalidArgumentError } from "commander";
import { wholeNumberFrom } from "../cli/number-options.ts";
import { NoSuchRow, type Suite } from "./bench/suite.ts";

/** Suites by name, loaded when asked for. */
const suites: Record<string, () => Promise<{ suite: Suite }>> = {
  queue: () => import("./bench/queue/suite.ts"),
  pictures: () => import("./bench/pictures/suite.ts"),
  words: () => import("./bench/words/suite.ts"),
};

type Arguments = { json: boolean; rounds: number; latency: number; only?: string };

function suiteName(text: string): string {
  if (!Object.hasOwn(suites, text))
    throw new InvalidArgumentError(`There is ${Object.keys(suites).join(", ")}.`);
  return text;
}

async function bench(args: string[]): Promise<void> {
  const command = new Command("bench")
    .description("Measures beside peers in one run, each in a process of its own.")
    .argument("<suite>", Object.keys(suites).join(" or "), suiteName)
    .option("--json", "print one JSON line instead of tables", false)
    .option("--rounds <count>", "rounds; the median counts", wholeNumberFrom(1, 99), 3)
    .option(
      "--latency <ms>",
      "added to every call to the cloud, milliseconds",
      wholeNumberFrom(0, 10_000),
      10,
    )
    .option("--only <name>", "only rows whose name contains this text")
    .allowExcessArguments(false)
    .exitOverride()
    .parse(args, { from: "user" });
  const { json, rounds, latency, only = "" } = command.opts<Arguments>();
  const name = command.args[0] ?? "";
  const { suite } = (await suites[name]?.()) ?? {};
  if (suite === undefined) throw new Error(`suite ${name} cannot be loaded`);
  const progress = (line: string) => process.stderr.write(`${line}\n`);
  const report = await suite({ rounds, latencyMs: latency, only, progress });
  console.log(json ? JSON.stringify({ v: 1, suite: name, rows: report.rows }) : report.text);
}

try {
  await bench(process.argv.slice(2));
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else if (error instanceof NoSuchRow) {
    console.error(`bench: ${error.message}`);
    process.exitCode = 2;
  } else {
    console.error(error);
    process.exitCode = 1;
  }
}
