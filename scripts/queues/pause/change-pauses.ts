// Pauses and resumes a job kind or a message group: one row in the table of pauses, which every worker reads. The operator's
// tool and the console do it by this code.
import { DeleteCommand, type DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import { pauseTarget } from "../../../worker/engine/pause/pauses.ts";
import { FleetError } from "../../../worker/fleet/errors.ts";
import type { ResourceNames } from "../../../worker/fleet/resources.ts";
import { visibleLine } from "../../cli/visible.ts";
import type { ToldPause } from "./told-pauses.ts";

/** The group or kind to resume is not paused. */
export class NotPaused extends FleetError {}

/** A kind, or one group of it. */
export type Pausable = { kind: string; group?: string | undefined };

type Pauses = { db: DynamoDBDocumentClient; names: ResourceNames };

/** Pauses; pausing again only says anew who did it, when and why. */
export async function pauseJobs(
  { db, names }: Pauses,
  { kind, group, reason }: Pausable & { reason?: string | undefined },
  { by, now }: { by: string; now: () => number },
): Promise<ToldPause> {
  const paused: ToldPause = {
    kind,
    ...(group !== undefined && { group }),
    ...(reason !== undefined && { reason }),
    pausedAt: new Date(now()).toISOString(),
    pausedBy: by,
  };
  const Item = { fleet: names.fleet, target: pauseTarget(paused), ...paused };
  await db.send(new PutCommand({ TableName: names.tables.pauses, Item }));
  return paused;
}

/** Resumes. @throws NotPaused */
export async function resumeJobs({ db, names }: Pauses, resumed: Pausable): Promise<void> {
  const { Attributes } = await db.send(
    new DeleteCommand({
      TableName: names.tables.pauses,
      Key: { fleet: names.fleet, target: pauseTarget(resumed) },
      ReturnValues: "ALL_OLD",
    }),
  );
  if (Attributes === undefined) throw new NotPaused(`${pausableInWords(resumed)} is not paused`);
}

/** E.g. `group c-1 of count-words`. */
export const pausableInWords = ({ kind, group }: Pausable): string =>
  group === undefined ? kind : `group ${visibleLine(group)} of ${kind}`;
