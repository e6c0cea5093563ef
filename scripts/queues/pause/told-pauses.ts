// Pauses as people see them: with the reason that whoever paused gave. Workers need no reason, so their reader leaves it out.
import { type DynamoDBDocumentClient, paginateQuery } from "@aws-sdk/lib-dynamodb";
import { z } from "zod";
import { pauseSchema } from "../../../worker/engine/pause/pauses.ts";

/** The longest reason. */
export const longestReason = 200;

const toldPauseSchema = pauseSchema.extend({ reason: z.string().max(longestReason).optional() });

/** A pause, and why. */
export type ToldPause = z.infer<typeof toldPauseSchema>;

/** Reads all pauses of a fleet, sorted by kind. */
export async function readToldPauses(
  db: DynamoDBDocumentClient,
  { table, fleet }: { table: string; fleet: string },
): Promise<ToldPause[]> {
  const pauses: ToldPause[] = [];
  const query = {
    TableName: table,
    KeyConditionExpression: "fleet = :fleet",
    ExpressionAttributeValues: { ":fleet": fleet },
    ConsistentRead: true,
  };
  for await (const { Items = [] } of paginateQuery({ client: db }, query))
    pauses.push(...Items.map((item) => toldPauseSchema.parse(item)));
  return pauses;
}
