// Committing a claimed job in DynamoDB: effects and terminal status, all or nothing, only under the newest fence.
import { TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { type DynamoDBDocumentClient, GetCommand, TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import type { Clock } from "../clock.ts";
import type { Effect } from "../jobs/handler.ts";
import { endedShard, type JobRow, readJobRow, rowText } from "./job-row.ts";
import { type Claim, EffectRefused, type Ending, FenceLost } from "./ledger.ts";

/** What committing needs. */
export type CommitOptions = { db: DynamoDBDocumentClient; table: string; clock: Clock };

/** Effects of one job; with the job's own row they stay under DynamoDB's 100 actions a transaction. */
export const maxEffects = 98;

/** Tries at a transaction that lost against a concurrent one (TransactionConflict), in place, with jitter. */
const conflictTries = 8;

/** Ends the job in one transaction. See `Ledger.commit`. */
export async function commitJob(options: CommitOptions, claim: Claim, ending: Ending): Promise<void> {
  const effects = ending.status === "dead-lettered" ? [] : ending.effects;
  if (effects.length > maxEffects)
    throw new RangeError(
      `job ${claim.jobId} has ${effects.length} effects, at most ${maxEffects} fit one commit`,
    );
  for (let tries = 1; ; tries += 1) {
    const refusal = await transact(options, [endRow(options, claim, ending), ...effects]);
    if (refusal === undefined) return;
    if (refusal.conflict && tries < conflictTries) {
      await options.clock.sleep(Math.random() * 20 * 2 ** tries);
      continue;
    }
    if (await endedByUs(options, claim, ending)) return;
    throw await errorOf(options, claim, refusal);
  }
}

type Refusal = { conflict: boolean; refusedEffect: number | undefined; cause: TransactionCanceledException };

async function transact({ db }: CommitOptions, actions: Effect[]): Promise<Refusal | undefined> {
  try {
    await db.send(new TransactWriteCommand({ TransactItems: actions }));
    return undefined;
  } catch (error) {
    if (!(error instanceof TransactionCanceledException)) throw error;
    const codes = (error.CancellationReasons ?? []).map(({ Code }) => Code ?? "None");
    const refused = codes.indexOf("ConditionalCheckFailed", 1);
    return {
      conflict:
        codes.every((code) => code === "None" || passing.has(code)) &&
        codes.some((code) => passing.has(code)),
      refusedEffect: refused < 0 ? undefined : refused - 1,
      cause: error,
    };
  }
}

/** Cancellation reasons that pass by themselves. */
const passing = new Set(["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"]);

function endRow({ table, clock }: CommitOptions, claim: Claim, ending: Ending): Effect {
  const details = detailsOf(ending);
  const set = [
    "#status = :status",
    "updatedAt = :at",
    "endedAt = :at",
    "endedShard = :shard",
    ...Object.keys(details).map((name) => `#${name} = :${name}`),
  ];
  return {
    Update: {
      TableName: table,
      Key: { jobId: claim.jobId },
      UpdateExpression: `SET ${set.join(", ")}`,
      ConditionExpression: "fence = :fence AND #status = :running",
      ExpressionAttributeNames: { "#status": "status", ...prefixed("#", details, (name) => name) },
      ExpressionAttributeValues: {
        ":status": ending.status,
        ":shard": endedShard(claim.kind, claim.jobId),
        ":at": new Date(clock.now()).toISOString(),
        ":fence": claim.fence,
        ":running": "running",
        ...prefixed(":", details, (_, value) => value),
      },
    },
  };
}

function detailsOf(ending: Ending): Record<string, unknown> {
  switch (ending.status) {
    case "completed":
      return { result: ending.result };
    case "rejected":
      return { code: rowText(ending.code), reason: rowText(ending.reason) };
    case "dead-lettered":
      return { cause: rowText(ending.cause) };
  }
}

function prefixed<Value>(
  prefix: string,
  record: Record<string, unknown>,
  of: (name: string, value: unknown) => Value,
): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [prefix + name, of(name, value)]));
}

/** True when an earlier try of this very commit was applied and only its answer was lost. */
async function endedByUs(options: CommitOptions, claim: Claim, ending: Ending): Promise<boolean> {
  const row = await currentRow(options, claim);
  return row?.fence === claim.fence && row.status === ending.status;
}

async function errorOf(options: CommitOptions, claim: Claim, refusal: Refusal): Promise<Error> {
  const row = await currentRow(options, claim);
  if (row?.fence !== claim.fence || row.status !== "running") return new FenceLost(claim.jobId, claim.fence);
  if (refusal.refusedEffect !== undefined)
    return new EffectRefused(claim.jobId, refusal.refusedEffect, { cause: refusal.cause });
  return refusal.cause;
}

/** The job's row as it stands. */
export async function currentRow(
  { db, table }: Pick<CommitOptions, "db" | "table">,
  claim: Claim,
): Promise<JobRow | undefined> {
  const { Item } = await db.send(
    new GetCommand({ TableName: table, Key: { jobId: claim.jobId }, ConsistentRead: true }),
  );
  return Item === undefined ? undefined : readJobRow(Item);
}
