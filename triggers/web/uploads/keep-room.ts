// Keeps room for uploads that were announced, so that many at once cannot promise more than there is. What is never sent is let
// go when its upload's time is over (quota-row.ts).
import type { UpdateCommandInput } from "@aws-sdk/lib-dynamodb";
import { linkRowSchema } from "../../../worker/jobs/files/rows/link-row.ts";
import {
  type Announced,
  addedRoom,
  openRoom,
  quotaRowSchema,
} from "../../../worker/jobs/files/rows/quota-row.ts";
import type { WebDependencies } from "../dependencies.ts";
import { update } from "../store/commit.ts";

type Stores = Pick<WebDependencies, "db" | "names">;

/** A row with room in it. */
type Place = Pick<UpdateCommandInput, "TableName" | "Key" | "ConditionExpression">;

const quotaOf = ({ names }: Stores, person: string): Place => ({
  TableName: names.tables.quotas,
  Key: { person },
});

/** A request that has ended must not come back as a row. */
const requestOf = ({ names }: Stores, id: string): Place => ({
  TableName: names.tables.links,
  Key: { id },
  ConditionExpression: "attribute_exists(id)",
});

/** Keeps room and answers the row with it. What other uploads left behind too long ago is cleared away. */
async function keep(deps: Stores & Pick<WebDependencies, "now">, place: Place, announced: Announced) {
  const row = await update(deps.db, { ...place, ...addedRoom(announced, 1), ReturnValues: "ALL_NEW" });
  const { bytes, over } = openRoom(row, deps.now());
  if (over.length > 0) await clear(deps, place, over);
  return { row, open: bytes };
}

async function clear({ db }: Stores, { TableName, Key }: Place, over: readonly string[]): Promise<void> {
  const names = Object.fromEntries(over.map((name, index) => [`#over${index}`, name]));
  const UpdateExpression = `REMOVE ${Object.keys(names).join(", ")}`;
  await update(db, { TableName, Key, UpdateExpression, ExpressionAttributeNames: names });
}

const letGo = ({ db }: Stores, place: Place, announced: Announced) =>
  update(db, { ...place, ...addedRoom(announced, -1) });

/** Keeps room among a person's files. False, and nothing kept, when there is not enough. */
export async function keepRoom(
  deps: Stores & Pick<WebDependencies, "now">,
  person: string,
  announced: Announced,
  quotaBytes: number,
): Promise<boolean> {
  const place = quotaOf(deps, person);
  const { row, open } = await keep(deps, place, announced);
  const { bytes } = quotaRowSchema.parse(row);
  if (bytes + open <= quotaBytes) return true;
  await letGo(deps, place, announced);
  return false;
}

/** Lets room among a person's files go. */
export const releaseKept = (deps: Stores, person: string, announced: Announced) =>
  letGo(deps, quotaOf(deps, person), announced);

/** Keeps room in what a request takes. False, and nothing kept, when there is not enough or the request has gone. */
export async function keepAnswer(
  deps: Stores & Pick<WebDependencies, "now">,
  requestId: string,
  announced: Announced,
): Promise<boolean> {
  const place = requestOf(deps, requestId);
  const kept = await keep(deps, place, announced).catch(undefinedIfGone);
  const request = kept && linkRowSchema.parse(kept.row).request;
  if (kept === undefined || request === undefined) return false;
  if (request.receivedBytes + kept.open <= request.maxBytes) return true;
  await letGo(deps, place, announced);
  return false;
}

/** Lets room in what a request takes go, if the request is still there. */
export async function releaseAnswer(deps: Stores, requestId: string, announced: Announced): Promise<void> {
  await letGo(deps, requestOf(deps, requestId), announced).catch(undefinedIfGone);
}

function undefinedIfGone(error: unknown): undefined {
  if (error instanceof Error && error.name === "ConditionalCheckFailedException") return undefined;
  throw error;
}
