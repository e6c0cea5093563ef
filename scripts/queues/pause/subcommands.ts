// `queues pause` and `queues resume`: an operator pauses a message group or a whole job kind, and resumes it.
import { InvalidArgumentError } from "commander";
import { retentionSeconds } from "../../../worker/fleet/queue-settings.ts";
import { duration } from "../../cli/format.ts";
import { visibleLine } from "../../cli/visible.ts";
import { actingOf } from "../audit/acting.ts";
import { recorded } from "../audit/audit.ts";
import { groupOption, kindArgument, kindNamed } from "../kinds.ts";
import { type CommonOptions, print, type Running, type Subcommand } from "../subcommand.ts";
import { pausableInWords, pauseJobs, resumeJobs } from "./change-pauses.ts";
import { longestReason, readToldPauses } from "./told-pauses.ts";

type Options = CommonOptions & { group?: string; reason?: string };

export const pause: Subcommand<Options> = {
  name: "pause",
  alias: "hold",
  description: "pauses a job kind or one message group; without a kind, lists what is paused",
  declare: (command) =>
    command
      .argument("[kind]", "the job kind, e.g. resize-image")
      .addOption(groupOption("only this message group"))
      .option(
        "--reason <text>",
        `why, for others who see the pause (at most ${longestReason} characters)`,
        reasonText,
      ),
  run: async (running, [kind]) => {
    const { jobs, options } = running;
    if (kind === undefined) return list(running);
    const acting = actingOf(running);
    const what = { kind: kindNamed(jobs, kind).kind, group: options.group, reason: options.reason };
    const { paused } = await recorded(acting, { action: "pause-jobs", facts: factsOf(what) }, async () => ({
      paused: await pauseJobs(acting, what, acting),
      facts: {},
    }));
    const retention = duration(retentionSeconds.jobs);
    const text = `is paused: running jobs finish, other jobs wait in order, for at most ${retention} after they arrived`;
    printPause(running, paused, true, text);
    return 0;
  },
};

export const resume: Subcommand<Options> = {
  name: "resume",
  description: "resumes a paused job kind or message group",
  declare: (command) => kindArgument(command).addOption(groupOption("only this message group")),
  run: async (running, [kind = ""]) => {
    const { jobs, options } = running;
    const acting = actingOf(running);
    const resumed = { kind: kindNamed(jobs, kind).kind, group: options.group };
    await recorded(acting, { action: "resume-jobs", facts: factsOf(resumed) }, async () => {
      await resumeJobs(acting, resumed);
      return { facts: {} };
    });
    printPause(running, resumed, false, "is resumed");
    return 0;
  },
};

function reasonText(text: string): string {
  if (text.length === 0 || text.length > longestReason)
    throw new InvalidArgumentError(`It takes 1 to ${longestReason} characters.`);
  return text;
}

/** Kind, group and reason for the audit. */
const factsOf = ({ kind, group, reason }: Paused) => ({
  kind,
  ...(group !== undefined && { group }),
  ...(reason !== undefined && { reason }),
});

type Paused = { kind: string; group?: string | undefined; reason?: string | undefined };

function printPause(
  running: Running<Options>,
  { kind, group, ...more }: Paused & { pausedAt?: string; pausedBy?: string },
  paused: boolean,
  text: string,
): void {
  print(
    running,
    { kind, group: group ?? null, paused, ...more },
    `${pausableInWords({ kind, group })} ${text}`,
  );
}

async function list(running: Running<Options>): Promise<number> {
  const { target, now, stdout, options } = running;
  const { fleet, tables } = target.names;
  const pauses = await readToldPauses(target.db, { table: tables.pauses, fleet });
  for (const one of pauses) {
    const seconds = Math.max(0, (now() - Date.parse(one.pausedAt)) / 1000);
    const text = `has been paused for ${duration(seconds)}, by ${visibleLine(one.pausedBy)}${one.reason === undefined ? "" : `: ${visibleLine(one.reason)}`}`;
    printPause(running, one, true, text);
  }
  if (pauses.length === 0 && !options.json) stdout.write("nothing is paused\n");
  return 0;
}
