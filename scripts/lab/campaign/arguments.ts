// The command line of `npm run campaign`.
import { InvalidArgumentError } from "commander";
import { createCommand, readCommand } from "../../../worker/process/command.ts";
import { wholeNumberFrom } from "../../cli/number-options.ts";

/** The parsed options. */
export type CampaignArguments = {
  seed: number;
  seeds: number;
  jobs: number;
  /** Seconds. Undefined: chosen from what the machine can keep up with. */
  lease?: number;
  json: boolean;
  /** Workers only drain, one at a time; no other fault is injected. */
  drains: boolean;
  /** Services do not answer for a while; no other fault is injected. */
  outages: boolean;
  /** Runs the crash points instead of seeds: single crashes, or ordered pairs of them. */
  crashPoints: boolean;
  crashPairs: boolean;
  /** Runs workers with seeded defects to check the oracle. */
  mutants: boolean;
  /** Names, separated by commas. */
  only?: string;
  /** Of crash points or pairs, this part only. */
  part?: Part;
};

/** One of `of` parts of about the same size, counted from 1. */
export type Part = { nth: number; of: number };

function partFrom(text: string): Part {
  const [, nth, of] = /^(\d{1,3})\/(\d{1,3})$/.exec(text) ?? [];
  const part = { nth: Number(nth), of: Number(of) };
  if (!(part.nth >= 1 && part.nth <= part.of))
    throw new InvalidArgumentError("It takes a part as in 2/5, the second of five.");
  return part;
}

/** Reads the arguments. Throws CommanderError after its message has been printed. */
export function readArguments(args: string[]): CampaignArguments {
  const command = createCommand("campaign")
    .description(
      "Runs worker processes as shipped against a local cloud that loses, duplicates, delays and refuses requests. Kills and freezes workers meanwhile, then checks every invariant against the cloud's own log. Exits with 1 when an invariant is broken.",
    )
    .option("--seed <n>", "the seed that everything derives from", wholeNumberFrom(0, 2 ** 31), 1)
    .option("--seeds <n>", "how many seeds to run, one after another", wholeNumberFrom(1, 1000), 1)
    .option("--jobs <n>", "inputs per seed", wholeNumberFrom(20, 100_000), 500)
    .option(
      "--lease <seconds>",
      "length of a lease; time limits and backoff scale with it (default: 5, more while the machine is busy)",
      wholeNumberFrom(3, 60),
    )
    .option("--drains", "inject no fault; workers only drain, one at a time", false)
    .option("--outages", "inject no fault but outages of services", false)
    .option(
      "--crash-points",
      "instead of seeds: one job for every point where a worker can crash, for every job kind",
      false,
    )
    .option("--crash-pairs", "instead of seeds: the same for every ordered pair of points", false)
    .option(
      "--mutants",
      "instead of seeds: run workers with one defect each, which the oracle must catch",
      false,
    )
    .option(
      "--only <names>",
      "with the three options above: only these job kinds or defects, separated by commas",
    )
    .option("--part <k/n>", "with crash points or pairs: only the kth of n parts of them", partFrom)
    .option("--json", "print one JSON object instead of the table", false);
  return readCommand(command, args).opts<CampaignArguments>();
}
