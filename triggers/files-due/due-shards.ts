// Finds the shards with files that are due and enqueues a job for each. Reads one entry of a shard's index, no file.
import { type DynamoDBDocumentClient, QueryCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { type FileShard, fileShards } from "../../worker/jobs/files/rows/file-row.ts";

export type DueShardsOptions = {
  db: DynamoDBDocumentClient;
  /** The files table. */
  table: string;
  /** ISO 8601 with milliseconds, UTC: the time of the schedule. */
  at: string;
  enqueueShard: (shard: { shard: FileShard; at: string }) => Promise<unknown>;
};

const eventSchema = z.object({ time: z.iso.datetime() });

/** The time in a scheduled event, so that an event that comes twice makes the same jobs; now for any other event. */
export function scheduledTime(event: unknown, now: () => number): string {
  const time = eventSchema.safeParse(event).data?.time;
  return new Date(time ?? now()).toISOString();
}

/** Enqueues the shards. @throws AggregateError when some could not be looked at or enqueued; the next schedule does */
export async function enqueueDueShards(options: DueShardsOptions): Promise<{ enqueued: number }> {
  const tried = await Promise.allSettled(fileShards.map((shard) => enqueueIfDue(options, shard)));
  const failures = tried.flatMap((one) => (one.status === "rejected" ? [one.reason as unknown] : []));
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} shards were not swept`);
  return { enqueued: tried.filter((one) => one.status === "fulfilled" && one.value).length };
}

async function enqueueIfDue({ db, table, at, enqueueShard }: DueShardsOptions, shard: FileShard) {
  const query = new QueryCommand({
    TableName: table,
    IndexName: "due",
    KeyConditionExpression: "#shard = :shard AND dueAt <= :at",
    ExpressionAttributeNames: { "#shard": "shard" },
    ExpressionAttributeValues: { ":shard": shard, ":at": at },
    ProjectionExpression: "id",
    Limit: 1,
  });
  const { Items = [] } = await db.send(query);
  if (Items.length === 0) return false;
  await enqueueShard({ shard, at });
  return true;
}
