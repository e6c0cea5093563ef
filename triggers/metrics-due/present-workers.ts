// The workers that are there, from their rows in the workers table: slots, held messages, and how long their runs take.
import { BatchGetCommand, type DynamoDBDocumentClient, QueryCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";

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
const missedAnnouncements = 3;

/** Rows that one BatchGetItem returns at most (API reference). */
const rowsPerCall = 100;

/**
 * Reads the workers that announced themselves lately; those that stopped or died are left out.
 * @param now epoch milliseconds
 */
export async function presentWorkers(
  db: DynamoDBDocumentClient,
  { table, fleet, now }: { table: string; fleet: string; now: number },
): Promise<PresentWorker[]> {
  const ids = await presentIds(db, table, fleet);
  const batches = Array.from({ length: Math.ceil(ids.length / rowsPerCall) }, (_, index) =>
    ids.slice(index * rowsPerCall, (index + 1) * rowsPerCall),
  );
  const rows = await Promise.all(batches.map((batch) => rowsOf(db, table, batch)));
  return rows.flat().filter(({ state, updatedAt, everySeconds }) => {
    const silentMs = now - Date.parse(updatedAt);
    return state !== "stopped" && silentMs <= missedAnnouncements * everySeconds * 1000;
  });
}

async function presentIds(db: DynamoDBDocumentClient, table: string, fleet: string): Promise<string[]> {
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

/** Rows that DynamoDB leaves for later are asked for again: without them the fleet would look smaller than it is. */
async function rowsOf(
  db: DynamoDBDocumentClient,
  table: string,
  ids: readonly string[],
): Promise<PresentWorker[]> {
  const found: PresentWorker[] = [];
  let keys: Record<string, unknown>[] = ids.map((workerId) => ({ workerId }));
  while (keys.length > 0) {
    const { Responses = {}, UnprocessedKeys = {} } = await db.send(
      new BatchGetCommand({ RequestItems: { [table]: { Keys: keys } } }),
    );
    found.push(...(Responses[table] ?? []).map((row) => rowSchema.parse(row)));
    keys = UnprocessedKeys[table]?.Keys ?? [];
  }
  return found;
}
