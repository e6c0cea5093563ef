// Reads one word and its total. A word longer than a key is found by its key.
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import { readWordRow, type WordCount, wordKey } from "../../../worker/jobs/words/word-row.ts";
import type { WebDependencies } from "../dependencies.ts";

/** The word, or its key when it is unknown, and its total; 0 when nobody has said it. */
export async function readWord(
  { db, names }: Pick<WebDependencies, "db" | "names">,
  word: string,
): Promise<WordCount> {
  const get = new GetCommand({ TableName: names.tables.words, Key: { word: wordKey(word) } });
  const { Item } = await db.send(get);
  return Item === undefined ? { word, count: 0 } : readWordRow(Item);
}
