// The last ended jobs, newest first, from the jobs table's index `ended`.
import { type DynamoDBDocumentClient, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { z } from "zod";
import { endedShards, readJobRow } from "../../worker/engine/ledger/job-row.ts";
import { resourceNames } from "../../worker/fleet/resources.ts";

const endedSchema = z.object({
  endedAt: z.iso.datetime(),
  status: z.enum(["completed", "rejected", "dead-lettered"]),
});

/** How a job ended. `reason` is for people: why it was rejected or dead-lettered. */
export type Outcome = {
  jobId: string;
  kind: string;
  group: string;
  outcome: "completed" | "rejected" | "dead-lettered";
  /** ISO 8601, UTC. */
  enqueuedAt: string;
  endedAt: string;
  /** From enqueued to ended. */
  seconds: number;
  /** The rejection's code; null for other outcomes. */
  code: string | null;
  reason: string | null;
  /** The handler's result; null unless the job completed. */
  result: Record<string, unknown> | null;
};

/** Partitions that are queried at once. */
const asksAtOnce = 8;

/**
 * The last `limit` jobs of these kinds that ended, newest first. The index lags a moment behind the table. Makes one query
 * for each of a kind's 16 partitions.
 */
export async function recentOutcomes(
  { db }: { db: DynamoDBDocumentClient },
  { fleet, kinds, limit }: { fleet: string; kinds: readonly string[]; limit: number },
): Promise<Outcome[]> {
  const { tables } = resourceNames(fleet);
  const partitions = kinds.flatMap((kind) => endedShards.map((digit) => `${kind}#${digit}`));
  const found: Outcome[] = [];
  const ask = async (): Promise<void> => {
    for (let shard = partitions.pop(); shard !== undefined; shard = partitions.pop())
      found.push(...(await endedIn(db, tables.jobs, shard, limit)));
  };
  await Promise.all(Array.from({ length: asksAtOnce }, ask));
  return found.sort(newestFirst).slice(0, limit);
}

async function endedIn(
  db: DynamoDBDocumentClient,
  table: string,
  shard: string,
  limit: number,
): Promise<Outcome[]> {
  const { Items = [] } = await db.send(
    new QueryCommand({
      TableName: table,
      IndexName: "ended",
      KeyConditionExpression: "endedShard = :shard",
      ExpressionAttributeValues: { ":shard": shard },
      ScanIndexForward: false,
      Limit: limit,
    }),
  );
  return Items.map(outcomeOf).filter((outcome) => outcome !== undefined);
}

/** The outcome in a row of the jobs table; undefined for a job that has not ended. */
export function outcomeOf(item: unknown): Outcome | undefined {
  const ended = endedSchema.safeParse(item);
  if (!ended.success) return undefined;
  const row = readJobRow(item);
  const { endedAt, status } = ended.data;
  return {
    jobId: row.jobId,
    kind: row.kind,
    group: row.group,
    outcome: status,
    enqueuedAt: row.enqueuedAt,
    endedAt,
    seconds: Math.max(0, (Date.parse(endedAt) - Date.parse(row.enqueuedAt)) / 1000),
    code: row.code ?? null,
    reason: (status === "rejected" ? row.reason : status === "dead-lettered" ? row.cause : undefined) ?? null,
    result: status === "completed" ? (row.result ?? {}) : null,
  };
}

function newestFirst(a: Outcome, b: Outcome): number {
  return b.endedAt.localeCompare(a.endedAt) || a.jobId.localeCompare(b.jobId);
}
