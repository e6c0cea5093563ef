// The command line of `npm run campaign`.
import { Command } from "commander";
import { wholeNumberFrom } from "../../cli/number-options.ts";

/** What a person chose. */
export type CampaignArguments = {
  seed: number;
  seeds: number;
  jobs: number;
  /** Seconds; what the machine can keep where nobody chose. */
  lease?: number;
  json: boolean;
  /** Workers only leave, one at a time, and nothing goes wrong. */
  drains: boolean;
  /** Runs the crash points instead of seeds: single deaths, or ordered pairs of them. */
  crashPoints: boolean;
  crashPairs: boolean;
  /** Tries the oracle on workers with seeded defects. */
  mutants: boolean;
  /** Names by commas. */
  only?: string;
};

/** Reads the arguments. Throws CommanderError, whose message has been printed already. */
export function readArguments(args: string[]): CampaignArguments {
  return new Command("campaign")
    .description(
      "Runs worker processes as shipped against a local cloud that loses, doubles, delays and refuses, kills and freezes them meanwhile, and judges by the cloud's own log. Exit code 1 when an invariant does not hold.",
    )
    .option("--seed <n>", "the seed everything derives from", wholeNumberFrom(0, 2 ** 31), 1)
    .option("--seeds <n>", "so many seeds, one after another", wholeNumberFrom(1, 1000), 1)
    .option("--jobs <n>", "inputs of each seed", wholeNumberFrom(20, 100_000), 500)
    .option(
      "--lease <seconds>",
      "length of leases; time limits and backoff follow it (default: 5, more while the machine does other things)",
      wholeNumberFrom(3, 60),
    )
    .option("--drains", "seeds in which workers are only told to leave, one at a time", false)
    .option(
      "--crash-points",
      "instead of seeds: a job for every place a worker can die in, for every job kind",
      false,
    )
    .option("--crash-pairs", "instead of seeds: the same for every ordered pair of places", false)
    .option("--mutants", "instead of seeds: workers with one defect each, which the oracle must catch", false)
    .option("--only <names>", "with the three above: some job kinds or defects, by commas")
    .option("--json", "one JSON object instead of the table", false)
    .allowExcessArguments(false)
    .exitOverride()
    .parse(args, { from: "user" })
    .opts<CampaignArguments>();
}
