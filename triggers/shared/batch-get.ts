// Reads many rows by their keys in one call each hundred.
import {
  BatchGetCommand,
  type BatchGetCommandOutput,
  type DynamoDBDocumentClient,
} from "@aws-sdk/lib-dynamodb";

type Key = Readonly<Record<string, string>>;

/** Keys of rows, by the table's full name. */
export type KeysByTable = Readonly<Record<string, readonly Key[]>>;

/** DynamoDB reads at most this many rows in one call (BatchGetItem, API reference). */
const maxKeys = 100;

/** How rows are read. */
export type BatchGetOptions = {
  /** False where half a second of age does no harm: such a read costs half. */
  consistent?: boolean;
  /** The one attribute that is wanted, where not all are. */
  only?: string;
};

/** Reads rows, in no order. Missing ones are left out. Every key once. */
export async function batchGet(
  db: DynamoDBDocumentClient,
  keys: KeysByTable,
  options: BatchGetOptions = {},
): Promise<Record<string, unknown[]>> {
  const all = Object.entries(keys).flatMap(([table, own]) => own.map((key) => ({ table, key })));
  const found: Record<string, unknown[]> = {};
  for (let start = 0; start < all.length; start += maxKeys)
    await readSome(db, all.slice(start, start + maxKeys), options, found);
  return found;
}

async function readSome(
  db: DynamoDBDocumentClient,
  wanted: readonly { table: string; key: Key }[],
  { consistent = true, only }: BatchGetOptions,
  found: Record<string, unknown[]>,
): Promise<void> {
  let next: BatchGetCommand["input"]["RequestItems"] = {};
  const how = { ConsistentRead: consistent, ...(only !== undefined && { ProjectionExpression: only }) };
  for (const { table, key } of wanted) next[table] = { Keys: [...(next[table]?.Keys ?? []), key], ...how };
  // DynamoDB may leave keys for the next call, for example beyond 16 MB.
  while (next !== undefined && Object.keys(next).length > 0) {
    const answer: BatchGetCommandOutput = await db.send(new BatchGetCommand({ RequestItems: next }));
    for (const [table, rows] of Object.entries(answer.Responses ?? {}))
      found[table] = [...(found[table] ?? []), ...rows];
    next = answer.UnprocessedKeys;
  }
}
