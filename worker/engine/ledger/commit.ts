// Commits a claimed job in DynamoDB: effects and terminal status, all or nothing, only under the newest fence.
import { TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { type DynamoDBDocumentClient, GetCommand, TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import type { Clock } from "../../fleet/clock.ts";
import type { Effect } from "../job/effect.ts";
import { attentionOf, endedShard, type JobRow, readJobRow, rowText } from "./job-row.ts";
import { type Claim, EffectRefused, type Ending, FenceLost } from "./ledger.ts";

/** Where jobs are committed. */
export type CommitOptions = { db: DynamoDBDocumentClient; table: string; clock: Clock };

/** The most effects of one job; with the job's own row they stay under DynamoDB's 100 actions per transaction. */
export const maxEffects = 98;

/** Tries of a transaction that conflicts with a concurrent one (TransactionConflict), with jitter. */
const conflictTries = 8;

/** Tries of computed effects: with many writers of one item most tries lose. */
const racedTries = 60;

/** Longest wait before a try, milliseconds. Waits double up to it and are randomised below it. */
const longestWaitMs = { conflict: 5000, raced: 300 };

/** Ends the job in one transaction. See `Ledger.commit`. */
export async function commitJob(options: CommitOptions, claim: Claim, ending: Ending): Promise<void> {
  let refused: number | undefined;
  for (let tries = 1; ; tries += 1) {
    const effects = await effectsOf(claim, ending, refused);
    const refusal = await transact(options, [endRow(options, claim, ending), ...effects]);
    if (refusal === undefined) return;
    if (refusal.conflict && tries < conflictTries) {
      await backOff(options, tries, longestWaitMs.conflict);
      continue;
    }
    const row = await currentRow(options, claim);
    if (endedByUs(row, claim, ending)) return;
    const error = errorOf(row, claim, refusal);
    if (!isRaced(error, ending) || tries >= racedTries) throw error;
    refused = refusal.refusedEffect;
    await backOff(options, tries, longestWaitMs.raced);
  }
}

/** Writes effects of a job that goes on. See `Ledger.mark`. */
export async function markJob(
  options: CommitOptions,
  claim: Claim,
  effects: readonly Effect[],
): Promise<void> {
  const held: Effect = {
    ConditionCheck: {
      TableName: options.table,
      Key: { jobId: claim.jobId },
      ConditionExpression: "fence = :fence AND #status = :running",
      ExpressionAttributeNames: { "#status": "status" },
      ExpressionAttributeValues: { ":fence": claim.fence, ":running": "running" },
    },
  };
  for (let tries = 1; ; tries += 1) {
    const refusal = await transact(options, [held, ...effects]);
    if (refusal === undefined) return;
    if (!refusal.conflict || tries >= conflictTries)
      throw errorOf(await currentRow(options, claim), claim, refusal);
    await backOff(options, tries, longestWaitMs.conflict);
  }
}

async function effectsOf({ jobId }: Claim, ending: Ending, refused?: number): Promise<readonly Effect[]> {
  if (ending.status === "dead-lettered") return [];
  const effects = typeof ending.effects === "function" ? await ending.effects(refused) : ending.effects;
  if (effects.length > maxEffects)
    throw new RangeError(`job ${jobId} has ${effects.length} effects, at most ${maxEffects} fit one commit`);
  return effects;
}

const backOff = ({ clock }: CommitOptions, tries: number, longestMs: number): Promise<void> =>
  clock.sleep(Math.random() * Math.min(longestMs, 20 * 2 ** tries));

/** True when only a change of the data prevented the commit: the effects can be computed again. */
function isRaced(error: Error, ending: Ending): boolean {
  if (ending.status === "dead-lettered" || typeof ending.effects !== "function") return false;
  return error instanceof EffectRefused || error instanceof TransactionCanceledException;
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
        codes.every((code) => code === "None" || passingReasons.has(code)) &&
        codes.some((code) => passingReasons.has(code)),
      refusedEffect: refused < 0 ? undefined : refused - 1,
      cause: error,
    };
  }
}

/** Cancellation reasons that go away by themselves. */
export const passingReasons = new Set([
  "TransactionConflict",
  "ThrottlingError",
  "ProvisionedThroughputExceeded",
]);

/** The effect that ends a job, on condition that its claim is the newest. */
export function endRow(
  { table, clock }: Pick<CommitOptions, "table" | "clock">,
  claim: Claim,
  ending: Ending,
): Effect {
  const at = new Date(clock.now()).toISOString();
  const details = {
    ...detailsOf(ending),
    ...(ending.status === "rejected" && { attention: attentionOf(claim.kind, "rejected"), attentionAt: at }),
  };
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
        ":at": at,
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

/** True when an earlier try of the same commit was applied and only its answer was lost. */
export function endedByUs(row: JobRow | undefined, claim: Claim, ending: Ending): boolean {
  return row?.fence === claim.fence && row.status === ending.status;
}

function errorOf(row: JobRow | undefined, claim: Claim, refusal: Refusal): Error {
  if (row?.fence !== claim.fence || row.status !== "running") return new FenceLost(claim.jobId, claim.fence);
  if (refusal.refusedEffect !== undefined)
    return new EffectRefused(claim.jobId, refusal.refusedEffect, { cause: refusal.cause });
  return refusal.cause;
}

/** Reads the job's current row. */
export async function currentRow(
  { db, table }: Pick<CommitOptions, "db" | "table">,
  { jobId }: Pick<Claim, "jobId">,
): Promise<JobRow | undefined> {
  const { Item } = await db.send(new GetCommand({ TableName: table, Key: { jobId }, ConsistentRead: true }));
  return Item === undefined ? undefined : readJobRow(Item);
}
