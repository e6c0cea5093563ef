// The arguments of `npm run drill`.

import { Argument, InvalidArgumentError } from "commander";
import { type CommandStreams, createCommand, readCommand } from "../../../worker/process/command.ts";

/** The drills: what can happen to the fleet. */
export const drillNames = ["spot", "rebalance", "scale-in", "crash", "pause", "slow-sqs"] as const;
export type DrillName = (typeof drillNames)[number];

/** The parsed arguments. */
export type DrillArguments = {
  drill: DrillName;
  /** Length of a spot notice, a pause or a slowdown; undefined for the drill's default. */
  seconds: number | undefined;
  json: boolean;
};

const longestSeconds: Partial<Record<DrillName, number>> = { spot: 120, pause: 600, "slow-sqs": 60 };

/**
 * Reads the arguments.
 * @throws CommanderError for bad ones (already reported) and, with exit code 0, for `--help`
 */
export function readArguments(args: readonly string[], streams: CommandStreams): DrillArguments {
  const command = createCommand("drill", streams)
    .description(
      "Makes something happen to the running local system and reports what followed, from the cloud's own log.",
    )
    .addArgument(new Argument("<drill>", "what happens to it").choices(drillNames))
    .option(
      "--seconds <seconds>",
      "length of the spot notice (120), the pause (1.25 leases) or slow-sqs (15)",
      seconds,
    )
    .option("--json", "print one JSON object instead of a report")
    .addHelpText("after", explanation);
  readCommand(command, args);
  const drill = command.processedArgs[0] as DrillName;
  const given = command.opts<{ seconds?: number; json?: boolean }>();
  const longest = longestSeconds[drill];
  if (given.seconds !== undefined && (longest === undefined || given.seconds > longest))
    command.error(
      longest === undefined
        ? `--seconds does not apply to ${drill}`
        : `--seconds must be at most ${longest} for ${drill}`,
    );
  return { drill, seconds: given.seconds, json: given.json ?? false };
}

const explanation = `
  spot       an interruption notice; then EC2 terminates the instance
  rebalance  only a recommendation: the worker continues but starts no long job
  scale-in   Auto Scaling terminates the instance through its lifecycle hook
  crash      kill -9: no message is returned
  pause      the worker freezes for longer than its lease, then resumes
  slow-sqs   every SQS call takes two seconds longer (a tenth of the lease if that is shorter)

The drill feeds its own pictures while it runs, so it also shows something on an idle system.
It talks to AWS_ENDPOINT_URL or http://127.0.0.1:4566; FLEET_NAME (fifo-fleet) chooses the fleet.
Exit code: 0 everything held, 1 something did not hold or no system was found, 2 bad arguments, 130 interrupted.`;

function seconds(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0)
    throw new InvalidArgumentError("It takes a whole number of seconds.");
  return value;
}
