// What happened to a person's own files, the newest first: of one file, or of all.
import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import {
  type AuditRow,
  auditActions,
  auditRowSchema,
  auditTime,
} from "../../../worker/jobs/files/rows/audit-row.ts";
import type { WebDependencies } from "../dependencies.ts";
import { type Cursor, cursorText } from "../store/cursor.ts";

/** Entries on a page. */
export const logPage = 50;

/** An entry as the owner sees it. */
export const logEntrySchema = z.object({
  at: z.string(),
  action: z.enum(auditActions),
  /** A person's name, or how someone without an account came. */
  who: z.string(),
  fileId: z.string().optional(),
  fileName: z.string().optional(),
  details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
});

export type LogEntry = z.infer<typeof logEntrySchema>;

/** A page of the log. */
export type LogPage = { entries: LogEntry[]; next?: string };

/** Reads a page. The caller has checked that the file is the owner's. */
export async function readLog(
  { db, names }: WebDependencies,
  of: { owner: string; fileId?: string },
  cursor: Cursor | undefined,
): Promise<LogPage> {
  const { owner, fileId } = of;
  const [IndexName, key, value] =
    fileId === undefined ? ["byOwner", "owner", owner] : ["byFile", "fileId", fileId];
  const after = cursor && "after" in cursor ? cursor.after.at : undefined;
  const query = new QueryCommand({
    TableName: names.tables.audit,
    IndexName,
    KeyConditionExpression: `#key = :value${after === undefined ? "" : " AND #at < :after"}`,
    ExpressionAttributeNames: { "#key": key ?? "", ...(after !== undefined && { "#at": "at" }) },
    ExpressionAttributeValues: { ":value": value, ...(after !== undefined && { ":after": after }) },
    ScanIndexForward: false,
    Limit: logPage,
  });
  const { Items = [], LastEvaluatedKey } = await db.send(query);
  const rows = Items.map((item) => auditRowSchema.parse(item));
  const last = rows.at(-1);
  const more = LastEvaluatedKey !== undefined && last !== undefined;
  return {
    entries: rows.filter((row) => row.owner === owner).map(entryOf),
    ...(more && { next: cursorText({ after: { at: last.at } }) }),
  };
}

function entryOf(row: AuditRow): LogEntry {
  const { action, fileId, fileName, details } = row;
  return {
    at: auditTime(row),
    action,
    who: whoOf(row),
    ...(fileId !== undefined && { fileId }),
    ...(fileName !== undefined && { fileName }),
    details,
  };
}

function whoOf({ actor, actorName }: AuditRow): string {
  if (actor.startsWith("link:")) return "someone with a link";
  if (actor.startsWith("request:"))
    return actorName === "" ? "someone with a request's link" : `${actorName} (outside)`;
  return actor === "system" ? "the system" : actorName || actor;
}
