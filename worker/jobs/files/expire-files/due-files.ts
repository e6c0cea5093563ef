// Finds files that the sweeper has work with.
import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { JobContext } from "../../../engine/job/handler.ts";
import type { FileShard } from "../rows/file-row.ts";

const dueSchema = z.object({ id: z.string() });

/** The ids of a shard's files that were due at a time, the oldest first. */
export async function dueFiles(
  shard: FileShard,
  at: string,
  limit: number,
  { db, names, signal }: JobContext,
): Promise<string[]> {
  const ids: string[] = [];
  let from: Record<string, unknown> | undefined;
  do {
    const query = new QueryCommand({
      TableName: names.tables.files,
      IndexName: "due",
      KeyConditionExpression: "#shard = :shard AND dueAt <= :at",
      ExpressionAttributeNames: { "#shard": "shard" },
      ExpressionAttributeValues: { ":shard": shard, ":at": at },
      ProjectionExpression: "id",
      Limit: limit - ids.length,
      ...(from && { ExclusiveStartKey: from }),
    });
    const { Items = [], LastEvaluatedKey } = await db.send(query, { abortSignal: signal });
    ids.push(...Items.map((item) => dueSchema.parse(item).id));
    from = LastEvaluatedKey;
  } while (from && ids.length < limit);
  return ids;
}
