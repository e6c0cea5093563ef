// Does what lifecycle rules and DynamoDB's time to live do in the cloud, and the local cloud does not: deletes old objects
// and rows, so that a soak measures leaks and not what it stored itself.
import {
  DeleteObjectsCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
} from "@aws-sdk/client-s3";
import { BatchWriteCommand, paginateScan } from "@aws-sdk/lib-dynamodb";
import type { ResourceNames } from "../../../worker/fleet/resources.ts";
import { type TableName, tableShapes } from "../../../worker/fleet/tables.ts";
import type { LocalClients } from "../../local/cloud/identity.ts";

/** Objects and rows that existed before the old ones were deleted. */
export type StoredData = { objects: number; rows: number };

/** When a row became obsolete, in tables that get rows with every input; undefined while its job is running. */
const ended: Partial<Record<TableName, (row: Record<string, unknown>) => unknown>> = {
  jobs: ({ endedAt }) => endedAt,
  submissions: ({ createdAt }) => createdAt,
  uploads: ({ state, issuedAt }) => (state === "issued" ? undefined : issuedAt),
  files: ({ state, createdAt }) => (state === "storing" ? undefined : createdAt),
  audit: ({ at }) => at,
  outgoingMails: ({ state, updatedAt }) => (state === "sent" ? updatedAt : undefined),
  outbox: ({ pending, createdAt }) => (pending === undefined ? createdAt : undefined),
};

/** Deletes what is older than `keepMs` at `now`. Returns what it counted before. */
export async function deleteOldData(
  clients: Pick<LocalClients, "s3" | "db">,
  names: ResourceNames,
  { now, keepMs }: { now: number; keepMs: number },
): Promise<StoredData> {
  const before = new Date(now - keepMs);
  let objects = 0;
  for (const bucket of Object.values(names.buckets)) objects += await removeObjects(clients, bucket, before);
  let rows = 0;
  for (const table of Object.keys(names.tables) as TableName[])
    rows += await removeRows(clients, names.tables[table], table, before.toISOString());
  return { objects, rows };
}

async function removeObjects(
  { s3 }: Pick<LocalClients, "s3">,
  Bucket: string,
  before: Date,
): Promise<number> {
  let seen = 0;
  let next: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined } | undefined = {};
  while (next !== undefined) {
    const page: ListObjectVersionsCommandOutput = await s3.send(
      new ListObjectVersionsCommand({ Bucket, ...next }),
    );
    const all = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])];
    seen += all.length;
    const old = all.filter(({ LastModified }) => LastModified !== undefined && LastModified < before);
    const Objects = old.map(({ Key = "", VersionId }) => ({ Key, VersionId }));
    if (Objects.length > 0) await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    next = page.IsTruncated
      ? { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker }
      : undefined;
  }
  return seen;
}

/** DynamoDB's limit for one BatchWriteItem. */
const rowsPerCall = 25;

async function removeRows(
  { db }: Pick<LocalClients, "db">,
  TableName: string,
  table: TableName,
  before: string,
): Promise<number> {
  const { partition, sort } = tableShapes[table].key;
  let seen = 0;
  const old: Record<string, unknown>[] = [];
  for await (const { Items = [] } of paginateScan({ client: db }, { TableName })) {
    seen += Items.length;
    for (const item of Items) {
      const at = ended[table]?.(item);
      if (typeof at !== "string" || at >= before) continue;
      old.push({ [partition]: item[partition], ...(sort !== undefined && { [sort]: item[sort] }) });
      // A submission's reference has its own row.
      if (table === "submissions" && item.reference) old.push({ id: `reference/${item.reference}` });
    }
  }
  for (let start = 0; start < old.length; start += rowsPerCall) {
    const requests = old.slice(start, start + rowsPerCall).map((Key) => ({ DeleteRequest: { Key } }));
    await db.send(new BatchWriteCommand({ RequestItems: { [TableName]: requests } }));
  }
  return seen;
}
