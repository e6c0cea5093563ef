// Notes in the row of a job that has ended: its dead letter, and failures of the work after its commit. Each is conditional, so
// that a late note never touches a job that was redriven since, and never makes a row of a job that has none any more.
import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { type DynamoDBDocumentClient, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type { Clock } from "../../fleet/clock.ts";
import { rowText } from "./job-row.ts";

type Rows = { db: DynamoDBDocumentClient; table: string; clock: Clock };

/** See `Ledger.deadLetterSent`. */
export async function noteDeadLetter(
  { db, table, clock }: Rows,
  { jobId, redrives }: { jobId: string; redrives: number },
): Promise<void> {
  const update = new UpdateCommand({
    TableName: table,
    Key: { jobId },
    UpdateExpression:
      "SET deadLetterSent = :true, deadKind = if_not_exists(deadKind, :kind), deadAt = if_not_exists(deadAt, :at)",
    // A completed job has a dead letter when the work after its commit was given up; a redrive does not reopen it.
    ConditionExpression:
      "(#status = :dead AND redrives = :redrives) OR (#status = :completed AND redrives <= :redrives)",
    ExpressionAttributeNames: { "#status": "status" },
    ExpressionAttributeValues: {
      ":true": true,
      ":kind": jobId.slice(0, jobId.indexOf("/")),
      ":at": new Date(clock.now()).toISOString(),
      ":redrives": redrives,
      ":dead": "dead-lettered",
      ":completed": "completed",
    },
  });
  await db.send(update).catch(unlessRefused);
}

/** See `Ledger.noteAfterCommitFailure`. */
export async function noteAfterCommitFailure(
  { db, table, clock }: Rows,
  jobId: string,
  cause: string,
): Promise<number> {
  const update = new UpdateCommand({
    TableName: table,
    Key: { jobId },
    UpdateExpression: "SET lastError = :cause, updatedAt = :at ADD afterCommitFailures :one",
    ConditionExpression: "#status = :completed",
    ExpressionAttributeNames: { "#status": "status" },
    ExpressionAttributeValues: {
      ":cause": rowText(cause),
      ":at": new Date(clock.now()).toISOString(),
      ":one": 1,
      ":completed": "completed",
    },
    ReturnValues: "ALL_NEW",
  });
  const answer = await db.send(update).catch(unlessRefused);
  return Number(answer?.Attributes?.afterCommitFailures ?? 1);
}

function unlessRefused(error: unknown): undefined {
  if (error instanceof ConditionalCheckFailedException) return undefined;
  throw error;
}
