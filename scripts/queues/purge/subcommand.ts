// `queues purge`: deletes the waiting jobs of a kind, or its dead letters, after a person has confirmed.
import { InvalidSettings } from "../../../worker/fleet/errors.ts";
import { deadLetterQueueName, queueName } from "../../../worker/fleet/resources.ts";
import { counted, plural } from "../../cli/format.ts";
import { queueReader } from "../../status/read-queues.ts";
import { kindArgument, kindNamed } from "../kinds.ts";
import { urlOf } from "../messages/take.ts";
import { type CommonOptions, print, type Running, type Subcommand } from "../subcommand.ts";
import { purgeQueue } from "./purge.ts";

type Options = CommonOptions & { dead: boolean; yes: boolean };

export const purge: Subcommand<Options> = {
  name: "purge",
  description: "deletes the waiting jobs of a kind for good and records each as rejected",
  declare: (command) =>
    kindArgument(command)
      .option("--dead", "delete its dead letters instead", false)
      .option("--yes", "do not ask for confirmation", false),
  run: async (running, [kind = ""]) => {
    const { jobs, sqs, target, options, stderr, now, user } = running;
    const definition = kindNamed(jobs, kind);
    if (!options.yes && running.ask === undefined)
      throw new InvalidSettings([
        "purge deletes jobs for good and there is no terminal to ask at; confirm with --yes",
      ]);
    const { fleet, tables } = target.names;
    const { visible, inFlight, dead } = await queueReader(sqs, fleet, undefined)(kind);
    const about = options.dead ? counted(dead, "dead letter") : counted(visible, "job");
    if (!options.yes && !(await agreed(running, `Delete about ${about} of ${kind} for good?`))) {
      stderr.write("queues: nothing was deleted\n");
      return 1;
    }
    const name = options.dead ? deadLetterQueueName(fleet, kind) : queueName(fleet, kind);
    const deleted = await purgeQueue({
      from: { sqs, queueUrl: await urlOf(sqs, name) },
      definition,
      dead: options.dead,
      db: target.db,
      table: tables.jobs,
      by: user(),
      now,
    });
    const what = counted(deleted, options.dead ? "dead letter" : "job");
    print(running, { kind, dead: options.dead, deleted }, `${what} of ${kind} deleted`);
    if (!options.dead && inFlight > 0)
      stderr.write(
        `queues: about ${counted(inFlight, "job")} ${plural(inFlight, "stays", "stay")}: workers are running ${plural(inFlight, "it", "them")}\n`,
      );
    return 0;
  },
};

async function agreed({ ask }: Running<Options>, question: string): Promise<boolean> {
  const answer = (await ask?.(`${question} (yes or no) `)) ?? "";
  return /^y(es)?$/i.test(answer.trim());
}
