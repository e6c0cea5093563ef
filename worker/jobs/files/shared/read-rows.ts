// Reads rows of file sharing, consistently. All throw NewerInput for words that only a newer version knows, see read-row.ts.
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import type { JobContext } from "../../../engine/job/handler.ts";
import { readRow } from "../../shared/read-row.ts";
import { type FileRow, fileRowSchema } from "../rows/file-row.ts";
import { type LinkRow, linkRowSchema } from "../rows/link-row.ts";
import { type PackRow, packRowSchema } from "../rows/pack-row.ts";
import { emptyQuota, type QuotaRow, quotaRowSchema } from "../rows/quota-row.ts";
import { type UploadRow, uploadId, uploadRowSchema } from "../rows/upload-row.ts";

type Reader = Pick<JobContext, "db" | "names" | "signal">;

async function read(TableName: string, Key: Record<string, string>, { db, signal }: Reader) {
  const get = new GetCommand({ TableName, Key, ConsistentRead: true });
  const { Item } = await db.send(get, { abortSignal: signal });
  return Item;
}

/** The row of an upload; undefined when none was issued for this key. */
export async function readUpload(
  object: { bucket: string; key: string },
  context: Reader,
): Promise<UploadRow | undefined> {
  const id = uploadId(object);
  const item = await read(context.names.tables.uploads, { id }, context);
  return item && readRow(uploadRowSchema, item, `upload ${id}`);
}

/** The row of a file, ended or not. */
export async function readFileRow(id: string, context: Reader): Promise<FileRow | undefined> {
  const item = await read(context.names.tables.files, { id }, context);
  return item && readRow(fileRowSchema, item, `file ${id}`);
}

/** The row of a link or request. */
export async function readLink(id: string, context: Reader): Promise<LinkRow | undefined> {
  const item = await read(context.names.tables.links, { id }, context);
  return item && readRow(linkRowSchema, item, `link ${id}`);
}

/** The row of a pack. */
export async function readPack(id: string, context: Reader): Promise<PackRow | undefined> {
  const item = await read(context.names.tables.packs, { id }, context);
  return item && readRow(packRowSchema, item, `pack ${id}`);
}

/** What a person keeps. */
export async function readQuota(person: string, context: Reader): Promise<QuotaRow> {
  const item = await read(context.names.tables.quotas, { person }, context);
  return item ? quotaRowSchema.parse(item) : emptyQuota(person);
}

/** Whether a file is shared with a person. */
export async function isSharedWith(person: string, fileId: string, context: Reader): Promise<boolean> {
  return (await read(context.names.tables.shares, { person, fileId }, context)) !== undefined;
}
