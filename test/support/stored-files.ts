// Stored files for tests of the pages: object, row and quota as the job store-file leaves them.
import { randomBytes } from "node:crypto";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { QueryCommand, TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import type { WebDependencies } from "../../triggers/web/dependencies.ts";
import { type AuditRow, auditRowSchema } from "../../worker/jobs/files/rows/audit-row.ts";
import { beginFile, endFile, putFile, returnQuota, takeQuota } from "../../worker/jobs/files/rows/effects.ts";
import { expiryOf, type FileRow, shardOf } from "../../worker/jobs/files/rows/file-row.ts";
import { idBytes, idFrom, storedKey } from "../../worker/jobs/files/rows/ids.ts";

type Stores = Pick<WebDependencies, "db" | "s3" | "names" | "now">;

/** Stores a file. Its content is `content`, whatever `bytes` says. */
export async function storeFileFor(
  { db, s3, names, now }: Stores,
  file: Partial<FileRow> & { owner: string; name: string },
  content = "content",
): Promise<FileRow> {
  const id = file.id ?? idFrom(randomBytes(idBytes));
  const [Bucket, Key] = [names.buckets.secure, storedKey(id)];
  const { VersionId = "null" } = await s3.send(new PutObjectCommand({ Bucket, Key, Body: content }));
  const row: FileRow = {
    id,
    folder: "",
    bytes: Buffer.byteLength(content),
    contentType: "text/plain",
    checksum: { algorithm: "SHA256", value: "x" },
    bucket: Bucket,
    key: Key,
    versionId: VersionId,
    origin: "upload",
    createdAt: new Date(now()).toISOString(),
    ...expiryOf(now(), 1),
    state: "ready",
    sharedWith: 0,
    downloads: 0,
    version: 1,
    shard: shardOf(id),
    ...file,
  };
  const write = (TransactItems: ReturnType<typeof beginFile>[]) =>
    db.send(new TransactWriteCommand({ TransactItems }));
  await write([beginFile(names, row, now())]);
  const ready = { ...row, state: "ready" as const };
  await write([putFile(names, ready), takeQuota(names, row, Number.MAX_SAFE_INTEGER)]);
  if (row.state === "deleted" || row.state === "expired")
    await write([endFile(names, ready, row.state, now()), returnQuota(names, row)]);
  return row;
}

/** The audit rows of a file, the oldest first. */
export async function auditOf({ db, names }: Stores, fileId: string): Promise<AuditRow[]> {
  const query = new QueryCommand({
    TableName: names.tables.audit,
    IndexName: "byFile",
    KeyConditionExpression: "fileId = :file",
    ExpressionAttributeValues: { ":file": fileId },
  });
  const { Items = [] } = await db.send(query);
  return Items.map((item) => auditRowSchema.parse(item));
}
