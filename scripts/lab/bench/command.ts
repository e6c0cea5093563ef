// `npm run bench -- SUITE`: shows how fast the fleet is beside its peers, all measured in one run, each in its own process.
// Figures go to stdout, progress to stderr.

import { InvalidArgumentError } from "commander";
import { createCommand, exitCodes, readCommand, runCommand } from "../../../worker/process/command.ts";
import { wholeNumberFrom } from "../../cli/number-options.ts";
import { type Doc, openDoc } from "./doc.ts";
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

/** Stands for all suites, one after the other, but for the pages, which a laptop serves without added latency. */
const everything = "all";
const inEverything = Object.keys(suites).filter((name) => name !== "pages");

type Arguments = { json: boolean; rounds: number; latency: number; only?: string; doc?: string };

function suiteName(text: string): string {
  const names = [...Object.keys(suites), everything];
  if (!names.includes(text)) throw new InvalidArgumentError(`It takes one of ${names.join(", ")}.`);
  return text;
}

async function bench(args: string[]): Promise<void> {
  const parsed = createCommand("bench")
    .description("Measures the fleet beside its peers in one run, each in its own process.")
    .argument("<suite>", [...Object.keys(suites), everything].join(" or "), suiteName)
    .option("--json", "print one JSON line instead of tables, for each suite", false)
    .option("--rounds <count>", "rounds; the median is reported", wholeNumberFrom(1, 99), 3)
    .option(
      "--latency <ms>",
      "latency added to every call to the cloud, in milliseconds",
      wholeNumberFrom(0, 10_000),
      10,
    )
    .option("--only <name>", "run only the rows whose name contains this text")
    .option(
      "--doc <path>",
      "also write tables and charts into this Markdown page, or the page of this folder, that has the suite's marks",
    );
  readCommand(parsed, args);
  const options = parsed.opts<Arguments>();
  const given = parsed.args[0] ?? "";
  const names = given === everything ? inEverything : [given];
  const pages: (Doc | undefined)[] = [];
  for (const name of names)
    pages.push(options.doc === undefined ? undefined : await openDoc(options.doc, name));
  for (const [index, name] of names.entries()) await measure(name, options, pages[index]);
}

async function measure(
  name: string,
  { json, rounds, latency, only = "" }: Arguments,
  page: Doc | undefined,
): Promise<void> {
  const { suite } = (await suites[name]?.()) ?? {};
  if (suite === undefined) throw new Error(`suite ${name} cannot be loaded`);
  const progress = (line: string) => process.stderr.write(`${line}\n`);
  const report = await suite({ rounds, latencyMs: latency, only, progress });
  await page?.write(report);
  console.log(json ? JSON.stringify({ v: 1, suite: name, rows: report.rows }) : report.text);
}

/** Runs a suite. Resolves to the exit code: 0, 1 failed, 2 bad arguments. */
export async function command(args: string[]): Promise<number> {
  return runCommand("bench", async () => {
    await bench(args);
    return exitCodes.done;
  });
}
