// What the expiry of a file changes: its row, the quota, its shares and links, the audit.
import { randomUUID } from "node:crypto";
import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { Effect, JobContext } from "../../../engine/job/handler.ts";
import { audited, deleteLink, deleteShare, endFile, returnQuota } from "../rows/effects.ts";
import { type FileRow, fileLimits } from "../rows/file-row.ts";

/**
 * The effects that end a file. Shares and links that the index does not show yet stay: they open nothing, because every
 * read asks for the file's row, and they expire by themselves.
 */
export async function endEffects(row: FileRow, context: JobContext): Promise<Effect[]> {
  const { names, now } = context;
  const { id: fileId, owner, name: fileName } = row;
  const people = await inFile("shares", fileId, fileLimits.people, context);
  const links = await inFile("links", fileId, fileLimits.links, context);
  const action = { action: "expiry", actor: "system", owner, fileId, fileName } as const;
  return [
    endFile(names, row, "expired", now()),
    returnQuota(names, row),
    audited(names, { ...action, details: { expiresAt: row.expiresAt } }, now(), randomUUID()),
    ...people.map((item) => deleteShare(names, shareSchema.parse(item).person, fileId)),
    ...links.map((item) => deleteLink(names, linkSchema.parse(item).id)),
  ];
}

/** The objects are gone: the row leaves the index. */
export function forgetEffect({ id }: FileRow, { names }: JobContext): Effect {
  return {
    Update: {
      TableName: names.tables.files,
      Key: { id },
      UpdateExpression: "REMOVE #shard, dueAt",
      ConditionExpression: "#state IN (:deleted, :expired)",
      ExpressionAttributeNames: { "#state": "state", "#shard": "shard" },
      ExpressionAttributeValues: { ":deleted": "deleted", ":expired": "expired" },
    },
  };
}

const shareSchema = z.object({ person: z.string() });
const linkSchema = z.object({ id: z.string() });

async function inFile(
  table: "shares" | "links",
  fileId: string,
  limit: number,
  { db, names, signal }: JobContext,
): Promise<unknown[]> {
  const query = new QueryCommand({
    TableName: names.tables[table],
    IndexName: "byFile",
    KeyConditionExpression: "fileId = :file",
    ExpressionAttributeValues: { ":file": fileId },
    // Of links, those that lived the longest.
    ScanIndexForward: false,
    Limit: limit,
  });
  return (await db.send(query, { abortSignal: signal })).Items ?? [];
}
