// Mails of which nobody knows whether they were sent: found, settled by an operator who has looked, or planned once more.
// Every change holds only while the row is as it was seen, so that two operators cannot both act.
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

/** What finding and settling needs. */
export type MailDesk = { db: DynamoDBDocumentClient; names: ResourceNames; now: () => number };

/** No mail, or more than one, is meant; or it is not as it was. */
export class NotThatMail extends FleetError {}

/**
 * A run takes a minute at most. A mail that has been `sending` for longer lost its worker, and its job ended without
 * another run: it is as unknown as an ambiguous one.
 */
const abandonedAfterMs = 10 * 60 * 1000;

/** Mails that await an operator, oldest first. */
export async function unsettledMails(desk: MailDesk): Promise<OutgoingMail[]> {
  const before = new Date(desk.now() - abandonedAfterMs).toISOString();
  const found = [...(await inState(desk, "ambiguous")), ...(await inState(desk, "sending", before))];
  return found.sort((a, b) => (a.updatedAt < b.updatedAt ? -1 : 1));
}

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
 * The one unsettled mail of this id, or whose id begins so.
 * @throws NotThatMail
 */
export async function unsettledMail(desk: MailDesk, id: string): Promise<OutgoingMail> {
  const found = (await unsettledMails(desk)).filter((mail) => mail.id.startsWith(id));
  const [mail] = found;
  if (mail === undefined) throw new NotThatMail(`no ambiguous mail has the id ${id}`);
  if (found.length > 1)
    throw new NotThatMail(`${found.length} ambiguous mails have ids that begin with ${id}`);
  return mail;
}

/** Notes that an operator has looked: it did arrive, or need not. @throws NotThatMail where it has changed since */
export async function settle(desk: MailDesk, mail: OutgoingMail, operator: string): Promise<void> {
  await change(desk, mail, [
    update(desk, mail, "#state = :to, settledBy = :by, settledAt = :at", {
      ":to": "settled",
      ":by": operator,
    }),
  ]);
}

/** Plans the mail once more: a further round, and its job by the outbox. @throws NotThatMail where it has changed since */
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
      throw new NotThatMail(`mail ${id} has changed meanwhile; list again`, { cause: error });
    throw error;
  }
}
