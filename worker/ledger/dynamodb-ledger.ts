// The ledger on DynamoDB: claim, commit and the two notes a run may leave.
import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { type DynamoDBDocumentClient, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type { Clock } from "../clock.ts";
import { claimJob } from "./claim.ts";
import { commitJob, currentRow } from "./commit.ts";
import { rowText } from "./job-row.ts";
import { type Claim, FenceLost, type Ledger } from "./ledger.ts";

/** A ledger over the jobs table. */
export function createLedger(options: {
  db: DynamoDBDocumentClient;
  table: string;
  /** The worker's id. */
  owner: string;
  clock: Clock;
}): Ledger {
  const { db, table, owner, clock } = options;
  return {
    claim: (request) => claimJob({ db, table, owner, now: clock.now }, request),
    commit: (claim, ending) => commitJob(options, claim, ending),
    release: (claim) =>
      handBack(options, claim, "SET #status = :waiting, updatedAt = :at ADD releases :one", { ":one": 1 }),
    fail: (claim, cause) =>
      handBack(options, claim, "SET #status = :waiting, updatedAt = :at, lastError = :cause", {
        ":cause": rowText(cause),
      }),
    deadLetterSent: async (jobId) => {
      await db.send(
        new UpdateCommand({
          TableName: table,
          Key: { jobId },
          UpdateExpression: "SET deadLetterSent = :true",
          ExpressionAttributeValues: { ":true": true },
        }),
      );
    },
  };
}

/**
 * Puts a claimed job back to waiting; on condition of the status too, so that a repeated call (an SDK retry after a
 * lost answer) changes nothing: it finds the job waiting under our own fence, which only we can have caused.
 */
async function handBack(
  options: { db: DynamoDBDocumentClient; table: string; clock: Clock },
  claim: Claim,
  expression: string,
  values: Record<string, unknown>,
): Promise<void> {
  const { db, table, clock } = options;
  const update = new UpdateCommand({
    TableName: table,
    Key: { jobId: claim.jobId },
    UpdateExpression: expression,
    ConditionExpression: "fence = :fence AND #status = :running",
    ExpressionAttributeNames: { "#status": "status" },
    ExpressionAttributeValues: {
      ":waiting": "waiting",
      ":running": "running",
      ":fence": claim.fence,
      ":at": new Date(clock.now()).toISOString(),
      ...values,
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
