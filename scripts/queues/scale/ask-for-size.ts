// Asks for a size of the fleet for a time: a row that the counting trigger reads at every look, on a laptop and in the cloud.
import { DeleteCommand, type DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import { type AskedSize, askedSizeKey } from "../../../triggers/metrics-due/asked-size.ts";
import { FleetError } from "../../../worker/fleet/errors.ts";
import type { ResourceNames } from "../../../worker/fleet/resources.ts";

/** No size is asked for, so none can be taken back. */
export class NothingAsked extends FleetError {}

/** At most so many instances can be asked for; the fleet's own bounds hold in any case. */
export const mostInstances = 1000;

type Place = { db: DynamoDBDocumentClient; names: ResourceNames };

/** Asks for so many instances, at once and for so many minutes. Asking again replaces what was asked before. */
export async function askForSize(
  { db, names }: Place,
  { instances, minutes, by, now }: { instances: number; minutes: number; by: string; now: number },
): Promise<AskedSize> {
  const until = Math.ceil(now / 1000) + minutes * 60;
  const asked: AskedSize = { instances, until, by, at: new Date(now).toISOString() };
  const Item = { ...askedSizeKey(names.fleet), ...asked };
  await db.send(new PutCommand({ TableName: names.tables.scaling, Item }));
  return asked;
}

/** Takes it back: the policy decides again. @throws NothingAsked */
export async function takeBackSize({ db, names }: Place): Promise<void> {
  const { Attributes } = await db.send(
    new DeleteCommand({
      TableName: names.tables.scaling,
      Key: askedSizeKey(names.fleet),
      ReturnValues: "ALL_OLD",
    }),
  );
  if (Attributes === undefined) throw new NothingAsked("no size is asked for; the policy decides");
}
