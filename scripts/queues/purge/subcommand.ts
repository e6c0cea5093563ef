// `queues purge`: deletes what waits for a kind, or its dead letters, once a person has said yes.
import { InvalidSettings } from "../../../worker/fleet/errors.ts";
import { deadLetterQueueName, queueName } from "../../../worker/fleet/resources.ts";
import { queueReader } from "../../status/read-queues.ts";
import { kindArgument, kindNamed } from "../kinds.ts";
import { urlOf } from "../messages/take.ts";
import { type CommonOptions, print, type Running, type Subcommand } from "../subcommand.ts";
import { purgeQueue } from "./purge.ts";

type Options = CommonOptions & { dead: boolean; yes: boolean };

export const purge: Subcommand<Options> = {
  name: "purge",
  description: "deletes what waits for a kind, for good, and records each job as rejected",
  declare: (command) =>
    kindArgument(command)
      .option("--dead", "its dead letters instead", false)
      .option("--yes", "do not ask", false),
  run: async (running, [kind = ""]) => {
    const { jobs, sqs, target, options, stderr, now, user } = running;
    const definition = kindNamed(jobs, kind);
    if (!options.yes && running.ask === undefined)
      throw new InvalidSettings([
        "purge deletes for good and nobody can be asked here; --yes says that it is meant",
      ]);
    const { fleet, tables } = target.names;
    const { visible, inFlight, dead } = await queueReader(sqs, fleet, undefined)(kind);
    const about = options.dead
      ? `${dead} dead ${plural(dead, "letter")}`
      : `${visible} ${plural(visible, "job")}`;
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
    const what = options.dead ? `dead ${plural(deleted, "letter")}` : plural(deleted, "job");
    print(running, { kind, dead: options.dead, deleted }, `${deleted} ${what} of ${kind} deleted`);
    if (!options.dead && inFlight > 0)
      stderr.write(`queues: about ${inFlight} in the hands of workers were left\n`);
    return 0;
  },
};

const plural = (count: number, noun: string) => (count === 1 ? noun : `${noun}s`);

async function agreed({ ask }: Running<Options>, question: string): Promise<boolean> {
  const answer = (await ask?.(`${question} (yes or no) `)) ?? "";
  return /^y(es)?$/i.test(answer.trim());
}
