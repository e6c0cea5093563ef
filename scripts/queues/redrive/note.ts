// What an operator's hand leaves in the ledger about dead letters that no longer lie in their queue.
import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { type DynamoDBDocumentClient, UpdateCommand } from "@aws-sdk/lib-dynamodb";

/** Whose hand, and in which ledger. */
export type Notes = { db: DynamoDBDocumentClient; table: string; by: string; now: () => number };

/**
 * Takes a job off the list of dead letters.
 * @param did what became of the letter; `redriven` names who and when in the row, `purged` likewise
 * @param redrives of the letter that was there: a job that has been sent back and died again since is left alone
 */
export async function noLongerDead(
  { db, table, by, now }: Notes,
  jobId: string,
  did: "redriven" | "purged",
  redrives: number,
): Promise<void> {
  try {
    await db.send(
      new UpdateCommand({
        TableName: table,
        Key: { jobId },
        UpdateExpression: `SET ${did}At = :at, ${did}By = :by REMOVE deadKind, deadAt`,
        ConditionExpression: "attribute_exists(deadKind) AND redrives <= :redrives",
        ExpressionAttributeValues: { ":at": new Date(now()).toISOString(), ":by": by, ":redrives": redrives },
      }),
    );
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
}
