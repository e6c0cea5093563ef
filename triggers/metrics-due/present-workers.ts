// The workers that are there, from their rows in the workers table: slots, held messages, and how long their runs take.
import { type DynamoDBDocumentClient, QueryCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { batchGet } from "../shared/batch-get.ts";

/** A worker as it announced itself. */
export type PresentWorker = z.infer<typeof rowSchema>;

const rowSchema = z.object({
  workerId: z.string(),
  state: z.enum(["starting", "ready", "cautious", "draining", "stopped"]),
  busySlots: z.number(),
  idleSlots: z.number(),
  held: z.number(),
  groups: z.number().default(0),
  instance: z.string().optional(),
  updatedAt: z.iso.datetime(),
  everySeconds: z.number().positive(),
  runs: z.record(z.string(), z.object({ ended: z.number(), meanSeconds: z.number() })).default({}),
});

/** A worker that has missed this many announcements in a row is gone. */
export const missedAnnouncements = 3;

/**
 * Reads the workers that announced themselves lately; those that stopped or died are left out.
 * @param now epoch milliseconds
 */
export async function presentWorkers(
  db: DynamoDBDocumentClient,
  { table, fleet, now }: { table: string; fleet: string; now: number },
): Promise<PresentWorker[]> {
  const ids = await presentIds(db, table, fleet);
  const keys = ids.map((workerId) => ({ workerId }));
  // None may be left out for want of throughput: without them the fleet would look smaller than it is.
  const { [table]: rows = [] } = await batchGet(db, { [table]: keys }, { consistent: false });
  return rows
    .map((row) => rowSchema.parse(row))
    .filter(({ state, updatedAt, everySeconds }) => {
      const silentMs = now - Date.parse(updatedAt);
      return state !== "stopped" && silentMs <= missedAnnouncements * everySeconds * 1000;
    });
}

/** The ids of the workers that have not said that they stopped. */
export async function presentIds(
  db: DynamoDBDocumentClient,
  table: string,
  fleet: string,
): Promise<string[]> {
  const ids: string[] = [];
  let from: Record<string, unknown> | undefined;
  do {
    const { Items = [], LastEvaluatedKey } = await db.send(
      new QueryCommand({
        TableName: table,
        IndexName: "present",
        KeyConditionExpression: "fleet = :fleet",
        ExpressionAttributeValues: { ":fleet": fleet },
        ExclusiveStartKey: from,
      }),
    );
    ids.push(...Items.map(({ workerId }) => String(workerId)));
    from = LastEvaluatedKey;
  } while (from !== undefined);
  return ids;
}
