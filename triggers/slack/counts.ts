// How often words were said, as a reply needs it: what is stored, and this message where it is not in that yet.
import { type DynamoDBDocumentClient, GetCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { countWords } from "../../worker/jobs/count-words/job.ts";
import { jobIdOf } from "../../worker/jobs/define-job.ts";
import type { ResourceNames } from "../../worker/resources.ts";
import { readCounts } from "../../worker/words/read-counts.ts";
import type { WordsSaid } from "../../worker/words/said.ts";

type Tables = { db: DynamoDBDocumentClient; names: Pick<ResourceNames, "tables"> };

const statusSchema = z.object({ status: z.string() });

/**
 * Counts with this message included: its own words are added unless it was counted before, as it is when Slack sends it
 * again. Belongs before the publication, after which the workers may count at any moment.
 * @param words those to read, distinct
 * @param occurrences of the message's words
 */
export async function countsIncluding(
  tables: Tables,
  said: WordsSaid,
  words: readonly string[],
  occurrences: ReadonlyMap<string, number>,
  signal: AbortSignal,
): Promise<Map<string, number>> {
  const { db, names } = tables;
  const get = new GetCommand({
    TableName: names.tables.jobs,
    Key: { jobId: jobIdOf(countWords, said) },
    ConsistentRead: true,
  });
  const { Item } = await db.send(get, { abortSignal: signal });
  const counted = statusSchema.safeParse(Item).data?.status === "completed";
  const stored = await readCounts(tables, words, signal);
  return new Map(
    words.map((word) => [word, (stored.get(word) ?? 0) + (counted ? 0 : (occurrences.get(word) ?? 0))]),
  );
}
