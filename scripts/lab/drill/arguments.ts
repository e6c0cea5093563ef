// The arguments of `npm run drill`.

import { Argument, InvalidArgumentError, Option } from "commander";
import { type CommandStreams, createCommand, readCommand } from "../../../worker/process/command.ts";
import { numberFrom } from "../../cli/number-options.ts";

/** The drills on the whole fleet. */
export const fleetDrills = ["rollout", "no-capacity"] as const;
export type FleetDrillName = (typeof fleetDrills)[number];

/** The drills: what can happen to the fleet. */
export const drillNames = [
  "spot",
  "rebalance",
  "scale-in",
  "crash",
  "pause",
  "slow-sqs",
  "outage",
  ...fleetDrills,
] as const;
export type DrillName = Exclude<(typeof drillNames)[number], FleetDrillName>;

/** The services that an outage can take away from the workers. */
export const outageServices = ["s3", "dynamodb", "sqs", "ses"] as const;
export type OutageService = (typeof outageServices)[number];

/** The parsed arguments. */
export type DrillArguments = {
  drill: DrillName | FleetDrillName;
  /** Length of a spot notice, a pause or a slowdown; undefined for the drill's default. */
  seconds: number | undefined;
  /** The service an outage takes away. */
  service: OutageService;
  /** Inputs a second during an outage. */
  rate: number;
  json: boolean;
};

const longestSeconds: Partial<Record<DrillArguments["drill"], number>> = {
  spot: 120,
  pause: 600,
  "slow-sqs": 60,
  outage: 3600,
};

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
      "length of the spot notice (120), the pause (1.25 leases), slow-sqs (15) or the outage (60)",
      seconds,
    )
    .addOption(
      new Option("--service <service>", "the service that does not answer, for outage (s3)").choices(
        outageServices,
      ),
    )
    .addOption(
      new Option("--minutes <minutes>", "length of the outage in minutes")
        .argParser((text) => 60 * seconds(text, "minutes"))
        .conflicts("seconds"),
    )
    .option("--rate <inputs>", "inputs a second during an outage, 0.1 to 10 (1)", numberFrom(0.1, 10))
    .option("--json", "print one JSON object instead of a report")
    .addHelpText("after", explanation);
  readCommand(command, args);
  const drill = command.processedArgs[0] as DrillArguments["drill"];
  const given = command.opts<{
    seconds?: number;
    minutes?: number;
    service?: OutageService;
    rate?: number;
    json?: boolean;
  }>();
  const longest = longestSeconds[drill];
  for (const name of ["service", "minutes", "rate"] as const)
    if (given[name] !== undefined && drill !== "outage")
      command.error(`--${name} does not apply to ${drill}`);
  if ((given.minutes ?? 0) > 3600) command.error("--minutes must be at most 60");
  if (given.seconds !== undefined && (longest === undefined || given.seconds > longest))
    command.error(
      longest === undefined
        ? `--seconds does not apply to ${drill}`
        : `--seconds must be at most ${longest} for ${drill}`,
    );
  const { service = "s3", rate = 1, json = false } = given;
  return { drill, seconds: given.minutes ?? given.seconds, service, rate, json };
}

const explanation = `
  spot       an interruption notice; then EC2 terminates the instance
  rebalance  only a recommendation: the worker continues but starts no long job
  scale-in   Auto Scaling terminates the instance through its lifecycle hook
  crash      kill -9: no message is returned
  pause      the worker freezes for longer than its lease, then resumes
  slow-sqs   every SQS call takes two seconds longer (a tenth of the lease if that is shorter)
  outage     one service answers the workers with errors; then it works again
  rollout    a new version replaces every instance by an instance refresh
  no-capacity  EC2 has no spot instance: on-demand ones stand in until it has some again

The drill feeds its own pictures while it runs (an outage: pictures, mails, texts and files), so it also shows something on an
idle system.
It talks to AWS_ENDPOINT_URL or http://127.0.0.1:4566; FLEET_NAME (fifo-fleet) chooses the fleet.
Exit code: 0 everything held, 1 something did not hold or no system was found, 2 bad arguments, 130 interrupted.`;

function seconds(text: string, unit: unknown = "seconds"): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0)
    throw new InvalidArgumentError(`It takes a whole number of ${unit === "minutes" ? unit : "seconds"}.`);
  return value;
}
