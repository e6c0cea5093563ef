// `queues purge`: deletes the waiting jobs of a kind, or dead letters, after a person has confirmed.
import type { JobDefinition } from "../../../worker/engine/job/define-job.ts";
import { InvalidSettings } from "../../../worker/fleet/errors.ts";
import { queueName } from "../../../worker/fleet/resources.ts";
import { counted, plural } from "../../cli/format.ts";
import { queueReader } from "../../status/read-queues.ts";
import { actingOf } from "../audit/acting.ts";
import { recorded } from "../audit/audit.ts";
import { type Meant, meantLetters } from "../dead/meant-letters.ts";
import { groupOption, jobIdOf, kindArgument, kindNamed } from "../kinds.ts";
import { urlOf } from "../messages/take.ts";
import { type CommonOptions, print, type Running, type Subcommand } from "../subcommand.ts";
import { discardMeant } from "./discard-meant.ts";
import { purgeQueue } from "./purge.ts";

type Options = CommonOptions & { dead: boolean; group?: string; job?: string; reason?: string; yes: boolean };

export const purge: Subcommand<Options> = {
  name: "purge",
  description: "deletes the waiting jobs of a kind for good and records each as rejected",
  declare: (command) =>
    kindArgument(command)
      .option("--dead", "delete its dead letters instead", false)
      .addOption(groupOption("of the dead letters, only this message group").conflicts("job"))
      .option("--job <id>", "of the dead letters, only this job's")
      .option("--reason <text>", "of the dead letters, only those whose reason contains this text")
      .option("--yes", "do not ask for confirmation", false),
  run: async (running, [kind = ""]) => {
    const { jobs, sqs, target, options, stderr } = running;
    const definition = kindNamed(jobs, kind);
    const meant = meantBy(kind, options);
    if (!options.yes && running.ask === undefined)
      throw new InvalidSettings([
        "purge deletes jobs for good and there is no terminal to ask at; confirm with --yes",
      ]);
    const counts = await queueReader(sqs, target.names.fleet, undefined)(kind);
    if (!options.yes && !(await agreed(running, await question(running, meant, counts)))) {
      stderr.write("queues: nothing was deleted\n");
      return 1;
    }
    const deleted = await purgeMeant(running, definition, meant);
    const what = counted(deleted, options.dead ? "dead letter" : "job");
    print(running, { kind, dead: options.dead, deleted }, `${what} of ${kind} deleted`);
    const { inFlight } = counts;
    if (!options.dead && inFlight > 0)
      stderr.write(
        `queues: about ${counted(inFlight, "job")} ${plural(inFlight, "stays", "stay")}: workers are running ${plural(inFlight, "it", "them")}\n`,
      );
    return 0;
  },
};

function meantBy(kind: string, { dead, group, job, reason }: Options): Meant {
  if (!dead && (group ?? job ?? reason) !== undefined)
    throw new InvalidSettings(["--group, --job and --reason choose among dead letters; add --dead"]);
  return {
    kind,
    ...(group !== undefined && { group }),
    ...(job !== undefined && { job: jobIdOf(kind, job) }),
    ...(reason !== undefined && { reason }),
  };
}

async function question(
  { target, options, now }: Running<Options>,
  meant: Meant,
  { visible, dead }: { visible: number; dead: number },
): Promise<string> {
  const { kind, ...only } = meant;
  if (!options.dead) return `Delete about ${counted(visible, "job")} of ${kind} for good?`;
  if (Object.keys(only).length === 0)
    return `Delete about ${counted(dead, "dead letter")} of ${kind} for good?`;
  const letters = await meantLetters({ db: target.db, names: target.names, now }, meant);
  return `Delete ${counted(letters.length, "dead letter")} of ${kind} for good?`;
}

async function purgeMeant(
  running: Running<Options>,
  definition: JobDefinition<string, unknown>,
  meant: Meant,
): Promise<number> {
  const { sqs, options } = running;
  const acting = actingOf(running);
  const { db, names, by, now } = acting;
  const action = options.dead ? "discard-jobs" : "purge-jobs";
  const done = await recorded(acting, { action, facts: { ...meant } as Record<string, string> }, async () => {
    const jobs = options.dead
      ? await discardMeant({ ...acting, sqs }, { definition, meant })
      : await purgeQueue({
          from: { sqs, queueUrl: await urlOf(sqs, queueName(names.fleet, definition.kind)) },
          ...{ definition, dead: false, db, table: names.tables.jobs, by, now },
        });
    return { jobs, facts: { jobs } };
  });
  return done.jobs;
}

async function agreed({ ask }: Running<Options>, text: string): Promise<boolean> {
  const answer = (await ask?.(`${text} (yes or no) `)) ?? "";
  return /^y(es)?$/i.test(answer.trim());
}
