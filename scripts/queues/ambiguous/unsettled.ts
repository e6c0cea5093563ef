// Ambiguous mails, of which nobody knows whether they were sent: finds them, settles them after an operator has checked, or
// plans them again. Every write is conditional on the row as it was read, so that two operators cannot both act.
import { ConditionalCheckFailedException, TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { type DynamoDBDocumentClient, QueryCommand, TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import { FleetError } from "../../../worker/fleet/errors.ts";
import type { ResourceNames } from "../../../worker/fleet/resources.ts";
import { addressHash } from "../../../worker/jobs/mail/answers/address.ts";
import {
  type MailState,
  type OutgoingMail,
  outgoingMailSchema,
} from "../../../worker/jobs/mail/answers/outgoing-mail.ts";
import { sendMail } from "../../../worker/jobs/mail/send-mail/job.ts";
import { outboxEffect } from "../../../worker/jobs/outbox/outbox-effect.ts";

export type MailDesk = { db: DynamoDBDocumentClient; names: ResourceNames; now: () => number };

/** The id matches no mail or several, or the mail has changed. */
export class NotThatMail extends FleetError {}

/**
 * A run takes at most a minute. A mail that has been `sending` for much longer lost its worker, and its job ended without
 * another run. Nobody knows whether it was sent, so it counts as ambiguous.
 */
const abandonedAfterMs = 10 * 60 * 1000;

/** Mails that wait for an operator, oldest first. */
export async function unsettledMails(desk: MailDesk): Promise<OutgoingMail[]> {
  const before = new Date(desk.now() - abandonedAfterMs).toISOString();
  const found = [...(await inState(desk, "ambiguous")), ...(await inState(desk, "sending", before))];
  return found.sort((a, b) => (a.updatedAt < b.updatedAt ? -1 : 1));
}

/** Mails that SES refused, oldest first. An operator may send them again, e.g. after the account has been put right. */
export const refusedMails = (desk: MailDesk): Promise<OutgoingMail[]> => inState(desk, "rejected");

async function inState({ db, names }: MailDesk, state: MailState, before?: string): Promise<OutgoingMail[]> {
  const mails: OutgoingMail[] = [];
  let from: Record<string, unknown> | undefined;
  do {
    const { Items = [], LastEvaluatedKey } = await db.send(
      new QueryCommand({
        TableName: names.tables.outgoingMails,
        IndexName: "byState",
        KeyConditionExpression:
          before === undefined ? "#state = :state" : "#state = :state AND updatedAt < :before",
        ExpressionAttributeNames: { "#state": "state" },
        ExpressionAttributeValues: { ":state": state, ...(before !== undefined && { ":before": before }) },
        ExclusiveStartKey: from,
      }),
    );
    mails.push(...Items.map((item) => outgoingMailSchema.parse(item)));
    from = LastEvaluatedKey;
  } while (from !== undefined);
  return mails;
}

/**
 * The one unsettled mail whose id is, or begins with, `id`.
 * @param options.refused looks among refused mails, too
 * @throws NotThatMail
 */
export async function unsettledMail(
  desk: MailDesk,
  id: string,
  { refused = false }: { refused?: boolean } = {},
): Promise<OutgoingMail> {
  const mails = [...(await unsettledMails(desk)), ...(refused ? await refusedMails(desk) : [])];
  const kind = refused ? "ambiguous or refused" : "ambiguous";
  const found = mails.filter((mail) => mail.id.startsWith(id));
  const [mail] = found;
  if (mail === undefined) throw new NotThatMail(`no ${kind} mail has the id ${id}`);
  if (found.length > 1) throw new NotThatMail(`${found.length} ${kind} mails have ids that begin with ${id}`);
  return mail;
}

/** Notes that an operator has checked and nothing is to be sent. @throws NotThatMail where the mail has changed */
export async function settle(desk: MailDesk, mail: OutgoingMail, operator: string): Promise<void> {
  await change(desk, mail, [
    update(desk, mail, "#state = :to, settledBy = :by, settledAt = :at", {
      ":to": "settled",
      ":by": operator,
    }),
  ]);
}

/** Plans the mail again: one more round, its job through the outbox. @throws NotThatMail where the mail has changed */
export async function resend(desk: MailDesk, mail: OutgoingMail, operator: string): Promise<void> {
  const { names, now } = desk;
  const round = mail.round + 1;
  const jobId = `queues/resend-${mail.id}-${round}`;
  const payload = { mailId: mail.id, recipientHash: addressHash(mail.to), round };
  await change(desk, mail, [
    update(desk, mail, "#state = :to, round = :next, resentBy = :by, resentAt = :at", {
      ":to": "planned",
      ":by": operator,
      ":next": round,
    }),
    outboxEffect(sendMail, payload, { names, jobId, traceId: jobId, now }),
  ]);
}

type Action = NonNullable<ConstructorParameters<typeof TransactWriteCommand>[0]["TransactItems"]>[number];

function update(
  { names, now }: MailDesk,
  mail: OutgoingMail,
  set: string,
  values: Record<string, unknown>,
): Action {
  return {
    Update: {
      TableName: names.tables.outgoingMails,
      Key: { id: mail.id },
      UpdateExpression: `SET ${set}, updatedAt = :at`,
      ConditionExpression: "#state = :seen AND round = :round AND updatedAt = :seenAt",
      ExpressionAttributeNames: { "#state": "state" },
      ExpressionAttributeValues: {
        ":seen": mail.state,
        ":round": mail.round,
        ":seenAt": mail.updatedAt,
        ":at": new Date(now()).toISOString(),
        ...values,
      },
    },
  };
}

async function change({ db }: MailDesk, { id }: OutgoingMail, actions: Action[]): Promise<void> {
  try {
    await db.send(new TransactWriteCommand({ TransactItems: actions }));
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException || error instanceof TransactionCanceledException)
      throw new NotThatMail(`mail ${id} has changed meanwhile; list the mails again`, { cause: error });
    throw error;
  }
}
