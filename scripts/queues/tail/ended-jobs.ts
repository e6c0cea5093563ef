// Outcomes as they come, from the index of ended jobs: each look reads what ended since shortly before the last one. Nothing
// is scanned, and a look in which nothing ended costs half a read unit for each partition.
import { type DynamoDBDocumentClient, paginateQuery } from "@aws-sdk/lib-dynamodb";
import { endedShards } from "../../../worker/engine/ledger/job-row.ts";
import { type Outcome, outcomeOf } from "../../status/outcomes.ts";

/** Reads anew what ended so shortly before: an index shows a row some moments late, and workers' clocks differ. */
export const overlapMs = 5000;

/** Partitions that are read at once. */
const readsAtOnce = 16;

export type EndedSource = {
  db: DynamoDBDocumentClient;
  /** The jobs table. */
  table: string;
  kinds: readonly string[];
};

/**
 * Makes a function that resolves to the jobs that have ended since it was called last, in the order in which they ended.
 * @param from epoch milliseconds; what ended before is left out
 */
export function endedSince({ db, table, kinds }: EndedSource, from: number): () => Promise<Outcome[]> {
  const partitions = kinds.flatMap((kind) => endedShards.map((digit) => `${kind}#${digit}`));
  const seen = new Map<string, number>();
  let upTo = from;
  return async () => {
    const since = new Date(Math.max(from, upTo - overlapMs)).toISOString();
    const found = await readAll(db, table, partitions, since);
    const fresh = found.filter((outcome) => !seen.has(keyOf(outcome)));
    for (const outcome of fresh) {
      seen.set(keyOf(outcome), Date.parse(outcome.endedAt));
      upTo = Math.max(upTo, Date.parse(outcome.endedAt));
    }
    for (const [key, at] of seen) if (at < upTo - 2 * overlapMs) seen.delete(key);
    return fresh.sort((a, b) => a.endedAt.localeCompare(b.endedAt) || a.jobId.localeCompare(b.jobId));
  };
}

/** A job that was sent back ends again. */
const keyOf = ({ jobId, endedAt }: Outcome) => `${jobId} ${endedAt}`;

async function readAll(
  db: DynamoDBDocumentClient,
  table: string,
  partitions: readonly string[],
  since: string,
): Promise<Outcome[]> {
  const left = [...partitions];
  const found: Outcome[] = [];
  const read = async () => {
    for (let partition = left.pop(); partition !== undefined; partition = left.pop())
      found.push(...(await readPartition(db, table, partition, since)));
  };
  await Promise.all(Array.from({ length: readsAtOnce }, read));
  return found;
}

async function readPartition(
  db: DynamoDBDocumentClient,
  table: string,
  partition: string,
  since: string,
): Promise<Outcome[]> {
  const found: Outcome[] = [];
  const pages = paginateQuery(
    { client: db },
    {
      TableName: table,
      IndexName: "ended",
      KeyConditionExpression: "endedShard = :partition AND endedAt >= :since",
      ExpressionAttributeValues: { ":partition": partition, ":since": since },
    },
  );
  for await (const { Items = [] } of pages)
    found.push(...Items.map(outcomeOf).filter((outcome) => outcome !== undefined));
  return found;
}
