// Notes in the ledger that an operator redrove or purged a dead letter.
import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { type DynamoDBDocumentClient, UpdateCommand } from "@aws-sdk/lib-dynamodb";

/** The ledger's table and the operator. */
export type Notes = { db: DynamoDBDocumentClient; table: string; by: string; now: () => number };

/**
 * Removes a job from the list of dead letters.
 * @param did what the operator did; the row keeps who did it and when
 * @param redrives the letter's count; a job that was redriven and dead-lettered again since then is not touched
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
