// `queues redrive`: sends dead letters back into their queue, each group in order.
import type { JobDefinition } from "../../../worker/engine/job/define-job.ts";
import { FleetError } from "../../../worker/fleet/errors.ts";
import { counted } from "../../cli/format.ts";
import { visibleLine } from "../../cli/visible.ts";
import { queueReader } from "../../status/read-queues.ts";
import { type DeadLetter, deadLetters } from "../dead/dead-letters.ts";
import { groupOption, kindArgument, kindNamed } from "../kinds.ts";
import { type CommonOptions, print, type Running, type Subcommand } from "../subcommand.ts";
import { type Redriven, type RedriveOptions, redriveAll } from "./redrive.ts";
import { redriveJob } from "./redrive-job.ts";
import { redriveOptions } from "./redriving.ts";

type Options = CommonOptions & { group?: string; job?: string; dryRun: boolean };

/** The job's letter is not there, or SQS does not show it. */
export class NoSuchLetter extends FleetError {}

export const redrive: Subcommand<Options> = {
  name: "redrive",
  description: "sends the dead letters of a kind back to their queue, each group in order",
  declare: (command) =>
    kindArgument(command)
      .addOption(groupOption("only this message group").conflicts("job"))
      .option("--job <id>", "only this job, past other jobs of its group")
      .option("--dry-run", "list what would be sent back, send nothing", false),
  run: async (running, [kind = ""]) => {
    const definition = kindNamed(running.jobs, kind);
    const { options } = running;
    if (options.dryRun) return dryRun(running, definition);
    const sent: Redriven[] = [];
    const { sqs, target, now } = running;
    const place = { sqs, db: target.db, names: target.names, by: running.user(), now };
    const redriving = await redriveOptions(place, definition, (one) => {
      sent.push(one);
      printRedriven(running, kind, one, true);
    });
    if (options.job === undefined) await redriveAll(redriving, options.group);
    else await oneJob(running, redriving, jobIdOf(kind, options.job));
    if (!options.json) running.stdout.write(`${summary(sent)}\n`);
    if (options.job === undefined && options.group === undefined) await reportLeft(running, kind);
    return 0;
  },
};

/** An id may also be given without its kind. */
const jobIdOf = (kind: string, text: string) => (text.includes("/") ? text : `${kind}/${text}`);

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

async function oneJob(running: Running<Options>, redriving: RedriveOptions, jobId: string): Promise<void> {
  const { letters } = await listOf(running, redriving.definition);
  const listed = letters.find((letter) => letter.jobId === jobId);
  const overtaken = await redriveJob(redriving, jobId, listed?.group);
  if (overtaken === undefined) throw new NoSuchLetter(whyNot(jobId, listed, letters));
  if (overtaken > 0) running.stderr.write(`queues: ${warning(jobId, overtaken)}\n`);
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
    ({ group, jobId }) => group === (options.group ?? group) && jobId === (wanted ?? jobId),
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
