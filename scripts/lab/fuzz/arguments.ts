// The arguments of `npm run fuzz`.
import { Argument, Command } from "commander";
import { wholeNumberFrom } from "../../cli/number-options.ts";

/** What is fuzzed. */
export const fuzzSuites = ["pictures", "mails", "triggers", "console"] as const;
export type FuzzSuite = (typeof fuzzSuites)[number];

/** What the person asked for. */
export type FuzzArguments = {
  suite: FuzzSuite;
  runs: number;
  seed: number;
  /** The first run's number: `--from N --runs 1` makes run N again. */
  from: number;
  json: boolean;
  /** Where inputs of findings are written, if anywhere. */
  keep: string | undefined;
};

/**
 * Reads the arguments.
 * @throws CommanderError for bad ones (already printed) and, with exit code 0, for `--help`
 */
export function readArguments(args: readonly string[], complain: (text: string) => void): FuzzArguments {
  const command = new Command("fuzz")
    .description(
      "Gives hostile input to what takes input: mutated pictures and mails to the sandbox, foreign events to triggers, odd requests to the console.",
    )
    .addArgument(new Argument("<suite>", "what is fuzzed").choices(fuzzSuites))
    .option("--runs <n>", "how many inputs, 1 to 10000000", wholeNumberFrom(1, 10_000_000), 1000)
    .option("--seed <n>", "what the inputs follow from", wholeNumberFrom(0, 2 ** 31 - 1), 1)
    .option("--from <n>", "number of the first run", wholeNumberFrom(0, 2 ** 31 - 1), 0)
    .option("--keep <directory>", "writes the inputs of findings there")
    .option("--json", "one JSON object instead of a report")
    .addHelpText(
      "after",
      "\nExit code: 0 no problem, 1 a problem (with the command that repeats it), 2 bad arguments, 130 interrupted.",
    )
    .allowExcessArguments(false)
    .configureOutput({
      writeErr: complain,
      outputError: (text, write) => write(text.replace(/^error:/, "fuzz:")),
    })
    .exitOverride();
  command.parse([...args], { from: "user" });
  const { json = false, keep, ...rest } = command.opts<Given>();
  return { suite: command.processedArgs[0] as FuzzSuite, ...rest, json, keep };
}

type Given = Pick<FuzzArguments, "runs" | "seed" | "from"> & Partial<Pick<FuzzArguments, "json" | "keep">>;
