// What an owner does with a file: rename, change the expiry, delete. Each is one transaction with its audit row, on the
// condition that the file is still as it was read.
import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import type { AuditedAction } from "../../../worker/jobs/files/rows/audit-row.ts";
import {
  audited,
  deleteLink,
  deleteShare,
  endFile,
  returnQuota,
} from "../../../worker/jobs/files/rows/effects.ts";
import { expiryOf, type FileRow } from "../../../worker/jobs/files/rows/file-row.ts";
import type { Visitor } from "../access/visitor.ts";
import type { WebDependencies } from "../dependencies.ts";
import { listLinks } from "../links/link-store.ts";
import { Conflict } from "../refusals.ts";
import { type Action, commit, NotCommitted } from "../store/commit.ts";
import { fileOf } from "./download.ts";

type Person = Pick<Visitor, "id" | "name">;

/** What an owner may change. */
export type FileChange = {
  name?: string | undefined;
  folder?: string | undefined;
  hours?: number | undefined;
};

const changedMeanwhile = () => new Conflict("The file has changed meanwhile. Look at it again.");

/**
 * Changes name, folder or expiry. The file must be the person's own.
 * @throws Conflict
 */
export async function changeFile(
  deps: WebDependencies,
  person: Person,
  file: FileRow,
  change: FileChange,
): Promise<FileRow> {
  const { name = file.name, folder = file.folder, hours } = change;
  const renamed = name !== file.name || folder !== file.folder;
  const expiry = hours === undefined ? {} : expiryOf(deps.now(), hours);
  if (!renamed && hours === undefined) return file;
  const next: FileRow = { ...file, name, folder, ...expiry, version: file.version + 1 };
  const rows: AuditedAction[] = [];
  if (renamed) rows.push(renameRow(person, file, next));
  if (hours !== undefined) rows.push(expiryRow(person, file, next));
  const shares = hours === undefined ? [] : await keepShares(deps, next);
  await commitChange(deps, [writeChange(deps, file, next), ...shares, ...rows.map((row) => put(deps, row))]);
  return next;
}

const renameRow = ({ id: actor, name: actorName }: Person, from: FileRow, to: FileRow): AuditedAction => ({
  action: "rename",
  actor,
  actorName,
  ...fileOf(to),
  details: { from: pathOf(from), to: pathOf(to) },
});

const expiryRow = ({ id: actor, name: actorName }: Person, from: FileRow, to: FileRow): AuditedAction => ({
  action: "change-expiry",
  actor,
  actorName,
  ...fileOf(to),
  details: { from: from.expiresAt, to: to.expiresAt },
});

const pathOf = ({ folder, name }: FileRow) => (folder === "" ? name : `${folder}/${name}`);

const put = ({ names, now, random }: WebDependencies, row: AuditedAction): Action =>
  audited(names, row, now(), random(9).toString("base64url"));

function writeChange({ names, now }: WebDependencies, seen: FileRow, next: FileRow): Action {
  return {
    Update: {
      TableName: names.tables.files,
      Key: { id: seen.id },
      UpdateExpression:
        "SET #name = :name, folder = :folder, expiresAt = :expiry, dueAt = :due, #version = :next",
      ConditionExpression: "#state = :ready AND #version = :seen AND expiresAt > :now",
      ExpressionAttributeNames: { "#name": "name", "#state": "state", "#version": "version" },
      ExpressionAttributeValues: {
        ":name": next.name,
        ":folder": next.folder,
        ":expiry": next.expiresAt,
        ":due": next.dueAt ?? next.expiresAt,
        ":ready": "ready",
        ":seen": seen.version,
        ":next": next.version,
        ":now": new Date(now()).toISOString(),
      },
    },
  };
}

/** The rows of shares live as long as the file: DynamoDB would otherwise delete them at the old expiry. */
async function keepShares(deps: WebDependencies, file: FileRow): Promise<Action[]> {
  const expiresAt = Math.ceil(Date.parse(file.expiresAt) / 1000);
  return (await readersOf(deps, file.id)).map((person) => ({
    Update: {
      TableName: deps.names.tables.shares,
      Key: { person, fileId: file.id },
      UpdateExpression: "SET expiresAt = :expiry",
      ConditionExpression: "attribute_exists(person)",
      ExpressionAttributeValues: { ":expiry": expiresAt },
    },
  }));
}

async function commitChange({ db }: WebDependencies, actions: readonly Action[]): Promise<void> {
  await commit(db, actions).catch((error: unknown) => {
    throw error instanceof NotCommitted ? changedMeanwhile() : error;
  });
}

/**
 * Deletes a file: from now on nobody gets it, its shares and links are gone, its room is free. The sweeper deletes the
 * objects. The file must be the person's own.
 * @throws Conflict
 */
export async function deleteFile(deps: WebDependencies, person: Person, file: FileRow): Promise<void> {
  // A file can have had more links than fit into a transaction: those that have expired are left to expire.
  const [readers, links] = await Promise.all([
    readersOf(deps, file.id),
    listLinks(deps, { fileId: file.id }),
  ]);
  const row: AuditedAction = { action: "delete", actor: person.id, actorName: person.name, ...fileOf(file) };
  await commitChange(deps, [
    endFile(deps.names, file, "deleted", deps.now()),
    returnQuota(deps.names, file),
    ...readers.map((reader) => deleteShare(deps.names, reader, file.id)),
    ...links.map(({ id }) => deleteLink(deps.names, id)),
    put(deps, row),
  ]);
}

/** Ids of the people whom a file is shared with. */
export async function readersOf({ db, names }: WebDependencies, fileId: string): Promise<string[]> {
  const query = new QueryCommand({
    TableName: names.tables.shares,
    IndexName: "byFile",
    KeyConditionExpression: "fileId = :file",
    ExpressionAttributeValues: { ":file": fileId },
    ProjectionExpression: "person",
  });
  const { Items = [] } = await db.send(query);
  return Items.map(({ person }) => String(person));
}
