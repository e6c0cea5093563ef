// The words said most. The table's index `top` is kept by DynamoDB with every count; its 16 partitions are asked for
// their first ones, so that nothing is scanned and no partition takes every change.
import { type DynamoDBDocumentClient, QueryCommand } from "@aws-sdk/lib-dynamodb";
import type { ResourceNames } from "../../fleet/resources.ts";
import { readWordRow, topShards, type WordCount } from "./word-row.ts";

/** Bytes of a page of DynamoDB are few for long words, so an answer may need several. */
async function topOf(
  db: DynamoDBDocumentClient,
  table: string,
  shard: string,
  limit: number,
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
 * The `limit` words said most, most said first; of words said equally often any, in alphabetical order. Exact once the
 * index has caught up with the table, which it follows by a moment. Costs 16 queries, however many words there are.
 */
export async function topWords(
  { db, names }: { db: DynamoDBDocumentClient; names: Pick<ResourceNames, "tables"> },
  limit: number,
): Promise<WordCount[]> {
  const tops = await Promise.all(topShards.map((shard) => topOf(db, names.tables.words, shard, limit)));
  return tops.flat().sort(mostFirst).slice(0, limit);
}

function mostFirst(a: WordCount, b: WordCount): number {
  return b.count - a.count || (a.word < b.word ? -1 : 1);
}
