// What a subcommand of the operator's tool is: its place on the command line, and what it does with a fleet.
import type { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import type { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import type { DynamoDBStreamsClient } from "@aws-sdk/client-dynamodb-streams";
import type { SQSClient } from "@aws-sdk/client-sqs";
import type { Command } from "commander";
import type { JobDefinition } from "../../worker/engine/job/define-job.ts";
import type { Fleet } from "../cli/fleet.ts";

/** Where the tool reads and writes. */
export type QueuesEnvironment = {
  env: NodeJS.ProcessEnv;
  stdout: NodeJS.WritableStream;
  stderr: NodeJS.WritableStream;
  /** The user name on this machine. */
  user: () => string;
  /** Epoch milliseconds. */
  now: () => number;
  /** All job kinds. */
  jobs: Jobs;
  /** Asks the person at the terminal; undefined where there is no terminal. */
  ask?: (question: string) => Promise<string>;
  /** From its first call on, Ctrl-C aborts the signal instead of ending the process. */
  interrupted?: () => AbortSignal;
};

/** Job kinds by name; their payloads are unknown until they are checked. */
export type Jobs = Readonly<Record<string, JobDefinition<string, unknown>>>;

/** The options of every subcommand. */
export type CommonOptions = { json: boolean; aws: boolean };

/** One run of a subcommand: its options, the fleet, and clients. */
export type Running<Options> = QueuesEnvironment & {
  target: Fleet;
  sqs: SQSClient;
  cloudWatch: CloudWatchClient;
  streams: DynamoDBStreamsClient;
  autoScaling: AutoScalingClient;
  options: Options;
};

/**
 * A subcommand. `declare` adds its arguments and options to a command that has the common ones. `run` prints and returns
 * the exit code, or throws FleetError (exit 1) or InvalidSettings (exit 2).
 */
export type Subcommand<Options extends CommonOptions = CommonOptions> = {
  name: string;
  /** A second name that works too. */
  alias?: string;
  description: string;
  declare: (command: Command) => Command;
  run: (running: Running<Options>, args: readonly string[]) => Promise<number>;
};

/** Prints one line: JSON of version 1 with `--json`, else the text. */
export function print(
  { stdout, options }: Pick<Running<CommonOptions>, "stdout" | "options">,
  json: Record<string, unknown>,
  text: string,
): void {
  stdout.write(`${options.json ? JSON.stringify({ v: 1, ...json }) : text}\n`);
}
