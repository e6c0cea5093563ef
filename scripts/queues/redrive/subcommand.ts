// `queues redrive`: sends dead letters back into their queue, each group in order.
import type { JobDefinition } from "../../../worker/engine/job/define-job.ts";
import { FleetError } from "../../../worker/fleet/errors.ts";
import { counted } from "../../cli/format.ts";
import { wholeNumberFrom } from "../../cli/number-options.ts";
import { visibleLine } from "../../cli/visible.ts";
import { queueReader } from "../../status/read-queues.ts";
import { actingOf } from "../audit/acting.ts";
import { type AuditFacts, recorded } from "../audit/audit.ts";
import { type DeadLetter, deadLetters } from "../dead/dead-letters.ts";
import { groupOption, jobIdOf, kindArgument, kindNamed } from "../kinds.ts";
import { type CommonOptions, print, type Running, type Subcommand } from "../subcommand.ts";
import type { Redriven } from "./redrive.ts";
import { redriveJob } from "./redrive-job.ts";
import { redriveMeant } from "./redrive-meant.ts";
import { type Redriving, redriveOptions } from "./redriving.ts";

type Options = CommonOptions & {
  group?: string;
  job?: string;
  reason?: string;
  most?: number;
  dryRun: boolean;
};

/** The job's letter is not there, or SQS does not show it. */
export class NoSuchLetter extends FleetError {}

export const redrive: Subcommand<Options> = {
  name: "redrive",
  description: "sends the dead letters of a kind back to their queue, each group in order",
  declare: (command) =>
    kindArgument(command)
      .addOption(groupOption("only this message group").conflicts("job"))
      .option("--job <id>", "only this job, past other jobs of its group")
      .option("--reason <text>", "only jobs whose reason contains this text")
      .option("--most <n>", "a portion: at most so many letters", wholeNumberFrom(1, 100_000))
      .option("--dry-run", "list what would be sent back, send nothing", false),
  run: async (running, [kind = ""]) => {
    const definition = kindNamed(running.jobs, kind);
    const { options } = running;
    if (options.dryRun) return dryRun(running, definition);
    const acting = actingOf(running);
    const { group, reason, most } = options;
    const job = options.job === undefined ? undefined : jobIdOf(kind, options.job);
    const facts = defined({ kind, group, job, reason, most });
    const { sent } = await recorded(acting, { action: "redrive-jobs", facts }, async () => {
      const done = await send(running, definition, { ...acting, sqs: running.sqs });
      return { sent: done, facts: { jobs: done.length } };
    });
    if (!options.json) running.stdout.write(`${summary(sent)}\n`);
    if ([job, group, reason, most].every((only) => only === undefined)) await reportLeft(running, kind);
    return 0;
  },
};

/** Sends back what the options mean, and prints each letter. */
async function send(
  running: Running<Options>,
  definition: JobDefinition<string, unknown>,
  place: Redriving,
): Promise<Redriven[]> {
  const { kind } = definition;
  const { job, group, reason, most } = running.options;
  const onSent = (one: Redriven) => printRedriven(running, kind, one, true);
  if (job !== undefined) return oneJob(running, definition, { place, onSent, jobId: jobIdOf(kind, job) });
  const done = await redriveMeant(place, { definition, meant: { kind, group, reason } }, { most, onSent });
  if (done !== undefined && done.unseen > 0)
    running.stderr.write(
      `queues: SQS did not show ${counted(done.unseen, "letter")} that would match: behind ten others of their group, or hidden by another reader\n`,
    );
  return done?.sent ?? [];
}

/** Facts that are there. */
const defined = (facts: Readonly<Record<string, string | number | undefined>>): AuditFacts =>
  Object.fromEntries(
    Object.entries(facts).filter((entry): entry is [string, string | number] => entry[1] !== undefined),
  );

function printRedriven(
  running: Running<Options>,
  kind: string,
  { group, jobId, redrives }: Redriven,
  redriven: boolean,
): void {
  const what = redriven ? "sent back" : "would be sent back";
  print(
    running,
    { kind, group, jobId, redrives, redriven },
    `${jobId}  group ${visibleLine(group)}  ${what}`,
  );
}

function summary(sent: readonly Redriven[]): string {
  if (sent.length === 0) return "nothing was sent back";
  const groups = new Set(sent.map(({ group }) => group)).size;
  return `${counted(sent.length, "job")} of ${counted(groups, "group")} sent back`;
}

/** Reports letters that nobody can see now: SQS hides what another reader, or a redrive that was killed, has taken. */
async function reportLeft({ sqs, target, stderr }: Running<Options>, kind: string): Promise<void> {
  const { dead } = await queueReader(sqs, target.names.fleet, undefined)(kind);
  if (dead > 0)
    stderr.write(
      `queues: SQS still counts ${counted(dead, "dead letter")} of ${kind}: its count lags, the jobs are dead again, or another reader hides them for some minutes\n`,
    );
}

const listOf = ({ sqs, target, now }: Running<Options>, definition: JobDefinition<string, unknown>) =>
  deadLetters({ sqs, db: target.db, names: target.names, now }, definition);

async function oneJob(
  running: Running<Options>,
  definition: JobDefinition<string, unknown>,
  { place, onSent, jobId }: { place: Redriving; onSent: (sent: Redriven) => void; jobId: string },
): Promise<Redriven[]> {
  const { letters } = await listOf(running, definition);
  const listed = letters.find((letter) => letter.jobId === jobId);
  const sent: Redriven[] = [];
  const redriving = await redriveOptions(place, definition, (one) => {
    sent.push(one);
    onSent(one);
  });
  const overtaken = await redriveJob(redriving, jobId, listed?.group);
  if (overtaken === undefined) throw new NoSuchLetter(whyNot(jobId, listed, letters));
  if (overtaken > 0) running.stderr.write(`queues: ${warning(jobId, overtaken)}\n`);
  return sent;
}

const warning = (jobId: string, overtaken: number) =>
  `${jobId} overtakes ${counted(overtaken, "earlier dead letter")} of its group`;

function whyNot(jobId: string, listed: DeadLetter | undefined, letters: readonly DeadLetter[]): string {
  if (listed === undefined) return `there is no dead letter of the job ${jobId}`;
  const before = letters.filter(({ group, since }) => group === listed.group && since < listed.since).length;
  return before >= 10
    ? `${jobId} is behind ${before} letters of its group, and SQS shows only ten: redrive the group`
    : `another reader has taken ${jobId}; try again in five minutes`;
}

async function dryRun(
  running: Running<Options>,
  definition: JobDefinition<string, unknown>,
): Promise<number> {
  const { options } = running;
  const { letters } = await listOf(running, definition);
  const wanted = options.job === undefined ? undefined : jobIdOf(definition.kind, options.job);
  const meant = letters.filter(
    ({ group, jobId, reason }) =>
      group === (options.group ?? group) &&
      jobId === (wanted ?? jobId) &&
      reason.includes(options.reason ?? ""),
  );
  if (wanted !== undefined && meant.length === 0) throw new NoSuchLetter(whyNot(wanted, undefined, letters));
  for (const { group, jobId, redrives } of meant)
    printRedriven(running, definition.kind, { group, jobId, redrives: redrives + 1 }, false);
  const [one] = meant;
  const overtaken = letters.filter(
    ({ group, since }) => one !== undefined && group === one.group && since < one.since,
  ).length;
  if (wanted !== undefined && overtaken > 0) running.stderr.write(`queues: ${warning(wanted, overtaken)}\n`);
  if (meant.length === 0 && !options.json) running.stdout.write("nothing would be sent back\n");
  return 0;
}
