// Tells a person by mail what was shared with them: the mail's row and its job, in the share's own transaction.
import { createHash } from "node:crypto";
import type { FileRow } from "../../../worker/jobs/files/rows/file-row.ts";
import type { PersonRow } from "../../../worker/jobs/files/rows/person-row.ts";
import { addressHash, usableAddress } from "../../../worker/jobs/mail/answers/address.ts";
import type { OutgoingMail } from "../../../worker/jobs/mail/answers/outgoing-mail.ts";
import { sendMail } from "../../../worker/jobs/mail/send-mail/job.ts";
import { outboxEffect } from "../../../worker/jobs/outbox/outbox-effect.ts";
import type { WebDependencies } from "../dependencies.ts";
import type { Action } from "../store/commit.ts";
import { limitsOf } from "../store/limits.ts";
import { timeText } from "../store/words.ts";

/** The actions that tell a reader, none when mails are off or the address takes none. */
export function mailActions(
  deps: WebDependencies,
  { file, sender }: { file: FileRow; sender: string },
  reader: PersonRow,
): Action[] {
  const to = usableAddress(reader.address);
  if (!limitsOf(deps).shareMails || to === undefined) return [];
  const mail = mailOf(deps, { file, sender }, reader, to);
  const TableName = deps.names.tables.outgoingMails;
  const job = { mailId: mail.id, recipientHash: addressHash(to), round: mail.round };
  const cause = { names: deps.names, now: deps.now, jobId: `share/${mail.id}`, traceId: mail.id };
  return [
    { Put: { TableName, Item: mail, ConditionExpression: "attribute_not_exists(id)" } },
    outboxEffect(sendMail, job, cause),
  ];
}

function mailOf(
  { settings, now, random }: WebDependencies,
  { file, sender }: { file: FileRow; sender: string },
  reader: PersonRow,
  to: string,
): OutgoingMail {
  const at = new Date(now()).toISOString();
  const seed = [file.id, reader.id, random(16).toString("base64url")];
  return {
    id: createHash("sha256").update(JSON.stringify(seed)).digest("hex").slice(0, 32),
    purpose: "shared-file",
    submissionId: `file/${file.id}`,
    reference: file.id,
    sharedFile: {
      sender,
      fileName: file.name,
      until: timeText(file.expiresAt),
      address: `${settings.origin}/files/${file.id}`,
    },
    to,
    state: "planned",
    round: 1,
    createdAt: at,
    updatedAt: at,
  };
}
