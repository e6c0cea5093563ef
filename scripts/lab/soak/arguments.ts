// The arguments of `npm run lab -- soak`.
import { type CommandStreams, createCommand, readCommand } from "../../../worker/process/command.ts";
import { numberFrom, wholeNumberFrom } from "../../cli/number-options.ts";

/** The parsed arguments. */
export type SoakArguments = {
  minutes: number;
  /** Inputs per second. */
  rate: number;
  seed: number;
  json: boolean;
  svg: string | undefined;
};

const longestMinutes = 24 * 60;

/**
 * Reads the arguments.
 * @throws CommanderError for bad ones (already reported) and, with exit code 0, for `--help`
 */
export function readArguments(args: readonly string[], streams: CommandStreams): SoakArguments {
  const command = createCommand("soak", streams)
    .description(
      "Runs a local system under mixed load with faults, and checks that memory and files stay flat.",
    )
    .option(
      "--minutes <minutes>",
      `how long inputs are fed, 0.2 to ${longestMinutes}`,
      numberFrom(0.2, longestMinutes),
      60,
    )
    .option("--rate <inputs>", "inputs per second, 0.1 to 50", numberFrom(0.1, 50), 2)
    .option("--seed <seed>", "seed of the choice of inputs and faults", wholeNumberFrom(0, 2 ** 31), 1)
    .option("--json", "print one JSON object at the end instead of a report")
    .option("--svg <file>", "write a chart to this file")
    .addHelpText(
      "after",
      "\nExit code: 0 everything held, 1 something did not hold, 2 bad arguments, 130 interrupted.",
    );
  readCommand(command, args);
  const { json = false, svg, ...rest } = command.opts<Given>();
  return { ...rest, json, svg };
}

/** What commander returns: options without a default may be missing. */
type Given = Pick<SoakArguments, "minutes" | "rate" | "seed"> & Partial<Pick<SoakArguments, "json" | "svg">>;
