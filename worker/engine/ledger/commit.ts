// Commits a claimed job in DynamoDB: effects and terminal status, all or nothing, only under the newest fence.
import { TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { type DynamoDBDocumentClient, GetCommand } from "@aws-sdk/lib-dynamodb";
import type { Effect } from "../job/effect.ts";
import { type EndOptions, endedByUs, endRow } from "./end-row.ts";
import { type JobRow, readJobRow } from "./job-row.ts";
import { type Claim, EffectRefused, type Ending, FenceLost, JobKnown } from "./ledger.ts";
import { type Refusal, writeActions } from "./write.ts";

/** Where jobs are committed, and for which worker. */
export type CommitOptions = EndOptions & { db: DynamoDBDocumentClient };

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
    const refusal = await writeActions(options.db, [endRow(options, claim, ending, effects), ...effects]);
    if (refusal === undefined) return;
    if (refusal.conflict && tries < conflictTries) {
      await backOff(options, tries, longestWaitMs.conflict);
      continue;
    }
    const row = await currentRow(options, claim);
    if (endedByUs(row, claim, ending)) return;
    const error = errorOf(row, claim, refusal);
    if (!isRaced(error, ending) || tries >= racedTries) throw error;
    refused = refusedEffect(refusal);
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
    const refusal = await writeActions(options.db, [held, ...effects]);
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

/** The first effect that was refused; the job's own row comes before the effects. */
function refusedEffect({ refused }: Refusal): number | undefined {
  const index = refused.find((at) => at > 0);
  return index === undefined ? undefined : index - 1;
}

/** True while the row, or its absence, says that nobody has claimed or ended the job since. */
export function stillOurs(row: JobRow | undefined, { fence, presumed }: Claim): boolean {
  return presumed === undefined ? row?.fence === fence && row.status === "running" : row === undefined;
}

/** The error of a claim that does not hold any more, or was wrongly presumed. */
export const notOurs = ({ jobId, fence, presumed }: Claim): Error =>
  presumed === undefined ? new FenceLost(jobId, fence) : new JobKnown(jobId);

function errorOf(row: JobRow | undefined, claim: Claim, refusal: Refusal): Error {
  if (refusal.refused[0] === 0 || !stillOurs(row, claim)) return notOurs(claim);
  const refused = refusedEffect(refusal);
  return refused === undefined
    ? refusal.cause
    : new EffectRefused(claim.jobId, refused, { cause: refusal.cause });
}

/** Reads the job's current row. */
export async function currentRow(
  { db, table }: Pick<CommitOptions, "db" | "table">,
  { jobId }: Pick<Claim, "jobId">,
): Promise<JobRow | undefined> {
  const { Item } = await db.send(new GetCommand({ TableName: table, Key: { jobId }, ConsistentRead: true }));
  return Item === undefined ? undefined : readJobRow(Item);
}
