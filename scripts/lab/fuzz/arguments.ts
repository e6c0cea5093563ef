// The arguments of `npm run lab -- fuzz`.

import { Argument } from "commander";
import { type CommandStreams, createCommand, readCommand } from "../../../worker/process/command.ts";
import { wholeNumberFrom } from "../../cli/number-options.ts";

/** The suites. */
export const fuzzSuites = [
  "pictures",
  "heic",
  "readers",
  "mails",
  "tnef",
  "nested",
  "triggers",
  "console",
] as const;
export type FuzzSuite = (typeof fuzzSuites)[number];

/** The parsed arguments. */
export type FuzzArguments = {
  suite: FuzzSuite;
  runs: number;
  seed: number;
  /** Number of the first run: `--from N --runs 1` repeats run N. */
  from: number;
  json: boolean;
  /** Directory for the inputs of findings, if any. */
  keep: string | undefined;
};

/**
 * Reads the arguments.
 * @throws CommanderError for bad ones (already reported) and, with exit code 0, for `--help`
 */
export function readArguments(args: readonly string[], streams: CommandStreams): FuzzArguments {
  const command = createCommand("fuzz", streams)
    .description(
      "Feeds hostile input to everything that takes input: mutated pictures (heic: those of phones; readers: those that our own readers decode), mails and what is in mails to the sandbox, foreign events to triggers, odd requests to the console.",
    )
    .addArgument(new Argument("<suite>", "what to fuzz").choices(fuzzSuites))
    .option("--runs <n>", "how many inputs, 1 to 10000000", wholeNumberFrom(1, 10_000_000), 1000)
    .option("--seed <n>", "seed of the inputs", wholeNumberFrom(0, 2 ** 31 - 1), 1)
    .option("--from <n>", "number of the first run", wholeNumberFrom(0, 2 ** 31 - 1), 0)
    .option("--keep <directory>", "write the inputs of findings to this directory")
    .option("--json", "print one JSON object instead of a report")
    .addHelpText(
      "after",
      "\nExit code: 0 no problem, 1 a problem (with the command that repeats it), 2 bad arguments, 130 interrupted.",
    );
  readCommand(command, args);
  const { json = false, keep, ...rest } = command.opts<Given>();
  return { suite: command.processedArgs[0] as FuzzSuite, ...rest, json, keep };
}

type Given = Pick<FuzzArguments, "runs" | "seed" | "from"> & Partial<Pick<FuzzArguments, "json" | "keep">>;
