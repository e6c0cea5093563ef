// What happens to one job, as it happens: one read of its row for each look, until it has ended.
import { type DynamoDBDocumentClient, GetCommand } from "@aws-sdk/lib-dynamodb";
import { type JobRow, readJobRow } from "../../../worker/engine/ledger/job-row.ts";
import { type Moment, timelineOf } from "../../status/timeline.ts";
import { isFirst } from "./first-time.ts";

/** New moments of a job, and how it ended, once it has. */
export type Look = { moments: Moment[]; ended: "completed" | "rejected" | "dead-lettered" | undefined };

/** Makes a function that resolves to what has happened since it was called last. Of a job without a row nothing is known. */
export function jobMoments(
  { db, table }: { db: DynamoDBDocumentClient; table: string },
  jobId: string,
): () => Promise<Look> {
  const told = new Set<string>();
  return async () => {
    const { Item } = await db.send(
      new GetCommand({ TableName: table, Key: { jobId }, ConsistentRead: true }),
    );
    if (Item === undefined) return { moments: [], ended: undefined };
    const row = readJobRow(Item);
    const moments = timelineOf(row).filter(({ at, what, end = "" }) => isFirst(told, `${at} ${what} ${end}`));
    return { moments, ended: endOf(row) };
  };
}

const endOf = ({ status }: JobRow): Look["ended"] =>
  status === "running" || status === "waiting" ? undefined : status;
