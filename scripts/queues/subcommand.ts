// What a sub-command of the operator's tool is: its place on the command line, and what it does with a fleet.
import type { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import type { SQSClient } from "@aws-sdk/client-sqs";
import type { Command } from "commander";
import type { JobDefinition } from "../../worker/engine/job/define-job.ts";
import type { Target } from "../submit/target.ts";

/** Where the tool reads and writes. */
export type QueuesEnvironment = {
  env: NodeJS.ProcessEnv;
  stdout: NodeJS.WritableStream;
  stderr: NodeJS.WritableStream;
  /** The name of this machine's user. */
  user: () => string;
  /** Epoch milliseconds. */
  now: () => number;
  /** The job kinds there are. */
  jobs: Jobs;
  /** Asks the person at the terminal; undefined where nobody can be asked. */
  ask?: (question: string) => Promise<string>;
};

/** Job kinds by name, each of an unknown payload until it is checked. */
export type Jobs = Readonly<Record<string, JobDefinition<string, unknown>>>;

/** What every sub-command takes. */
export type CommonOptions = { json: boolean; aws: boolean };

/** What running one needs. */
export type Running<Options> = QueuesEnvironment & {
  target: Target;
  sqs: SQSClient;
  cloudWatch: CloudWatchClient;
  options: Options;
};

/**
 * A sub-command. `declare` adds its arguments and options to a command that has the common ones; `run` prints and
 * resolves to the exit code, or throws FleetError (exit 1) or InvalidSettings (exit 2).
 */
export type Subcommand<Options extends CommonOptions = CommonOptions> = {
  name: string;
  description: string;
  declare: (command: Command) => Command;
  run: (running: Running<Options>, args: readonly string[]) => Promise<number>;
};

/** Writes one line: JSON of version 1 with `--json`, else the text. */
export function tell(
  { stdout, options }: Pick<Running<CommonOptions>, "stdout" | "options">,
  json: Record<string, unknown>,
  text: string,
): void {
  stdout.write(`${options.json ? JSON.stringify({ v: 1, ...json }) : text}\n`);
}
