// The sweeper: relays the rows that the stream has not relayed. A row that fails is put off, longer each time, so that it
// does not block others. No row is abandoned, because a later deployment may be able to relay it.
import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { type DynamoDBDocumentClient, QueryCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { type OutboxRow, outboxRowSchema, pendingShards } from "../../worker/jobs/outbox/outbox-row.ts";
import type { Log } from "../shared/log.ts";
import type { Relay } from "../shared/outbox-relay.ts";

export type SweepOptions = {
  relay: Relay;
  db: DynamoDBDocumentClient;
  /** The outbox table. */
  table: string;
  /** Epoch milliseconds. */
  now: () => number;
  log: Log;
};

/** What a sweep did. */
export type SweepReport = {
  /** Due rows that were relayed, and those that failed. */
  relayed: number;
  failed: number;
  /** How long the oldest of the rows that are left has been due, seconds, however often it was put off; 0 when none is. */
  oldestSeconds: number;
};

/** Rows of one partition that are read per sweep. The next sweep takes more. */
const rowsPerShard = 50;

/** How long a failing row is put off: at first, and at most. */
const putOffSeconds = { first: 60, max: 3600 };

/** Relays every due row. A row that fails is logged and put off. @throws when the table cannot be read or written */
export async function sweepOutbox(options: SweepOptions): Promise<SweepReport> {
  const shards = await Promise.all(pendingShards.map((shard) => sweepShard(options, shard)));
  const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
  return {
    relayed: sum(shards.map(({ relayed }) => relayed)),
    failed: sum(shards.map(({ failed }) => failed)),
    oldestSeconds: Math.max(...shards.map(({ oldestSeconds }) => oldestSeconds)),
  };
}

async function sweepShard(options: SweepOptions, shard: string): Promise<SweepReport> {
  const { db, table, now } = options;
  // Rows that were put off come after the due ones. They are read only for their age.
  const pending = new QueryCommand({
    TableName: table,
    IndexName: "pending",
    KeyConditionExpression: "pending = :shard",
    ExpressionAttributeValues: { ":shard": shard },
    Limit: rowsPerShard,
  });
  const { Items = [], LastEvaluatedKey } = await db.send(pending);
  const due = Items.filter(({ dueAt }) => String(dueAt) <= new Date(now()).toISOString());
  const report = { relayed: 0, failed: 0 };
  const left = Items.slice(due.length);
  for (const item of due) {
    const outcome = await sweepRow(options, item);
    report[outcome] += 1;
    if (outcome === "failed") left.push(item);
  }
  // What was not read is due later than the last that was.
  const unread = LastEvaluatedKey === undefined ? [] : Items.slice(-1);
  return { ...report, oldestSeconds: Math.max(0, ...[...left, ...unread].map((item) => ageOf(item, now()))) };
}

/** How long a row has been waiting since its time came, seconds. */
function ageOf({ createdAt, notBefore, dueAt }: Record<string, unknown>, now: number): number {
  const since = Date.parse(String(notBefore ?? createdAt ?? dueAt));
  return Number.isNaN(since) ? 0 : Math.max(0, (now - since) / 1000);
}

async function sweepRow(options: SweepOptions, item: Record<string, unknown>): Promise<"relayed" | "failed"> {
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
  const seconds = Math.min(putOffSeconds.max, putOffSeconds.first * 2 ** Math.min(tries, 10));
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
