// The arguments of `npm run lab -- mutation`.
import { type CommandStreams, createCommand, readCommand } from "../../../worker/process/command.ts";
import { wholeNumberFrom } from "../../cli/number-options.ts";

/** The parsed arguments. */
export type MutationArguments = {
  /** A file, a folder or the name of an area; undefined for all areas. */
  only: string | undefined;
  /** Mutants of each area, chosen by their ids; undefined for all. */
  sample: number | undefined;
  /** Mutants of each area that are left out first: a second sample, which no test was written for. */
  skip: number;
  /** Seconds of tests that each mutant is tried against. */
  tests: number;
  /** Mutants tried at the same time, each in a workspace of its own. */
  parallel: number;
  /** Percent below which the command fails. */
  least: number;
  flows: boolean;
  fresh: boolean;
  list: boolean;
  json: boolean;
};

/**
 * Reads the arguments.
 * @throws CommanderError for bad ones (already reported) and, with exit code 0, for `--help`
 */
export function readArguments(args: readonly string[], streams: CommandStreams): MutationArguments {
  const command = createCommand("mutation", streams)
    .description(
      "Puts small defects into the sources one at a time and runs the tests that reach them: shows what the tests do not see.",
    )
    .option("--only <path>", "a file, a folder or an area (`scaling policy`) instead of all areas")
    .option("--sample <n>", "at most this many mutants of each area", wholeNumberFrom(1, 100_000))
    .option("--skip <n>", "leave out the first of each area's sample order", wholeNumberFrom(0, 100_000), 0)
    .option(
      "--tests <seconds>",
      "seconds of tests for each mutant, nearest first",
      wholeNumberFrom(1, 3600),
      15,
    )
    .option("--parallel <n>", "mutants tried at the same time", wholeNumberFrom(1, 64), 2)
    .option("--least <percent>", "score below which the command fails", wholeNumberFrom(0, 100), 90)
    .option("--flows", "try the tests of whole flows, too", false)
    .option("--fresh", "judge again what earlier runs have judged", false)
    .option("--list", "only list the mutants", false)
    .option("--json", "print one JSON object instead of a report", false)
    .addHelpText(
      "after",
      "\nExit code: 0 every score is high enough, 1 one is not or the list of equivalents is outdated, 2 bad arguments, 130 interrupted.",
    );
  readCommand(command, args);
  const { only, sample, ...rest } = command.opts<Given>();
  return { only, sample, ...rest };
}

type Given = Omit<MutationArguments, "only" | "sample"> & Partial<MutationArguments>;
