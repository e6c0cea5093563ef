// The arguments of `npm run drill`.
import { Argument, Command, InvalidArgumentError } from "commander";

/** What may befall the fleet. */
export const drillNames = ["spot", "rebalance", "scale-in", "crash", "pause", "slow-sqs"] as const;
export type DrillName = (typeof drillNames)[number];

/** What the person asked for. */
export type DrillArguments = {
  drill: DrillName;
  /** Notice of a spot interruption, length of a pause or of slowness; the drill's own when left out. */
  seconds: number | undefined;
  json: boolean;
};

const longestSeconds: Partial<Record<DrillName, number>> = { spot: 120, pause: 600, "slow-sqs": 60 };

/**
 * Reads the arguments.
 * @throws CommanderError for bad ones (already printed) and, with exit code 0, for `--help`
 */
export function readArguments(args: readonly string[], complain: (text: string) => void): DrillArguments {
  const command = new Command("drill")
    .description(
      "Lets something befall the running local system, and tells from the cloud's log what came of it.",
    )
    .addArgument(new Argument("<drill>", "what befalls it").choices(drillNames))
    .option(
      "--seconds <seconds>",
      "notice of spot (120), length of pause (1.25 leases) or slow-sqs (15)",
      seconds,
    )
    .option("--json", "one JSON object instead of a report")
    .addHelpText("after", explanation)
    .allowExcessArguments(false)
    .configureOutput({
      writeErr: complain,
      outputError: (text, write) => write(text.replace(/^error:/, "drill:")),
    })
    .exitOverride();
  command.parse([...args], { from: "user" });
  const drill = command.processedArgs[0] as DrillName;
  const given = command.opts<{ seconds?: number; json?: boolean }>();
  const longest = longestSeconds[drill];
  if (given.seconds !== undefined && (longest === undefined || given.seconds > longest))
    command.error(
      longest === undefined
        ? `drill: --seconds means nothing to ${drill}`
        : `drill: --seconds takes at most ${longest} for ${drill}`,
    );
  return { drill, seconds: given.seconds, json: given.json ?? false };
}

const explanation = `
  spot       an interruption notice, then EC2 takes the instance back
  rebalance  a recommendation only: the worker goes on, but starts no long job
  scale-in   Auto Scaling ends the instance through its lifecycle hook
  crash      kill -9: nobody hands anything back
  pause      the worker freezes for longer than its lease, then comes back
  slow-sqs   every SQS call takes two seconds more (a tenth of a shorter lease)

The drill feeds pictures of its own while it lasts, so it shows something on an idle system, too.
It talks to AWS_ENDPOINT_URL or http://127.0.0.1:4566; FLEET_NAME (fifo-fleet) chooses the fleet.
Exit code: 0 all held, 1 something did not hold or no system was found, 2 bad arguments, 130 interrupted.`;

function seconds(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0)
    throw new InvalidArgumentError("It takes a whole number of seconds.");
  return value;
}
