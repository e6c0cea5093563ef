// The sweeper: relays what the stream has not. A row that fails is put off, longer each time, so that it cannot keep
// others from being swept; it is never given up, since a later deployment may know what to do with it.
import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { type DynamoDBDocumentClient, QueryCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { type OutboxRow, outboxRowSchema, pendingShards } from "../../worker/jobs/outbox/outbox-row.ts";
import type { Log } from "../shared/log.ts";
import type { Relay } from "../shared/outbox-relay.ts";

/** What sweeping needs. */
export type SweepOptions = {
  relay: Relay;
  db: DynamoDBDocumentClient;
  /** The outbox table. */
  table: string;
  /** Epoch milliseconds. */
  now: () => number;
  log: Log;
};

/** What became of the rows that were due. */
export type SweepReport = { relayed: number; failed: number };

/** Rows of one partition taken in one sweep; the next takes more. */
const rowsPerShard = 50;

/** First and longest time a failing row is put off. */
const putOffSeconds = { first: 60, longest: 3600 };

/** Relays every row that is due. Never throws for a row; throws when the table cannot be read. */
export async function sweepOutbox(options: SweepOptions): Promise<SweepReport> {
  const shards = await Promise.all(pendingShards.map((shard) => sweepShard(options, shard)));
  const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
  return {
    relayed: sum(shards.map(({ relayed }) => relayed)),
    failed: sum(shards.map(({ failed }) => failed)),
  };
}

async function sweepShard(options: SweepOptions, shard: string): Promise<SweepReport> {
  const { db, table, now } = options;
  const due = new QueryCommand({
    TableName: table,
    IndexName: "pending",
    KeyConditionExpression: "pending = :shard AND dueAt <= :now",
    ExpressionAttributeValues: { ":shard": shard, ":now": new Date(now()).toISOString() },
    Limit: rowsPerShard,
  });
  const { Items = [] } = await db.send(due);
  const report = { relayed: 0, failed: 0 };
  for (const item of Items) report[await sweepRow(options, item)] += 1;
  return report;
}

async function sweepRow(options: SweepOptions, item: Record<string, unknown>): Promise<keyof SweepReport> {
  const read = outboxRowSchema.safeParse(item);
  try {
    if (!read.success) throw read.error;
    await options.relay(read.data);
    return "relayed";
  } catch (error) {
    const cause = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    options.log("error", "outbox row not relayed", { id: item.id, cause });
    await putOff(options, { id: String(item.id), tries: read.data?.tries ?? 0 }, cause);
    return "failed";
  }
}

async function putOff(
  { db, table, now }: SweepOptions,
  { id, tries }: Pick<OutboxRow, "id" | "tries">,
  cause: string,
): Promise<void> {
  const seconds = Math.min(putOffSeconds.longest, putOffSeconds.first * 2 ** Math.min(tries, 10));
  const update = new UpdateCommand({
    TableName: table,
    Key: { id },
    UpdateExpression: "SET dueAt = :due, tries = :tries, lastError = :cause",
    ConditionExpression: "attribute_exists(pending)",
    ExpressionAttributeValues: {
      ":due": new Date(now() + seconds * 1000).toISOString(),
      ":tries": tries + 1,
      ":cause": cause.slice(0, 1000).toWellFormed(),
    },
  });
  await db.send(update).catch((error: unknown) => {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  });
}
