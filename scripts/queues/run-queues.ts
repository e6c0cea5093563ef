// The life of one `npm run queues`: arguments, the fleet, one sub-command, exit code.
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { SQSClient } from "@aws-sdk/client-sqs";
import { Command, CommanderError } from "commander";
import { InvalidSettings } from "../../worker/fleet/errors.ts";
import { asNoFleet, checkRegion, choosePlace, chooseTarget, type Target } from "../submit/target.ts";
import type { CommonOptions, QueuesEnvironment, Subcommand } from "./subcommand.ts";
import { subcommands } from "./subcommands.ts";

/** A sub-command somebody typed. */
type Asked = { subcommand: Subcommand; options: CommonOptions; args: readonly string[] };

/** Runs the command; resolves to the exit code: 0, 1 failed, 2 bad arguments or settings. */
export async function runQueues(args: readonly string[], environment: QueuesEnvironment): Promise<number> {
  const { stderr } = environment;
  let target: Target | undefined;
  let clients: ReturnType<typeof clientsOf> | undefined;
  try {
    const { subcommand, options, args: given } = readArguments(args, environment);
    target = chooseTarget(environment.env, options);
    await checkRegion(target);
    clients = clientsOf(environment.env, options);
    return await subcommand.run({ ...environment, ...clients, target, options }, given);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const known = (target && asNoFleet(error, target)) ?? error;
    const problems = known instanceof InvalidSettings ? known.problems : [textOf(known)];
    stderr.write(`queues: ${problems.join("\nqueues: ")}\n`);
    return error instanceof InvalidSettings ? 2 : 1;
  } finally {
    target?.destroy();
    clients?.sqs.destroy();
    clients?.cloudWatch.destroy();
  }
}

function clientsOf(env: NodeJS.ProcessEnv, options: CommonOptions) {
  const { settingsFor } = choosePlace(env, options);
  return {
    sqs: new SQSClient({ ...settingsFor("SQS"), useQueueUrlAsEndpoint: false }),
    cloudWatch: new CloudWatchClient(settingsFor("CLOUDWATCH")),
  };
}

/** @throws CommanderError, whose message has been written already */
function readArguments(args: readonly string[], { stdout, stderr }: QueuesEnvironment): Asked {
  let asked: Asked | undefined;
  const program = new Command("queues")
    .description("The operator's tool, the same on AWS and for the local system.")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => void stderr.write(text),
    });
  for (const subcommand of subcommands) {
    const command = program
      .command(subcommand.name)
      .description(subcommand.description)
      .option("--json", "one line of JSON for every entry", false)
      .option("--aws", "the fleet on AWS, with the region and credentials of the environment", false)
      .allowExcessArguments(false);
    subcommand.declare(command).action(() => {
      asked = { subcommand, options: command.opts<CommonOptions>(), args: command.args };
    });
  }
  program.parse([...args], { from: "user" });
  if (asked === undefined) throw new CommanderError(2, "queues.none", "no sub-command was given");
  return asked;
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
