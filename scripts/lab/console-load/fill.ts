// Fills the jobs table, many rows in a call and several calls at once.
import { BatchWriteCommand, type DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { LoadSize } from "./rows.ts";
import { rowAt } from "./rows.ts";

/** DynamoDB's limit of one BatchWriteItem. */
const rowsInCall = 25;
const callsAtOnce = 6;

/** Writes all rows. `progress` is told every hundred thousand. */
export async function fill(
  db: DynamoDBDocumentClient,
  table: string,
  size: LoadSize,
  { now, progress }: { now: number; progress: (rows: number) => void },
): Promise<void> {
  let next = 0;
  const writeSome = async (): Promise<void> => {
    while (next < size.rows) {
      const start = next;
      next += rowsInCall;
      const items = Array.from({ length: Math.min(rowsInCall, size.rows - start) }, (_, at) => ({
        PutRequest: { Item: rowAt(start + at, size, now) },
      }));
      let left: typeof items | undefined = items;
      while (left !== undefined && left.length > 0) {
        const { UnprocessedItems } = await db.send(
          new BatchWriteCommand({ RequestItems: { [table]: left } }),
        );
        left = UnprocessedItems?.[table] as typeof items | undefined;
      }
      if (Math.floor(start / 100_000) !== Math.floor((start + rowsInCall) / 100_000))
        progress(start + rowsInCall);
    }
  };
  await Promise.all(Array.from({ length: callsAtOnce }, writeSome));
}
