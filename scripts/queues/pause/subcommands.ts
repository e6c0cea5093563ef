// `queues hold` and `queues resume`: an operator stops a message group or a whole kind, and lets it go on.
import { DeleteCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { type Pause, pauseTarget, readPauses } from "../../../worker/engine/pause/pauses.ts";
import { FleetError } from "../../../worker/fleet/errors.ts";
import { retentionSeconds } from "../../../worker/fleet/queue-settings.ts";
import { duration } from "../../cli/format.ts";
import { visibleLine } from "../../cli/visible.ts";
import { groupOption, kindArgument, kindNamed } from "../kinds.ts";
import { type CommonOptions, type Running, type Subcommand, tell } from "../subcommand.ts";

type Options = CommonOptions & { group?: string };

/** It is not held. */
export class NotPaused extends FleetError {}

export const hold: Subcommand<Options> = {
  name: "hold",
  description: "stops a message group, or a whole kind; without a kind, lists what is held",
  declare: (command) =>
    command
      .argument("[kind]", "the job kind, e.g. resize-image")
      .addOption(groupOption("only this message group")),
  run: async (running, [kind]) => {
    const { jobs, options, target, user, now } = running;
    if (kind === undefined) return list(running);
    const paused: Pause = {
      kind: kindNamed(jobs, kind).kind,
      ...(options.group !== undefined && { group: options.group }),
      pausedAt: new Date(now()).toISOString(),
      pausedBy: user(),
    };
    const { fleet, tables } = target.names;
    await target.db.send(
      new PutCommand({ TableName: tables.pauses, Item: { fleet, target: pauseTarget(paused), ...paused } }),
    );
    const retention = duration(retentionSeconds.jobs);
    tellPause(
      running,
      paused,
      true,
      `is held: running jobs end, the others wait in order, at most ${retention} from their arrival`,
    );
    return 0;
  },
};

export const resume: Subcommand<Options> = {
  name: "resume",
  description: "lets a held message group, or a whole kind, go on",
  declare: (command) => kindArgument(command).addOption(groupOption("only this message group")),
  run: async (running, [kind = ""]) => {
    const { jobs, options, target } = running;
    const resumed = { kind: kindNamed(jobs, kind).kind, group: options.group };
    const { fleet, tables } = target.names;
    const { Attributes } = await target.db.send(
      new DeleteCommand({
        TableName: tables.pauses,
        Key: { fleet, target: pauseTarget(resumed) },
        ReturnValues: "ALL_OLD",
      }),
    );
    if (Attributes === undefined) throw new NotPaused(`${inWords(resumed)} is not held`);
    tellPause(running, resumed, false, "goes on");
    return 0;
  },
};

const inWords = ({ kind, group }: { kind: string; group?: string | undefined }) =>
  group === undefined ? kind : `group ${visibleLine(group)} of ${kind}`;

function tellPause(
  running: Running<Options>,
  {
    kind,
    group,
    ...more
  }: { kind: string; group?: string | undefined; pausedAt?: string; pausedBy?: string },
  paused: boolean,
  text: string,
): void {
  tell(running, { kind, group: group ?? null, paused, ...more }, `${inWords({ kind, group })} ${text}`);
}

async function list(running: Running<Options>): Promise<number> {
  const { target, now, stdout, options } = running;
  const { fleet, tables } = target.names;
  const pauses = await readPauses(target.db, { table: tables.pauses, fleet });
  for (const one of pauses) {
    const seconds = Math.max(0, (now() - Date.parse(one.pausedAt)) / 1000);
    tellPause(running, one, true, `has been held for ${duration(seconds)}, by ${visibleLine(one.pausedBy)}`);
  }
  if (pauses.length === 0 && !options.json) stdout.write("nothing is held\n");
  return 0;
}
