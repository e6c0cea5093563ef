// Outcomes of one message group as they come. The group's jobs run one after another, so those that end next are among the
// newest that were claimed: a look is one query of keys and one read of the rows that had not ended.
import { type DynamoDBDocumentClient, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { batchGet } from "../../../triggers/shared/batch-get.ts";
import { type Outcome, outcomeOf } from "../../status/outcomes.ts";
import { isFirst } from "./first-time.ts";

/** Jobs of the group that a look sees, the newest: one that was sent back after so many others is not seen. */
export const newestJobs = 100;

/**
 * Makes a function that resolves to the jobs of a group that have ended since it was called last.
 * @param from epoch milliseconds; what ended before is left out
 */
export function groupEndedSince(
  { db, table, kind }: { db: DynamoDBDocumentClient; table: string; kind: string | undefined },
  group: string,
  from: number,
): () => Promise<Outcome[]> {
  const told = new Set<string>();
  return async () => {
    const { Items = [] } = await db.send(
      new QueryCommand({
        TableName: table,
        IndexName: "byGroup",
        KeyConditionExpression: "#group = :group",
        ExpressionAttributeNames: { "#group": "group" },
        ExpressionAttributeValues: { ":group": group },
        ScanIndexForward: false,
        Limit: newestJobs,
      }),
    );
    const keys = Items.map(({ jobId }) => ({ jobId: String(jobId) })).filter(
      ({ jobId }) => !told.has(jobId) && (kind === undefined || jobId.startsWith(`${kind}/`)),
    );
    const { [table]: rows = [] } = await batchGet(db, { [table]: keys }, { consistent: false });
    const ended = rows.map(outcomeOf).filter((outcome) => outcome !== undefined);
    // Completed and rejected jobs stay so; a dead one may be sent back and end again.
    for (const { jobId, outcome } of ended) if (outcome !== "dead-lettered") told.add(jobId);
    const fresh = ended.filter(
      ({ jobId, endedAt, outcome }) =>
        Date.parse(endedAt) >= from && (outcome !== "dead-lettered" || isFirst(told, `${jobId} ${endedAt}`)),
    );
    return fresh.sort((a, b) => a.endedAt.localeCompare(b.endedAt));
  };
}
