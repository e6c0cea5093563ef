// How often words were said, for a reply: the stored counts, plus this message if they do not include it yet.
//
// Slack may send a message again while workers count it, so the reply must know for every count whether it includes the
// message. count-words commits the counts and its job's row in one transaction, so the row shows it, if row and counts are
// read at the same moment. BatchGetItem does not guarantee that (DynamoDB developer guide, "Isolation levels for
// transactions": read-committed). TransactGetItems does, but is refused while one of the counts is being written. So:
// - If no worker has claimed the job after the counts were read, no count includes the message. This is the usual case.
// - Otherwise the counts are read again, up to 99 at a time, each time in one transaction with the job's row. While a large
//   message is partly counted, only the version that began it knows which part, so there is no count yet.
import { setTimeout as wait } from "node:timers/promises";
import { TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { type DynamoDBDocumentClient, GetCommand, TransactGetCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { jobIdOf } from "../../worker/engine/job/define-job.ts";
import type { ResourceNames } from "../../worker/fleet/resources.ts";
import { countWords } from "../../worker/jobs/words/count-words/job.ts";
import { readCounts } from "../../worker/jobs/words/read-counts.ts";
import { readWordRow, wordKey } from "../../worker/jobs/words/word-row.ts";
import type { WordsSaid } from "../../worker/jobs/words/words-said.ts";

type Tables = { db: DynamoDBDocumentClient; names: Pick<ResourceNames, "tables"> };

/** Words that fit into one transaction beside the job's row (TransactGetItems API reference: 100 items). */
const wordsPerRead = 99;

/** The longest pause before a transaction that conflicted with another is tried again. */
const maxPauseMs = 50;

/** The row of a count-words job. `steps` counts the steps of a job that is too large for one transaction. */
const rowSchema = z.object({ status: z.string(), steps: z.number().int().default(0) });

/**
 * Reads counts that include this message exactly once. Each is what the table held at some moment during the call, plus
 * the message's occurrences if count-words had not added them by then. What multiply-words adds appears once it is stored.
 * Other messages appear as far as they are stored: two simultaneous messages do not see each other, and a message counted
 * during the call may be included in some counts but not in others.
 * @param words the words to read, distinct
 * @param occurrences how often each word occurs in the message
 * @throws when the signal aborts, because counts are written without a pause or the message stays partly counted
 */
export async function countsIncluding(
  tables: Tables,
  said: WordsSaid,
  words: readonly string[],
  occurrences: ReadonlyMap<string, number>,
  signal: AbortSignal,
): Promise<Map<string, number>> {
  const { db, names } = tables;
  const row = { TableName: names.tables.jobs, Key: { jobId: jobIdOf(countWords, said) } };
  const stored = await readCounts(tables, words, signal);
  const { Item } = await db.send(new GetCommand({ ...row, ConsistentRead: true }), { abortSignal: signal });
  if (Item === undefined)
    return new Map(words.map((word) => [word, (stored.get(word) ?? 0) + (occurrences.get(word) ?? 0)]));
  const parts: Promise<Snapshot>[] = [];
  for (let start = 0; start < words.length; start += wordsPerRead)
    parts.push(readSnapshot(tables, row, words.slice(start, start + wordsPerRead), signal));
  const including = ({ counted, counts }: Snapshot) =>
    counts.map(([word, count]) => [word, count + (counted ? 0 : (occurrences.get(word) ?? 0))] as const);
  return new Map((await Promise.all(parts)).flatMap(including));
}

/** Counts of one moment, and whether they include the message's words: all of them or none. */
type Snapshot = { counted: boolean; counts: [word: string, count: number][] };

/** Reads some counts at one moment. Retries while one of them is being written or the message is partly counted. */
async function readSnapshot(
  { db, names }: Tables,
  row: { TableName: string; Key: Record<string, string> },
  words: readonly string[],
  signal: AbortSignal,
): Promise<Snapshot> {
  const keys = words.map((word) => ({ TableName: names.tables.words, Key: { word: wordKey(word) } }));
  const get = new TransactGetCommand({ TransactItems: [row, ...keys].map((Get) => ({ Get })) });
  for (;;) {
    const { job, items } = await readTogether(db, get, signal);
    if (job !== undefined) {
      const { status, steps } = rowSchema.parse(job);
      const countOf = (item: unknown) => (item === undefined ? 0 : readWordRow(item).count);
      const counted = status === "completed";
      if (counted || steps === 0)
        return { counted, counts: words.map((word, index) => [word, countOf(items[index])]) };
    }
    await wait(Math.random() * maxPauseMs, undefined, { signal });
  }
}

/** The job's row and the other items of a transaction; nothing when it conflicted with another transaction. */
async function readTogether(
  db: DynamoDBDocumentClient,
  get: TransactGetCommand,
  abortSignal: AbortSignal,
): Promise<{ job?: unknown; items: unknown[] }> {
  try {
    const { Responses = [] } = await db.send(get, { abortSignal });
    const [job, ...items] = Responses.map(({ Item }) => Item);
    return { job, items };
  } catch (error) {
    if (error instanceof TransactionCanceledException) return { items: [] };
    throw error;
  }
}
