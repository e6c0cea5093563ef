// The jobs of a running fleet's ledger that ended lately, as a trace. Reads the index of ended jobs, never the whole table.
import { createHash } from "node:crypto";
import { type DynamoDBDocumentClient, paginateQuery } from "@aws-sdk/lib-dynamodb";
import { z } from "zod";
import { endedShards } from "../../../worker/engine/ledger/job-row.ts";
import type { SimulatedJob } from "../model/trace.ts";

const rowSchema = z.object({
  kind: z.string(),
  group: z.string(),
  enqueuedAt: z.iso.datetime(),
  /** When its last run began. Absent in rows of jobs that nobody could read. */
  claimedAt: z.iso.datetime().optional(),
  endedAt: z.iso.datetime(),
});

/** Which jobs: ended from `since` until now, in epoch milliseconds, and at most so many. */
export type EndedOptions = { table: string; kinds: readonly string[]; since: number; most: number };

/** There are more jobs than a trace may have. */
export class TooManyJobs extends RangeError {}

/** Partitions that are queried at once. */
const asksAtOnce = 8;

/**
 * Reads the jobs by arrival, which is counted in seconds from the first. A job lasts as long as its last run; its group is
 * replaced by a hash, since groups may name people.
 * @throws TooManyJobs
 */
export async function endedJobs(db: DynamoDBDocumentClient, options: EndedOptions): Promise<SimulatedJob[]> {
  const { kinds, most } = options;
  const shards = kinds.flatMap((kind) => endedShards.map((digit) => `${kind}#${digit}`));
  const found: SimulatedJob[] = [];
  const ask = async (): Promise<void> => {
    for (let shard = shards.pop(); shard !== undefined; shard = shards.pop())
      for await (const job of endedIn(db, options, shard)) {
        found.push(job);
        if (found.length > most) throw new TooManyJobs(`more than ${most} jobs ended`);
      }
  };
  await Promise.all(Array.from({ length: asksAtOnce }, ask));
  found.sort((a, b) => a.arrival - b.arrival || a.kind.localeCompare(b.kind));
  const first = found[0]?.arrival ?? 0;
  return found.map((job) => ({ ...job, arrival: rounded(job.arrival - first) }));
}

async function* endedIn(
  db: DynamoDBDocumentClient,
  { table, since }: EndedOptions,
  shard: string,
): AsyncIterable<SimulatedJob> {
  const pages = paginateQuery(
    { client: db },
    {
      TableName: table,
      IndexName: "ended",
      KeyConditionExpression: "endedShard = :shard AND endedAt >= :since",
      ProjectionExpression: "kind, #group, enqueuedAt, claimedAt, endedAt",
      ExpressionAttributeNames: { "#group": "group" },
      ExpressionAttributeValues: { ":shard": shard, ":since": new Date(since).toISOString() },
    },
  );
  for await (const { Items = [] } of pages)
    for (const item of Items) {
      const { kind, group, enqueuedAt, claimedAt = enqueuedAt, endedAt } = rowSchema.parse(item);
      const seconds = (Date.parse(endedAt) - Date.parse(claimedAt)) / 1000;
      yield {
        arrival: Date.parse(enqueuedAt) / 1000,
        kind,
        group: createHash("sha256").update(`${kind}/${group}`).digest("hex").slice(0, 16),
        seconds: rounded(Math.max(0.001, seconds)),
      };
    }
}

/** To the millisecond, which is what the ledger knows. */
const rounded = (seconds: number): number => Math.round(seconds * 1000) / 1000;
