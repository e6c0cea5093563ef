// The arguments of `npm run soak`.
import { Command } from "commander";
import { numberFrom, wholeNumberFrom } from "../../cli/number-options.ts";

/** What the person asked for. */
export type SoakArguments = {
  minutes: number;
  /** Inputs a second. */
  rate: number;
  seed: number;
  json: boolean;
  svg: string | undefined;
};

const longestMinutes = 24 * 60;

/**
 * Reads the arguments.
 * @throws CommanderError for bad ones (already printed) and, with exit code 0, for `--help`
 */
export function readArguments(args: readonly string[], complain: (text: string) => void): SoakArguments {
  const command = new Command("soak")
    .description(
      "Runs a local system under mixed load with faults, and tells whether memory and files stay flat.",
    )
    .option(
      "--minutes <minutes>",
      `how long inputs are fed, 0.2 to ${longestMinutes}`,
      numberFrom(0.2, longestMinutes),
      60,
    )
    .option("--rate <inputs>", "inputs a second, 0.1 to 50", numberFrom(0.1, 50), 2)
    .option(
      "--seed <seed>",
      "what the choices of inputs and faults follow from",
      wholeNumberFrom(0, 2 ** 31),
      1,
    )
    .option("--json", "one JSON object at the end instead of a report")
    .option("--svg <file>", "writes a chart")
    .addHelpText(
      "after",
      "\nExit code: 0 all held, 1 something did not hold, 2 bad arguments, 130 interrupted.",
    )
    .allowExcessArguments(false)
    .configureOutput({
      writeErr: complain,
      outputError: (text, write) => write(text.replace(/^error:/, "soak:")),
    })
    .exitOverride();
  command.parse([...args], { from: "user" });
  const { json = false, svg, ...rest } = command.opts<Given>();
  return { ...rest, json, svg };
}

/** What commander fills in: options without a default may be missing. */
type Given = Pick<SoakArguments, "minutes" | "rate" | "seed"> & Partial<Pick<SoakArguments, "json" | "svg">>;
