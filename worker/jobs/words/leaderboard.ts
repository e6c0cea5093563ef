// The words that were said most, ever or in one hour. DynamoDB maintains the index `top` of both tables. Its 16 partitions
// are each queried for their highest counts, so nothing is scanned and no single partition takes every change.
import { type DynamoDBDocumentClient, QueryCommand } from "@aws-sdk/lib-dynamodb";
import type { ResourceNames } from "../../fleet/resources.ts";
import { hourShard } from "./hour-row.ts";
import { readWordRow, topShards, type WordCount } from "./word-row.ts";

type Reader = { db: DynamoDBDocumentClient; names: Pick<ResourceNames, "tables"> };

/** The highest counts of one partition. With long words the answer may take several pages. */
async function topOf(
  db: DynamoDBDocumentClient,
  { table, shard, limit }: { table: string; shard: string; limit: number },
): Promise<WordCount[]> {
  const found: WordCount[] = [];
  let ExclusiveStartKey: Record<string, unknown> | undefined;
  do {
    const query = new QueryCommand({
      TableName: table,
      IndexName: "top",
      KeyConditionExpression: "#shard = :shard",
      ExpressionAttributeNames: { "#shard": "shard" },
      ExpressionAttributeValues: { ":shard": shard },
      ScanIndexForward: false,
      Limit: limit - found.length,
      ExclusiveStartKey,
    });
    const page = await db.send(query);
    found.push(...(page.Items ?? []).map(readWordRow));
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey !== undefined && found.length < limit);
  return found;
}

/**
 * The `limit` words that were said most, highest count first, equal counts in alphabetical order. Among equal counts at
 * the limit, any of the words may be left out. Exact once the index has caught up with the table, which takes a moment.
 * Costs 16 queries, however many words there are.
 */
export async function topWords({ db, names }: Reader, limit: number): Promise<WordCount[]> {
  const table = names.tables.words;
  const tops = await Promise.all(topShards.map((shard) => topOf(db, { table, shard, limit })));
  return tops.flat().sort(compareCounts).slice(0, limit);
}

/** The `limit` words that were said most in an hour; otherwise as `topWords`. Each occurrence counts once here. */
export async function topWordsOfHour(
  { db, names }: Reader,
  hour: string,
  limit: number,
): Promise<WordCount[]> {
  const table = names.tables.wordHours;
  const tops = await Promise.all(
    topShards.map((shard) => topOf(db, { table, shard: hourShard(hour, shard), limit })),
  );
  return tops.flat().sort(compareCounts).slice(0, limit);
}

function compareCounts(a: WordCount, b: WordCount): number {
  return b.count - a.count || (a.word < b.word ? -1 : 1);
}
