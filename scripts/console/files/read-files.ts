// Files by person, as the directory and the index of ready files have them: two reads for a page of people, one for a page of files.
import { type DynamoDBDocumentClient, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { z } from "zod";
import { batchGet } from "../../../triggers/shared/batch-get.ts";
import type { ResourceNames } from "../../../worker/fleet/resources.ts";
import { type FileRow, fileRowSchema } from "../../../worker/jobs/files/rows/file-row.ts";
import {
  directoryPartition,
  type PersonRow,
  personRowSchema,
} from "../../../worker/jobs/files/rows/person-row.ts";
import { emptyQuota, type QuotaRow, quotaRowSchema } from "../../../worker/jobs/files/rows/quota-row.ts";

type Source = { db: DynamoDBDocumentClient; names: ResourceNames };

/** Lines of a page. */
const pageSize = 50;

/** A person who has signed in, and how many files they keep. */
export type FilesPerson = Pick<PersonRow, "id" | "name" | "address" | "signedInAt"> &
  Pick<QuotaRow, "files" | "bytes">;

/** One page; `next` is where the next one begins. */
export type FilesPage<Row> = { rows: Row[]; next: string | undefined };

/** A page of people, by name. `after` is the cursor of the page before. */
export async function readPeople(
  { db, names }: Source,
  after: string | undefined,
): Promise<FilesPage<FilesPerson>> {
  const { people, quotas } = names.tables;
  const key = z
    .object({ id: z.string(), name: z.string(), fleet: z.literal(directoryPartition) })
    .safeParse(parsed(after)).data;
  const { Items = [], LastEvaluatedKey } = await db.send(
    new QueryCommand({
      TableName: people,
      IndexName: "directory",
      KeyConditionExpression: "fleet = :fleet",
      ExpressionAttributeValues: { ":fleet": directoryPartition },
      Limit: pageSize,
      ...(key !== undefined && { ExclusiveStartKey: key }),
    }),
  );
  const found = Items.flatMap((item) => personRowSchema.safeParse(item).data ?? []);
  const keys = found.map(({ id }) => ({ person: id }));
  const { [quotas]: used = [] } = await batchGet(db, { [quotas]: keys }, { consistent: false });
  const quotaOf = new Map(
    used.flatMap((row) => quotaRowSchema.safeParse(row).data ?? []).map((row) => [row.person, row]),
  );
  return {
    rows: found.map(({ id, name, address, signedInAt }) => {
      const { files, bytes } = quotaOf.get(id) ?? emptyQuota(id);
      return { id, name, address, signedInAt, files, bytes };
    }),
    next: LastEvaluatedKey && JSON.stringify(LastEvaluatedKey),
  };
}

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch {
    return undefined;
  }
}

/** A file as the list has it. */
export type ListedFile = Pick<
  FileRow,
  "id" | "name" | "folder" | "bytes" | "contentType" | "createdAt" | "expiresAt" | "sharedWith" | "downloads"
>;

/** A page of a person's ready files, the newest first, created before a time. */
export async function readFiles(
  { db, names }: Source,
  { person, before }: { person: string; before: string | undefined },
): Promise<FilesPage<ListedFile>> {
  const { Items = [], LastEvaluatedKey } = await db.send(
    new QueryCommand({
      TableName: names.tables.files,
      IndexName: "listed",
      KeyConditionExpression: "listedFor = :person AND createdAt < :before",
      ExpressionAttributeValues: { ":person": person, ":before": before ?? "\uffff" },
      ScanIndexForward: false,
      Limit: pageSize,
    }),
  );
  const rows = Items.flatMap((item) => fileRowSchema.safeParse(item).data ?? []).map(
    ({ id, name, folder, bytes, contentType, createdAt, expiresAt, sharedWith, downloads }) => ({
      ...{ id, name, folder, bytes, contentType, createdAt, expiresAt, sharedWith, downloads },
    }),
  );
  return { rows, next: LastEvaluatedKey === undefined ? undefined : rows.at(-1)?.createdAt };
}
