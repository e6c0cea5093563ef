// The command line of `npm run enqueue`.

import { InvalidSettings } from "../../worker/fleet/errors.ts";
import type { CommandStreams } from "../../worker/process/command.ts";
import { createCommand, readCommand } from "../../worker/process/command.ts";
import { numberFrom } from "../cli/number-options.ts";

/** What the person typed; exactly one of `payload` and `lines` is given. */
export type EnqueueArguments = {
  kind: string;
  payload?: string;
  lines?: string;
  wait: boolean;
  timeout: number;
  aws: boolean;
};

/**
 * Reads the arguments.
 * @throws CommanderError for bad ones (already reported) and, with exit code 0, for `--help`; InvalidSettings without a payload
 */
export function readArguments(
  args: readonly string[],
  { env, kinds, ...streams }: CommandStreams & { env: NodeJS.ProcessEnv; kinds: readonly string[] },
): EnqueueArguments {
  const command = createCommand("enqueue", streams)
    .description(
      "Enqueues jobs of a kind, with group and deduplication as triggers do it, and prints a line of JSON for each.",
    )
    .argument("<kind>", "the job kind, e.g. contact-sheet")
    .option("--payload <json>", "the payload: JSON, @FILE, or - for standard input")
    .option("--lines <file>", "many jobs: a file with a payload on every line, or - for standard input")
    .option("--wait", "wait for every outcome", false)
    .option("--timeout <seconds>", "how long to wait after the last one was sent", numberFrom(1, 86_400), 600)
    .option("--aws", "use the fleet on AWS, with the region and credentials of the environment", false)
    .addHelpText("after", helpOf(kinds));
  readCommand(command, args, env);
  const options = command.opts<Omit<EnqueueArguments, "kind">>();
  if ((options.payload === undefined) === (options.lines === undefined))
    throw new InvalidSettings(["takes either --payload or --lines"]);
  return { kind: command.args[0] ?? "", ...options };
}

const helpOf = (kinds: readonly string[]) => `
The kinds: ${kinds.join(", ")}.
All payloads are checked before the first is sent. Lines of a message group are sent in their order.
Without --aws and without AWS_ENDPOINT_URL it talks to the local system at http://127.0.0.1:4566.
FLEET_NAME (fifo-fleet) chooses the fleet.
Exit code: 0 every job was sent (with --wait: completed), 1 some were not, 2 bad arguments or a payload that does not
fit (nothing is sent then), 130 interrupted.`;
