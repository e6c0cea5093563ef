// How often words were said, as a reply needs it: what is stored, and this message where it is not in that yet.
//
// Slack may send a message again while the workers count it, so a reply must know of every figure whether the message is
// in it. count-words ends a job, or a part of a large one, in one transaction with the counts: its row tells, if row and
// counts are seen at one moment. BatchGetItem does not see one moment (DynamoDB developer guide, "Isolation levels for
// transactions": read-committed), TransactGetItems does, but is refused while a count is being written. Hence two ways:
// - Nobody has claimed the job when the counts have been read: the message is in none. So it is the first time.
// - Somebody has: counts are read again, up to 99 at a time, each time in one transaction with the job's row. While a large
//   message is counted in part, which part is the business of the version that began it: then there is no figure yet.
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

/** Words that go beside the job's row into one transaction (TransactGetItems API reference: 100 items). */
const wordsPerRead = 99;

/** Longest pause before a transaction that met another is tried again, milliseconds. */
const longestPauseMs = 50;

/** What the row of a count-words job tells; the steps are those of a job too large for one transaction. */
const rowSchema = z.object({ status: z.string(), steps: z.number().int().default(0) });

/**
 * Counts with this message included exactly once: each is what the table held at one moment of the call, plus the message's
 * occurrences where count-words had not added them by then. What multiply-words adds is shown once it is stored. Other
 * messages show as far as they are stored: two that come at once do not see each other, and one that is counted meanwhile
 * may show in some words and not yet in others, as not all are read at one moment.
 * @param words those to read, distinct
 * @param occurrences of the message's words
 * @throws when the signal aborts: while counts are written without a pause, or the message is counted in part
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
  const parts: Promise<Seen>[] = [];
  for (let start = 0; start < words.length; start += wordsPerRead)
    parts.push(atOneMoment(tables, row, words.slice(start, start + wordsPerRead), signal));
  const including = ({ counted, counts }: Seen) =>
    counts.map(([word, count]) => [word, count + (counted ? 0 : (occurrences.get(word) ?? 0))] as const);
  return new Map((await Promise.all(parts)).flatMap(including));
}

/** Counts of one moment, and whether count-words had added the message's words by then: all of them or none. */
type Seen = { counted: boolean; counts: [word: string, count: number][] };

/** Some counts as they were together; tried again while one of them is being written, or the message half counted. */
async function atOneMoment(
  { db, names }: Tables,
  row: { TableName: string; Key: Record<string, string> },
  words: readonly string[],
  signal: AbortSignal,
): Promise<Seen> {
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
    await wait(Math.random() * longestPauseMs, undefined, { signal });
  }
}

/** The items of a transaction, the job's row first; nothing where it met another transaction. */
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
