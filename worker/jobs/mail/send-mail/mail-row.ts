// The state changes of an outgoing mail's row. Each is conditional on the state before it, so none happens twice.
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import type { Effect, JobContext } from "../../../engine/job/handler.ts";
import { rowText } from "../../../engine/ledger/job-row.ts";
import { FleetError } from "../../../fleet/errors.ts";
import { readRow } from "../../shared/read-row.ts";
import { type MailState, type OutgoingMail, outgoingMailSchema } from "../answers/outgoing-mail.ts";

/** A planned mail has no row. */
export class MailRowMissing extends FleetError {}

/** Reads the row of a mail. @throws MailRowMissing, which a retry does not fix; NewerInput for values that a newer version knows */
export async function readOutgoingMail(
  id: string,
  { db, names, signal }: Pick<JobContext, "db" | "names" | "signal">,
): Promise<OutgoingMail> {
  const get = new GetCommand({ TableName: names.tables.outgoingMails, Key: { id }, ConsistentRead: true });
  const { Item } = await db.send(get, { abortSignal: signal });
  if (Item === undefined) throw new MailRowMissing(`there is no mail ${id}`);
  return readRow(outgoingMailSchema, Item, `mail ${id}`);
}

/** A change from one state to the next, made by the run with this token. */
export type Step = {
  from: MailState;
  to: MailState;
  /** Identifies the run that calls SES. A row with another run's token is not changed. */
  token: string;
  sesMessageId?: string;
  reason?: string;
};

/** The step as an effect. From `planned` it writes the token; from any other state the row must already have the token. */
export function stepEffect(
  { id, round }: OutgoingMail,
  { from, to, token, sesMessageId, reason }: Step,
  { names, now }: Pick<JobContext, "names" | "now">,
): Effect {
  const more = {
    ...(sesMessageId !== undefined && { sesMessageId }),
    ...(reason !== undefined && { reason: rowText(reason) }),
  };
  const set = ["#state = :to", "updatedAt = :at", "#token = :token"];
  for (const name of Object.keys(more)) set.push(`${name} = :${name}`);
  const held = from === "planned" ? "" : " AND #token = :token";
  return {
    Update: {
      TableName: names.tables.outgoingMails,
      Key: { id },
      UpdateExpression: `SET ${set.join(", ")}`,
      ConditionExpression: `#state = :from AND round = :round${held}`,
      ExpressionAttributeNames: { "#state": "state", "#token": "token" },
      ExpressionAttributeValues: {
        ":from": from,
        ":to": to,
        ":round": round,
        ":at": new Date(now()).toISOString(),
        ":token": token,
        ...Object.fromEntries(Object.entries(more).map(([name, value]) => [`:${name}`, value])),
      },
    },
  };
}
