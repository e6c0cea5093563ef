// Job kinds and message groups on the command line of the operator's tool.
import { type Command, InvalidArgumentError, Option } from "commander";
import { type JobDefinition, queueSafeId } from "../../worker/engine/job/define-job.ts";
import { InvalidSettings } from "../../worker/fleet/errors.ts";
import type { Jobs } from "./subcommand.ts";

/** Declares a required job kind. */
export function kindArgument(command: Command): Command {
  return command.argument("<kind>", "the job kind, e.g. resize-image");
}

/** The kind of that name. @throws InvalidSettings naming all kinds */
export function kindNamed(jobs: Jobs, name: string): JobDefinition<string, unknown> {
  const definition = Object.hasOwn(jobs, name) ? jobs[name] : undefined;
  if (definition !== undefined) return definition;
  throw new InvalidSettings([
    `no job kind is called ${JSON.stringify(name)}; the kinds are ${Object.keys(jobs).join(", ")}`,
  ]);
}

/** The id of a job of a kind; it may be given without its kind. */
export const jobIdOf = (kind: string, text: string): string =>
  text.includes("/") ? text : `${kind}/${text}`;

/** Declares `--group`, a message group as SQS allows it. */
export function groupOption(description: string): Option {
  return new Option("--group <group>", description).argParser((text: string) => {
    if (text === "" || queueSafeId(text) !== text)
      throw new InvalidArgumentError(
        "It takes a message group: 1 to 128 letters, digits and punctuation marks.",
      );
    return text;
  });
}
