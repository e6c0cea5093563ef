// One run of `npm run simulate`: arguments, traces, comparison or advice, output, exit code.
import { readFile, writeFile } from "node:fs/promises";
import { FleetError, InvalidSettings } from "../../worker/fleet/errors.ts";
import { type CommandStreams, createCommand, readCommand, runCommand } from "../../worker/process/command.ts";
import { numberFrom, wholeNumberFrom } from "../cli/number-options.ts";
import { advise } from "./advise.ts";
import { compare } from "./compare.ts";
import { runExport } from "./export/run-export.ts";
import { type FleetMeasures, type Trace, usualMeasures } from "./model/trace.ts";
import { adviceSvg, comparisonSvg, frontSvg } from "./output/svg.ts";
import { adviceText, comparisonJson, comparisonText } from "./output/text.ts";
import { traces } from "./traces/catalog.ts";
import { traceFromCsv } from "./traces/csv.ts";

/** The file of a trace cannot be read. */
class UnreadableTrace extends FleetError {}

type Options = {
  json: boolean;
  svg?: string;
  front?: string;
  min?: number;
  max?: number;
  slots?: number;
  bootSeconds?: number;
  targetWait?: number;
};

export type SimulateEnvironment = CommandStreams & { env: NodeJS.ProcessEnv };

/** Runs the command and returns its exit code: 0, 1 failed, 2 bad arguments. */
export function runSimulate(args: readonly string[], environment: SimulateEnvironment): Promise<number> {
  if (args[0] === "export") return runExport(args.slice(1), environment);
  return runCommand(
    "simulate",
    async () => {
      const { words, options } = readArguments(args, environment);
      const [first, ...rest] = words;
      const advice = first === "advise";
      const names = advice ? rest : words;
      if (names[0] === "all" && (options.svg ?? options.front) !== undefined)
        throw new InvalidSettings(["--svg and --front take one trace, not all"]);
      const chosen = await chooseTraces(names, measuresOf(options));
      for (const trace of chosen) {
        const text = advice ? await adviseOn(trace, options) : await compareOn(trace, options);
        environment.stdout.write(`${text}\n`);
      }
      return 0;
    },
    environment,
  );
}

function readArguments(args: readonly string[], environment: SimulateEnvironment) {
  const program = createCommand("simulate", environment)
    .description(
      "Plays a trace of jobs to scaling policies and shows what each costs and how long jobs wait.",
    )
    .usage("[advise] TRACE [options]\n       simulate export FILE.csv [--hours HOURS] [--aws]")
    .argument("<trace...>", "a trace by name, all, or a CSV file; after the word advise: settings for ours")
    .option("--json", "print one line of JSON for a trace", false)
    .option("--svg <file>", "write a plot: instances and backlog of every policy, or the advice")
    .option("--front <file>", "write a plot of cost beside wait")
    .option("--min <instances>", "the smallest fleet", wholeNumberFrom(0, 1000))
    .option("--max <instances>", "the largest fleet", wholeNumberFrom(1, 1000))
    .option("--slots <count>", "jobs an instance runs at once", wholeNumberFrom(1, 256))
    .option("--boot-seconds <seconds>", "from the launch to the first job", numberFrom(1, 3600))
    .option("--target-wait <seconds>", "how long a job may wait", numberFrom(1, 86_400))
    .addHelpText(
      "after",
      `
Traces: ${Object.keys(traces).join(", ")}.
A CSV file has the header arrival,kind,group,seconds and a job a line; export writes one from a running fleet.
Exit code: 0 done, 1 failed, 2 bad arguments.`,
    );
  readCommand(program, args, environment.env);
  return { words: program.args, options: program.opts<Options>() };
}

function measuresOf({ min, max, slots, bootSeconds, targetWait }: Options): FleetMeasures {
  const measures = {
    slotsPerInstance: slots ?? usualMeasures.slotsPerInstance,
    bootSeconds: bootSeconds ?? usualMeasures.bootSeconds,
    min: min ?? usualMeasures.min,
    max: max ?? usualMeasures.max,
    targetWaitSeconds: targetWait ?? usualMeasures.targetWaitSeconds,
  };
  if (measures.min > measures.max)
    throw new InvalidSettings([`--min is ${measures.min} and takes at most --max, ${measures.max}`]);
  return measures;
}

async function chooseTraces([name, ...more]: readonly string[], measures: FleetMeasures): Promise<Trace[]> {
  if (name === undefined || more.length > 0)
    throw new InvalidSettings([
      `takes one trace: ${[...Object.keys(traces), "all"].join(", ")} or a CSV file`,
    ]);
  if (name === "all") return Object.values(traces).map((make) => ({ ...make(), measures }));
  const make = Object.hasOwn(traces, name) ? traces[name] : undefined;
  if (make !== undefined) return [{ ...make(), measures }];
  if (name.endsWith(".csv")) return [traceFromCsv(await readText(name), name, measures)];
  throw new InvalidSettings([
    `"${name}" is not one of ${[...Object.keys(traces), "all"].join(", ")}, nor a file that ends in .csv`,
  ]);
}

async function readText(file: string): Promise<string> {
  return readFile(file, "utf8").catch((cause: unknown) => {
    throw new UnreadableTrace(`${file} cannot be read: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    });
  });
}

async function compareOn(trace: Trace, { json, svg, front }: Options): Promise<string> {
  const comparison = compare(trace);
  if (svg !== undefined) await writeFile(svg, comparisonSvg(comparison));
  if (front !== undefined) await writeFile(front, frontSvg(comparison));
  return json ? comparisonJson(comparison) : comparisonText(comparison, process.stdout.columns ?? 100);
}

async function adviseOn(trace: Trace, { json, svg }: Options): Promise<string> {
  const rows = advise(trace);
  if (svg !== undefined) await writeFile(svg, adviceSvg(trace.name, rows));
  return json
    ? JSON.stringify({ v: 1, trace: trace.name, choices: rows })
    : adviceText(trace.name, rows, process.stdout.columns ?? 100);
}
