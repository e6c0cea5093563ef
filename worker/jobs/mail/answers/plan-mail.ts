// Plans one mail as effects: its row and the job that sends it, committed together.
import type { Effect, JobContext } from "../../../engine/job/handler.ts";
import { outboxEffect } from "../../outbox/outbox-effect.ts";
import { sendMail } from "../send-mail/job.ts";
import { addressHash } from "./address.ts";
import { type OutgoingMail, outgoingMailId } from "./outgoing-mail.ts";

/** What is planned: the mail of a purpose about a submission. */
export type PlannedMail = Pick<OutgoingMail, "purpose" | "submissionId" | "reference" | "to" | "template">;

/** Who plans: a job, or an operator's action, under its own id. */
export type PlanningContext = Pick<JobContext, "names" | "jobId" | "traceId" | "now">;

/**
 * The effects that plan a mail. They are refused when the mail is planned already.
 * @param notBeforeMs epoch milliseconds; the mail is sent at once when absent
 */
export function planMail(planned: PlannedMail, context: PlanningContext, notBeforeMs?: number): Effect[] {
  const at = new Date(context.now()).toISOString();
  const Item: OutgoingMail = {
    id: outgoingMailId(planned.submissionId, planned.purpose),
    ...planned,
    state: "planned",
    round: 1,
    createdAt: at,
    updatedAt: at,
  };
  const TableName = context.names.tables.outgoingMails;
  const job = { mailId: Item.id, recipientHash: addressHash(Item.to), round: Item.round };
  return [
    { Put: { TableName, Item, ConditionExpression: "attribute_not_exists(id)" } },
    outboxEffect(sendMail, job, context, notBeforeMs === undefined ? {} : { notBeforeMs }),
  ];
}
