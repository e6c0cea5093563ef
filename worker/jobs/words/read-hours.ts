// Reads how often a word was said in each of some hours.
import { type DynamoDBDocumentClient, QueryCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { ResourceNames } from "../../fleet/resources.ts";
import { wordKey } from "./word-row.ts";

const rowSchema = z.object({ hour: z.string(), count: z.number().int() });

/** Counts of a word by hour. Hours in which nobody said it are absent. One query of at most a week's rows. */
export async function readHours(
  { db, names }: { db: DynamoDBDocumentClient; names: Pick<ResourceNames, "tables"> },
  word: string,
  { from, to }: { from: string; to: string },
): Promise<Map<string, number>> {
  const query = new QueryCommand({
    TableName: names.tables.wordHours,
    KeyConditionExpression: "word = :word AND #hour BETWEEN :from AND :to",
    ProjectionExpression: "#hour, #count",
    ExpressionAttributeNames: { "#hour": "hour", "#count": "count" },
    ExpressionAttributeValues: { ":word": wordKey(word), ":from": from, ":to": to },
    ConsistentRead: true,
  });
  const { Items = [] } = await db.send(query);
  return new Map(Items.map((item) => rowSchema.parse(item)).map(({ hour, count }) => [hour, count]));
}
