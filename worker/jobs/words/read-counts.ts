// How often words were said, read by their keys. Used by the reply, by jobs and by commands.
import { BatchGetCommand, type DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { ResourceNames } from "../../fleet/resources.ts";
import { readWordRow, wordKey } from "./word-row.ts";

/** DynamoDB's limit for one BatchGetItem. */
const keysPerCall = 100;

const callsAtOnce = 8;

/** Counts of those of the words that were ever said, read consistently; each by itself, not at one moment. */
export async function readCounts(
  { db, names }: { db: DynamoDBDocumentClient; names: Pick<ResourceNames, "tables"> },
  words: Iterable<string>,
  signal?: AbortSignal,
): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  const keys = Array.from(words, (word) => ({ word: wordKey(word) }));
  const table = names.tables.words;
  const readSome = async (): Promise<void> => {
    for (let some = keys.splice(0, keysPerCall); some.length > 0; some = keys.splice(0, keysPerCall)) {
      const get = new BatchGetCommand({ RequestItems: { [table]: { Keys: some, ConsistentRead: true } } });
      const answer = await db.send(get, signal ? { abortSignal: signal } : {});
      for (const item of answer.Responses?.[table] ?? []) {
        const { word, count } = readWordRow(item);
        counts.set(word, count);
      }
      // What DynamoDB left out, it gives another time.
      for (const { word } of answer.UnprocessedKeys?.[table]?.Keys ?? []) keys.push({ word: String(word) });
    }
  };
  await Promise.all(Array.from({ length: callsAtOnce }, readSome));
  return counts;
}
