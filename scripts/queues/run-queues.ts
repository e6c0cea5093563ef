// One run of `npm run queues`: arguments, the fleet, one subcommand, exit code.
import { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { DynamoDBStreamsClient } from "@aws-sdk/client-dynamodb-streams";
import { SQSClient } from "@aws-sdk/client-sqs";
import { CommanderError } from "commander";
import { createCommand, exitCodes, readCommand, runCommand } from "../../worker/process/command.ts";
import { withFleet } from "../cli/fleet.ts";
import type { CommonOptions, QueuesEnvironment, Subcommand } from "./subcommand.ts";
import { subcommands } from "./subcommands.ts";

/** A subcommand with what the person typed. */
type Chosen = { subcommand: Subcommand; options: CommonOptions; args: readonly string[] };

/** Runs the command and returns its exit code: 0, 1 failed, 2 bad arguments or settings. */
export function runQueues(args: readonly string[], environment: QueuesEnvironment): Promise<number> {
  const run = async () => {
    const { subcommand, options, args: given } = readArguments(args, environment);
    return withFleet(environment.env, options, async (target) => {
      const { settingsFor } = target;
      const clients = {
        sqs: new SQSClient({ ...settingsFor("SQS"), useQueueUrlAsEndpoint: false }),
        cloudWatch: new CloudWatchClient(settingsFor("CLOUDWATCH")),
        autoScaling: new AutoScalingClient(settingsFor("AUTO_SCALING")),
        streams: new DynamoDBStreamsClient(settingsFor("DYNAMODB_STREAMS")),
      };
      try {
        return await subcommand.run({ ...environment, ...clients, target, options }, given);
      } finally {
        for (const client of Object.values(clients)) client.destroy();
      }
    });
  };
  return runCommand("queues", run, environment);
}

/** @throws CommanderError, already reported */
function readArguments(args: readonly string[], environment: QueuesEnvironment): Chosen {
  let chosen: Chosen | undefined;
  const program = createCommand("queues", environment).description(
    "The operator's tool, the same for the fleet on AWS and for the local system.",
  );
  program.addHelpText(
    "after",
    `
Without --aws and without AWS_ENDPOINT_URL it talks to the local system at http://127.0.0.1:4566.
FLEET_NAME (fifo-fleet) chooses the fleet. \`queues COMMAND --help\` explains a command.
Exit code: 0 done, 1 failed, 2 bad arguments.`,
  );
  for (const subcommand of subcommands) {
    const command = program
      .command(subcommand.name)
      .description(subcommand.description)
      .option("--json", "print one line of JSON for every entry", false)
      .option("--aws", "use the fleet on AWS, with the region and credentials of the environment", false);
    if (subcommand.alias !== undefined) command.alias(subcommand.alias);
    subcommand.declare(command).action(() => {
      chosen = { subcommand, options: command.opts<CommonOptions>(), args: command.args };
    });
  }
  readCommand(program, args, environment.env);
  if (chosen === undefined)
    throw new CommanderError(exitCodes.badArguments, "queues.none", "no subcommand was given");
  return chosen;
}
