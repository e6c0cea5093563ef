// Reads how often words were said. Used by the reply, by jobs and by commands.
import { BatchGetCommand, type DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { ResourceNames } from "../../fleet/resources.ts";
import { readWordRow, wordKey } from "./word-row.ts";

/** DynamoDB's limit for one BatchGetItem. */
const keysPerCall = 100;

const callConcurrency = 8;

/**
 * Reads the counts of words. Words that were never said are absent. Each count is read consistently, but not all of them
 * at the same moment.
 */
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
      // Ask again for the keys that DynamoDB did not process.
      for (const { word } of answer.UnprocessedKeys?.[table]?.Keys ?? []) keys.push({ word: String(word) });
    }
  };
  await Promise.all(Array.from({ length: callConcurrency }, readSome));
  return counts;
}
