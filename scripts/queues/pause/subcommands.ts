// `queues hold` and `queues resume`: an operator stops a message group or a whole kind, and lets it go on.
import { DeleteCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { type Hold, holdTarget, readHolds } from "../../../worker/engine/pause/holds.ts";
import { FleetError } from "../../../worker/fleet/errors.ts";
import { retentionSeconds } from "../../../worker/fleet/queue-settings.ts";
import { duration } from "../../cli/format.ts";
import { visibleLine } from "../../cli/visible.ts";
import { groupOption, kindArgument, kindNamed } from "../kinds.ts";
import { type CommonOptions, type Running, type Subcommand, tell } from "../subcommand.ts";

type Options = CommonOptions & { group?: string };

/** It is not held. */
export class NotHeld extends FleetError {}

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
    const held: Hold = {
      kind: kindNamed(jobs, kind).kind,
      ...(options.group !== undefined && { group: options.group }),
      heldAt: new Date(now()).toISOString(),
      heldBy: user(),
    };
    const { fleet, tables } = target.names;
    await target.db.send(
      new PutCommand({ TableName: tables.holds, Item: { fleet, target: holdTarget(held), ...held } }),
    );
    const retention = duration(retentionSeconds.jobs);
    tellHold(
      running,
      held,
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
        TableName: tables.holds,
        Key: { fleet, target: holdTarget(resumed) },
        ReturnValues: "ALL_OLD",
      }),
    );
    if (Attributes === undefined) throw new NotHeld(`${inWords(resumed)} is not held`);
    tellHold(running, resumed, false, "goes on");
    return 0;
  },
};

const inWords = ({ kind, group }: { kind: string; group?: string | undefined }) =>
  group === undefined ? kind : `group ${visibleLine(group)} of ${kind}`;

function tellHold(
  running: Running<Options>,
  { kind, group, ...more }: { kind: string; group?: string | undefined; heldAt?: string; heldBy?: string },
  held: boolean,
  text: string,
): void {
  tell(running, { kind, group: group ?? null, held, ...more }, `${inWords({ kind, group })} ${text}`);
}

async function list(running: Running<Options>): Promise<number> {
  const { target, now, stdout, options } = running;
  const { fleet, tables } = target.names;
  const holds = await readHolds(target.db, { table: tables.holds, fleet });
  for (const one of holds) {
    const seconds = Math.max(0, (now() - Date.parse(one.heldAt)) / 1000);
    tellHold(running, one, true, `has been held for ${duration(seconds)}, by ${visibleLine(one.heldBy)}`);
  }
  if (holds.length === 0 && !options.json) stdout.write("nothing is held\n");
  return 0;
}
