// `queues tail`: follows outcomes as they come, of all kinds, of one, of a group, or of one job, until Ctrl-C.
import { type Clock, systemClock } from "../../../worker/fleet/clock.ts";
import { InvalidSettings } from "../../../worker/fleet/errors.ts";
import { exitCodes } from "../../../worker/process/command.ts";
import { duration } from "../../cli/format.ts";
import { masked, maskedAddresses } from "../../cli/mask.ts";
import { numberFrom } from "../../cli/number-options.ts";
import { visibleLine } from "../../cli/visible.ts";
import type { Outcome } from "../../status/outcomes.ts";
import type { Moment } from "../../status/timeline.ts";
import { groupOption, kindNamed } from "../kinds.ts";
import { type CommonOptions, print, type Running, type Subcommand } from "../subcommand.ts";
import { endedSince } from "./ended-jobs.ts";
import { groupEndedSince, newestJobs } from "./group-jobs.ts";
import { jobMoments } from "./job-moments.ts";

type Options = CommonOptions & { group?: string; job?: string; since: number; reveal?: boolean };

/** Seconds between two looks: all kinds have sixteen partitions each, one kind has sixteen in all. */
const everySeconds = { all: 5, kind: 2, group: 1, job: 1 } as const;

/** DynamoDB writes an index after the table; it is usually there within a second. */
const indexLagSeconds = 1;

type Follows = { every: number; late: string; next: () => Promise<Outcome[]> };

export const tail: Subcommand<Options> = {
  name: "tail",
  description: "follows outcomes live: of all kinds, one kind, one group or one job",
  declare: (command) =>
    command
      .argument("[kind]", "only this job kind, e.g. resize-image")
      .addOption(groupOption("only this message group").conflicts("job"))
      .option("--job <id>", "every run of this job, until it has ended")
      .option("--since <minutes>", "begin with what ended so long ago", numberFrom(0, 1440), 0)
      .option("--reveal", "show e-mail addresses, and names and texts in results; they are masked otherwise")
      .addHelpText(
        "after",
        `\nEnds with Ctrl-C, or with the job. It looks every ${everySeconds.all} s, for one kind every ${everySeconds.kind} s, for a group or a job every second.` +
          "\nExit code: 0 ended by Ctrl-C, or the job was completed; 1 the job was rejected or died.",
      ),
  run: async (running, [kind]) => {
    const definition = kind === undefined ? undefined : kindNamed(running.jobs, kind);
    const { options } = running;
    const signal = running.interrupted?.() ?? new AbortController().signal;
    if (options.job !== undefined) return followJob(running, jobIdOf(definition?.kind, options.job), signal);
    const follows = chosen(running, definition?.kind);
    running.stderr.write(`queues: ${follows.late}\n`);
    await follow(systemClock, follows, signal, (outcome) => printOutcome(running, outcome));
    return exitCodes.done;
  },
};

function jobIdOf(kind: string | undefined, text: string): string {
  if (text.includes("/")) return text;
  if (kind === undefined)
    throw new InvalidSettings(["--job takes KIND/ID; an id alone needs the kind before it"]);
  return `${kind}/${text}`;
}

function chosen({ target, jobs, options, now }: Running<Options>, kind: string | undefined): Follows {
  const source = { db: target.db, table: target.names.tables.jobs };
  const from = now() - options.since * 60_000;
  if (options.group !== undefined)
    return {
      every: everySeconds.group,
      late: `${lateness(everySeconds.group)}, among the newest ${newestJobs} jobs of the group`,
      next: groupEndedSince({ ...source, kind }, options.group, from),
    };
  const kinds = kind === undefined ? Object.keys(jobs) : [kind];
  const every = kind === undefined ? everySeconds.all : everySeconds.kind;
  return { every, late: lateness(every), next: endedSince({ ...source, kinds }, from) };
}

const lateness = (every: number) => `an outcome is shown about ${every + indexLagSeconds} s late at most`;

/** Looks until the signal aborts. @throws the first error of a look, after the SDK's own retries */
async function follow(
  clock: Clock,
  { every, next }: Pick<Follows, "every" | "next">,
  signal: AbortSignal,
  show: (outcome: Outcome) => void,
): Promise<void> {
  while (!signal.aborted) {
    for (const outcome of await next()) show(outcome);
    await clock.sleep(every * 1000, signal);
  }
}

function printOutcome(running: Running<Options>, ended: Outcome): void {
  const outcome = running.options.reveal ? ended : masked(ended).value;
  const { jobId, group, outcome: how, endedAt, seconds, reason } = outcome;
  const why = reason === null ? "" : `  ${visibleLine(reason)}`;
  const text = `${endedAt}  ${how.padEnd(13)}  ${jobId}  group ${visibleLine(group)}  ${duration(seconds)}${why}`;
  print(running, { ...outcome }, text);
}

async function followJob(running: Running<Options>, jobId: string, signal: AbortSignal): Promise<number> {
  const { target, stderr } = running;
  stderr.write(`queues: what happens is shown about ${everySeconds.job} s late at most\n`);
  const look = jobMoments({ db: target.db, table: target.names.tables.jobs }, jobId);
  let known = true;
  while (!signal.aborted) {
    const { moments: all, ended } = await look();
    const moments = running.options.reveal ? all : maskedAddresses(all).value;
    for (const moment of moments) print(running, { jobId, ...moment }, momentInWords(moment));
    if (ended !== undefined) return ended === "completed" ? exitCodes.done : exitCodes.failed;
    if (moments.length === 0 && known)
      stderr.write(`queues: no worker has taken ${visibleLine(jobId)} yet\n`);
    known = false;
    await systemClock.sleep(everySeconds.job * 1000, signal);
  }
  return exitCodes.done;
}

function momentInWords({ at, what, end, worker, seconds, why }: Moment): string {
  const parts = [
    what,
    ...(worker === undefined ? [] : [`by ${worker}`]),
    ...(end === undefined ? [] : [end]),
    ...(seconds === undefined ? [] : [`after ${duration(seconds)}`]),
  ];
  return `${at}  ${parts.join(", ")}${why === undefined ? "" : `  ${visibleLine(why)}`}`;
}
