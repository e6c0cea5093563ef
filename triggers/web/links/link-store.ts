// Rows of links and requests: made, listed and revoked by their owner. The token is told once and never stored.
import { GetCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import type { AuditedAction } from "../../../worker/jobs/files/rows/audit-row.ts";
import { audited } from "../../../worker/jobs/files/rows/effects.ts";
import { type LinkRow, linkId, linkRowSchema } from "../../../worker/jobs/files/rows/link-row.ts";
import type { Visitor } from "../access/visitor.ts";
import type { WebDependencies } from "../dependencies.ts";
import { NotFound } from "../refusals.ts";
import { type Action, commit, NotCommitted } from "../store/commit.ts";

/** A new token: 128 random bits. */
export const newToken = ({ random }: Pick<WebDependencies, "random">): string =>
  random(16).toString("base64url");

/** What someone presents as a token. */
export const isToken = (text: string): boolean => /^[\w-]{22}$/.test(text);

/** Puts the row of a new link, with its audit row. */
export function putLinkActions(deps: WebDependencies, row: LinkRow, token: string): Action[] {
  const { names, now, random } = deps;
  const Item = { ...row, id: linkId(token) };
  const action = auditedLink(row.kind === "file" ? "make-link" : "make-request", Item);
  return [
    { Put: { TableName: names.tables.links, Item, ConditionExpression: "attribute_not_exists(id)" } },
    audited(names, action, now(), random(9).toString("base64url")),
  ];
}

function auditedLink(action: AuditedAction["action"], row: LinkRow): AuditedAction {
  const { id, owner, ownerName, fileId, name, maxDownloads } = row;
  const details = {
    link: id.slice(0, 12),
    password: row.password !== undefined,
    until: new Date(row.expiresAt * 1000).toISOString(),
    ...(maxDownloads !== undefined && { maxDownloads }),
  };
  const file = fileId === undefined ? {} : { fileId };
  return { action, actor: owner, actorName: ownerName, owner, ...file, fileName: name, details };
}

/** The row of a link. */
export async function readLink(
  { db, names }: Pick<WebDependencies, "db" | "names">,
  id: string,
): Promise<LinkRow | undefined> {
  const get = new GetCommand({ TableName: names.tables.links, Key: { id }, ConsistentRead: true });
  return linkRowSchema.safeParse((await db.send(get)).Item).data;
}

/**
 * Links of a file, or requests of a person: those that have not expired, the newest first. One query, which reads no expired
 * row; `fileLimits` says how many there can be.
 */
export async function listLinks(
  { db, names, now }: Pick<WebDependencies, "db" | "names" | "now">,
  of: { fileId: string } | { requestOf: string },
): Promise<LinkRow[]> {
  const [attribute, value] = "fileId" in of ? ["fileId", of.fileId] : ["requestOf", of.requestOf];
  const query = new QueryCommand({
    TableName: names.tables.links,
    IndexName: "fileId" in of ? "byFile" : "requests",
    KeyConditionExpression: "#key = :value AND expiresAt > :now",
    ExpressionAttributeNames: { "#key": attribute },
    ExpressionAttributeValues: { ":value": value, ":now": Math.floor(now() / 1000) },
  });
  const { Items = [] } = await db.send(query);
  const rows = Items.map((item) => linkRowSchema.parse(item));
  return rows.sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
}

/**
 * Revokes a link or a request of one's own. Doing it twice is harmless.
 * @throws NotFound
 */
export async function revokeLink(deps: WebDependencies, owner: Visitor, id: string): Promise<LinkRow> {
  const row = await readLink(deps, id);
  if (row?.owner !== owner.id || row.expiresAt * 1000 <= deps.now()) throw new NotFound();
  if (row.revokedAt !== undefined) return row;
  const { names, now, random } = deps;
  const revokedAt = new Date(now()).toISOString();
  const action = auditedLink(row.kind === "file" ? "revoke-link" : "revoke-request", row);
  const revoke: Action = {
    Update: {
      TableName: names.tables.links,
      Key: { id },
      UpdateExpression: "SET revokedAt = :at",
      ConditionExpression: "attribute_exists(id) AND attribute_not_exists(revokedAt)",
      ExpressionAttributeValues: { ":at": revokedAt },
    },
  };
  const put = audited(names, action, now(), random(9).toString("base64url"));
  await commit(deps.db, [revoke, put]).catch((error: unknown) => {
    if (!(error instanceof NotCommitted)) throw error;
  });
  return { ...row, revokedAt };
}
