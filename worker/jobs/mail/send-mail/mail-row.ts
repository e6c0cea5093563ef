// The steps of an outgoing mail's row: every one on condition of the step before, so that none is taken twice.
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import type { Effect, JobContext } from "../../../engine/job/handler.ts";
import { rowText } from "../../../engine/ledger/job-row.ts";
import { FleetError } from "../../../fleet/errors.ts";
import { type MailState, type OutgoingMail, outgoingMailSchema } from "../answers/outgoing-mail.ts";

/** The row of a mail that was planned is not there. */
export class MailRowMissing extends FleetError {}

/** The row of a mail. @throws MailRowMissing, which another try does not mend */
export async function readOutgoingMail(
  id: string,
  { db, names, signal }: Pick<JobContext, "db" | "names" | "signal">,
): Promise<OutgoingMail> {
  const get = new GetCommand({ TableName: names.tables.outgoingMails, Key: { id }, ConsistentRead: true });
  const { Item } = await db.send(get, { abortSignal: signal });
  if (Item === undefined) throw new MailRowMissing(`there is no mail ${id}`);
  return outgoingMailSchema.parse(Item);
}

/** A step from one state to the next, for one run's token. */
export type Step = {
  from: MailState;
  to: MailState;
  /** Of the run that asks SES; a row in another run's hands is left alone. */
  token: string;
  sesMessageId?: string;
  reason?: string;
};

/** The step as an effect. Out of `planned` the token is written, out of any other state it must be there. */
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
