// The peer: a bare loop that counts a text's words and adds them to two tables, in transactions as large as DynamoDB takes. It keeps
// no record of what it has done: after a crash its counts are wrong.
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import { resourceNames } from "../../../../worker/fleet/resources.ts";
import { tableDefinitions } from "../../../../worker/fleet/tables.ts";
import { hourOf } from "../../../../worker/jobs/words/hour-row.ts";
import { countWords } from "../../../../worker/jobs/words/split-words.ts";
import { localClients } from "../../../local/cloud/identity.ts";
import { createTables } from "../../../provision/tables.ts";
import { type LoopPlan, serveLoop } from "../jobs/loop.ts";

/** Each word takes two of a transaction's hundred actions. */
const wordsPerTransaction = 50;

await serveLoop(async ({ folder, url }: LoopPlan) => {
  const { dynamo, db } = localClients(String(url));
  const names = resourceNames(`bench-${randomUUID().slice(0, 8)}`);
  await createTables(dynamo, tableDefinitions(names));
  const { words, wordHours } = names.tables;
  return async (name) => {
    const hour = hourOf(Date.now());
    const counts = [...countWords(await readFile(join(folder, name), "utf8"))];
    for (let start = 0; start < counts.length; start += wordsPerTransaction) {
      const some = counts.slice(start, start + wordsPerTransaction);
      const TransactItems = some.flatMap(([word, count]) => [
        add(words, { word }, count),
        add(wordHours, { word, hour }, count),
      ]);
      await db.send(new TransactWriteCommand({ TransactItems }));
    }
  };
});

const add = (TableName: string, Key: Record<string, string>, count: number) => ({
  Update: {
    TableName,
    Key,
    UpdateExpression: "SET #shard = :shard ADD #n :n",
    ExpressionAttributeNames: { "#n": "count", "#shard": "shard" },
    ExpressionAttributeValues: { ":n": count, ":shard": "0" },
  },
});
