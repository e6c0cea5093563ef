// `npm run bench -- SUITE`: shows how fast the fleet is beside its peers, all measured in one run, each in its own process.
// Figures go to stdout, progress to stderr.

import { InvalidArgumentError } from "commander";
import { createCommand, exitCodes, readCommand, runCommand } from "../../../worker/process/command.ts";
import { wholeNumberFrom } from "../../cli/number-options.ts";
import { openDoc } from "./doc.ts";
import type { Suite } from "./suite.ts";

/** Suites by name, each loaded only when it is run. */
const suites: Record<string, () => Promise<{ suite: Suite }>> = {
  queue: () => import("./queue/suite.ts"),
  pictures: () => import("./pictures/suite.ts"),
  mail: () => import("./mail/suite.ts"),
  words: () => import("./words/suite.ts"),
  files: () => import("./files/suite.ts"),
  startup: () => import("./startup/suite.ts"),
  triggers: () => import("./triggers/suite.ts"),
  local: () => import("./local/suite.ts"),
  pages: () => import("./pages/suite.ts"),
};

type Arguments = { json: boolean; rounds: number; latency: number; only?: string; doc?: string };

function suiteName(text: string): string {
  if (!Object.hasOwn(suites, text))
    throw new InvalidArgumentError(`It takes one of ${Object.keys(suites).join(", ")}.`);
  return text;
}

async function bench(args: string[]): Promise<void> {
  const parsed = createCommand("bench")
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
    .option("--doc <file>", "also write the tables into this Markdown file, between the marks of the suite");
  readCommand(parsed, args);
  const { json, rounds, latency, only = "", doc } = parsed.opts<Arguments>();
  const name = parsed.args[0] ?? "";
  const page = doc === undefined ? undefined : await openDoc(doc, name);
  const { suite } = (await suites[name]?.()) ?? {};
  if (suite === undefined) throw new Error(`suite ${name} cannot be loaded`);
  const progress = (line: string) => process.stderr.write(`${line}\n`);
  const report = await suite({ rounds, latencyMs: latency, only, progress });
  await page?.write(report.text);
  console.log(json ? JSON.stringify({ v: 1, suite: name, rows: report.rows }) : report.text);
}

/** Runs a suite. Resolves to the exit code: 0, 1 failed, 2 bad arguments. */
export async function command(args: string[]): Promise<number> {
  return runCommand("bench", async () => {
    await bench(args);
    return exitCodes.done;
  });
}
