// The actions of sharing a file with one person and of taking it back, with their audit rows and mails.
import type { AuditedAction } from "../../../worker/jobs/files/rows/audit-row.ts";
import { audited } from "../../../worker/jobs/files/rows/effects.ts";
import type { FileRow } from "../../../worker/jobs/files/rows/file-row.ts";
import type { PersonRow } from "../../../worker/jobs/files/rows/person-row.ts";
import type { ShareRow } from "../../../worker/jobs/files/rows/share-row.ts";
import type { Visitor } from "../access/visitor.ts";
import type { WebDependencies } from "../dependencies.ts";
import { fileOf } from "../files/download.ts";
import type { Action } from "../store/commit.ts";
import type { RefusedReader } from "./decide-readers.ts";
import { mailActions } from "./share-mail.ts";

/** The owner's file that is shared. */
export type Sharing = { owner: Pick<Visitor, "id" | "name">; file: FileRow };

/** The row of a new share. */
export function shareRow(
  { now }: Pick<WebDependencies, "now">,
  { owner, file }: Sharing,
  reader: PersonRow,
): ShareRow {
  return {
    person: reader.id,
    fileId: file.id,
    owner: owner.id,
    ownerName: owner.name,
    personName: reader.name,
    sharedAt: new Date(now()).toISOString(),
    expiresAt: Math.ceil(Date.parse(file.expiresAt) / 1000),
  };
}

/** Gives a person the file and tells them. Refused when they have it already. */
export function giveActions(deps: WebDependencies, sharing: Sharing, reader: PersonRow): Action[] {
  const { names, now, random } = deps;
  const put = {
    TableName: names.tables.shares,
    Item: shareRow(deps, sharing, reader),
    ConditionExpression: "attribute_not_exists(person)",
  };
  const row = auditedShare("share", sharing, { id: reader.id, name: reader.name });
  const mail = mailActions(deps, { file: sharing.file, sender: sharing.owner.name }, reader);
  return [{ Put: put }, audited(names, row, now(), random(9).toString("base64url")), ...mail];
}

/** Takes the file back. Refused when the person does not have it. */
export function takeBackActions(
  { names, now, random }: WebDependencies,
  sharing: Sharing,
  { person, personName }: ShareRow,
): Action[] {
  const remove = {
    TableName: names.tables.shares,
    Key: { person, fileId: sharing.file.id },
    ConditionExpression: "attribute_exists(person)",
  };
  const row = auditedShare("unshare", sharing, { id: person, name: personName });
  return [{ Delete: remove }, audited(names, row, now(), random(9).toString("base64url"))];
}

/** The audit row of a person who does not get the file. */
export const refusedShare = (sharing: Sharing, { why, ...person }: RefusedReader): AuditedAction => ({
  ...auditedShare("refused-share", sharing, person),
  details: { person: person.id, personName: person.name, why },
});

function auditedShare(
  action: "share" | "unshare" | "refused-share",
  { owner, file }: Sharing,
  { id: person, name: personName }: { id: string; name: string },
): AuditedAction {
  const details = { person, personName };
  return { action, actor: owner.id, actorName: owner.name, ...fileOf(file), details };
}

/** Counts the readers. Refused when the file has changed since it was read, or has ended. */
export function countReaders(
  { names, now }: WebDependencies,
  { id, version }: Pick<FileRow, "id" | "version">,
  by: number,
): Action {
  return {
    Update: {
      TableName: names.tables.files,
      Key: { id },
      UpdateExpression: "SET #version = :next ADD sharedWith :by",
      ConditionExpression: "#state = :ready AND #version = :seen AND expiresAt > :now",
      ExpressionAttributeNames: { "#state": "state", "#version": "version" },
      ExpressionAttributeValues: {
        ":by": by,
        ":ready": "ready",
        ":seen": version,
        ":next": version + 1,
        ":now": new Date(now()).toISOString(),
      },
    },
  };
}
