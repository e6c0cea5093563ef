// The ledger on DynamoDB: claim, steps, commit, and the notes of interruptions and failures.
import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { isStandIn } from "../job/stand-in-id.ts";
import { noteAfterCommitFailure, noteDeadLetter } from "./after-end.ts";
import { claimJob, presumedClaim } from "./claim.ts";
import { type CommitOptions, commitJob, currentRow, markJob } from "./commit.ts";
import { endedByUs, endRow, soleRow } from "./end-row.ts";
import { GroupCommit, type Unit } from "./group-commit.ts";
import { attentionOf, rowText } from "./job-row.ts";
import { keptPayload } from "./kept-payload.ts";
import { type Claim, type Ending, FenceLost, type Ledger } from "./ledger.ts";
import { NewRows } from "./new-rows.ts";
import { addNote, noteCause } from "./run-notes.ts";

/** Makes a ledger on the jobs table. */
export function createLedger(options: CommitOptions): Ledger {
  const { db, table, owner, clock } = options;
  const together = new GroupCommit(options);
  const newRows = new NewRows(options);
  return {
    isSuspect: async (jobId) => {
      const row = await currentRow(options, { jobId });
      return row?.status === "running" && row.fence - row.interruptions >= 2;
    },
    claim: (request, signal) => claimJob({ db, table, owner, newRows, now: clock.now, signal }, request),
    presume: (request) => presumedClaim(request, clock.now()),
    commit: async (claim, ending) => {
      const unit = unitOf(options, claim, ending);
      if (unit !== undefined) return together.add(unit);
      const row = soleRow(options, claim, ending);
      if (row !== undefined && (await newRows.insert(row))) return;
      await commitJob(options, claim, ending);
    },
    applyStep: (claim, step, additions) => together.add(stepUnit(options, claim, step, additions)),
    mark: (claim, effects) => markJob(options, claim, effects),
    noteInterruption: (claim) =>
      setWaiting(options, claim, { end: "interrupted", more: "ADD interruptions :one" }),
    noteFailure: (claim, cause) => {
      const kept = Object.entries(keptPayload(claim.payload));
      return setWaiting(options, claim, {
        end: "failed",
        cause,
        more: `, lastError = :cause${kept.map(([name]) => `, ${name} = :${name}`).join("")} REMOVE putOffSince, putOffs ADD failures :one`,
        values: Object.fromEntries(kept.map(([name, value]) => [`:${name}`, value])),
      });
    },
    notePutOff: (claim, cause) =>
      setWaiting(options, claim, {
        end: "put off",
        cause,
        more:
          ", lastError = :cause, putOffSince = if_not_exists(putOffSince, :at)" +
          `${isStandIn(claim.jobId) ? ", expiresAt = :expires" : ""} ADD interruptions :one, putOffs :one`,
        ...(isStandIn(claim.jobId) && {
          values: { ":expires": Math.floor(clock.now() / 1000) + standInSeconds },
        }),
      }),
    noteAfterCommitFailure: (jobId, cause) => noteAfterCommitFailure(options, jobId, cause),
    deadLetterSent: (letter) => noteDeadLetter(options, letter),
  };
}

/**
 * How long the row of a put-off stand-in is kept: the newer worker that understands the message gives the job a row of its
 * own, and nobody comes back to this one. The next claim, if there is one, keeps the row as long as any other.
 */
const standInSeconds = 24 * 60 * 60;

/** The ending of a job with additions, for a group commit; undefined when it has none and is committed alone. */
function unitOf(options: CommitOptions, claim: Claim, ending: Ending): Unit | undefined {
  if (ending.status !== "completed" || !ending.additions?.length) return undefined;
  const { effects, additions } = ending;
  if (typeof effects === "function")
    throw new TypeError(`job ${claim.jobId} has additions, so its effects must not be computed`);
  const own = [endRow(options, claim, ending, effects), ...effects];
  return { claim, own, additions, isApplied: (row) => endedByUs(row, claim, ending) };
}

/**
 * A step, marked by the count of steps in the job's row. A run that applied a step made progress: it counts as the first
 * run again, so that a long job is not given up because many workers died on the way.
 */
function stepUnit(
  { table, clock }: CommitOptions,
  claim: Claim,
  step: number,
  additions: Unit["additions"],
): Unit {
  const before = step === 0 ? "attribute_not_exists(steps)" : "steps = :step";
  const marker = {
    Update: {
      TableName: table,
      Key: { jobId: claim.jobId },
      UpdateExpression:
        "SET steps = :next, updatedAt = :at, interruptions = :earlier, failures = :none REMOVE putOffSince, putOffs",
      ConditionExpression: `fence = :fence AND #status = :running AND ${before}`,
      ExpressionAttributeNames: { "#status": "status" },
      ExpressionAttributeValues: {
        ":next": step + 1,
        ":earlier": claim.fence - 1,
        ":none": 0,
        ":at": new Date(clock.now()).toISOString(),
        ":fence": claim.fence,
        ":running": "running",
        ...(step > 0 && { ":step": step }),
      },
    },
  };
  const isApplied: Unit["isApplied"] = ({ fence, steps = 0 }) => fence === claim.fence && steps > step;
  return { claim, own: [marker], additions, isApplied };
}

/** How a run ended that did not end its job, and what else changes in the row: the rest of the update's expression. */
type RunEnd = {
  end: "failed" | "put off" | "interrupted";
  cause?: string;
  more: string;
  values?: Record<string, unknown>;
};

/**
 * Sets a claimed job to waiting. The condition includes the status, so that a repeated call (an SDK retry after a lost
 * answer) changes nothing: it finds the job waiting under our own fence, which only our first call can have caused.
 */
async function setWaiting(
  options: CommitOptions,
  claim: Claim,
  { end, cause, more, values }: RunEnd,
): Promise<void> {
  const { db, table, clock } = options;
  const because = cause !== undefined && { cause: noteCause(cause) };
  const note = addNote(claim.notes, { at: clock.now(), end, ...because });
  const update = new UpdateCommand({
    TableName: table,
    Key: { jobId: claim.jobId },
    UpdateExpression: `SET #status = :waiting, updatedAt = :at, attention = :attention, attentionAt = :at, ${note.set} ${more}`,
    ConditionExpression: "fence = :fence AND #status = :running",
    ExpressionAttributeNames: { "#status": "status" },
    ExpressionAttributeValues: {
      ":waiting": "waiting",
      ":running": "running",
      ":fence": claim.fence,
      ":at": new Date(clock.now()).toISOString(),
      ":attention": attentionOf(claim.kind, "waiting"),
      ":one": 1,
      ...note.values,
      ...values,
      ...(cause !== undefined && { ":cause": rowText(cause) }),
    },
  });
  try {
    await db.send(update);
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    const row = await currentRow(options, claim);
    if (row?.fence !== claim.fence || row.status !== "waiting") throw new FenceLost(claim.jobId, claim.fence);
  }
}
