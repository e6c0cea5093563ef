// Handler of send-mail: a planned mail goes to SES, which cannot tell a repeated call from a second mail. Therefore:
// 1. `planned` becomes `sending` in a write of its own, under the job's fence and with this run's token, before SES is
//    asked. Of all runs there ever are, one makes that step.
// 2. SES is asked once. A definite word decides: sent, rejected, or back to `planned` for a later try.
// 3. No definite word, or `sending` found from a run that is gone: the mail is `ambiguous`. Nothing sends it again but an
//    operator, who has looked (`npm run queues -- ambiguous`).
import { randomUUID } from "node:crypto";
import type { SESv2Client } from "@aws-sdk/client-sesv2";
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import type { PayloadOf } from "../../../engine/job/define-job.ts";
import type { Handler, JobContext, JobResult } from "../../../engine/job/handler.ts";
import { InputRejected } from "../../../engine/job/input-rejected.ts";
import { FleetError } from "../../../fleet/errors.ts";
import { readCorrespondent } from "../answers/correspondent.ts";
import type { OutgoingMail } from "../answers/outgoing-mail.ts";
import type { MailSettings } from "../answers/settings.ts";
import { askSes, type SesAnswer } from "./ask-ses.ts";
import { compose, readSubmissionRow } from "./compose.ts";
import type { sendMail } from "./job.ts";
import { readOutgoingMail, type Step, stepEffect } from "./mail-row.ts";

type Payload = PayloadOf<typeof sendMail>;

/** This worker has no mail settings; another, or a later one, may have. */
export class MailNotConfigured extends FleetError {
  constructor() {
    super("FLEET_MAIL_ADDRESS is not set, so no mail can be sent");
  }
}

/** SES takes nothing at the moment; the mail waits. */
export class SendingPutOff extends FleetError {}

/** What sending needs; without settings the fleet sends no mails. */
export type SendMailDependencies = { ses: SESv2Client; settings: MailSettings | undefined };

/** Makes the handler. */
export function sendMailHandler(dependencies: SendMailDependencies): Handler<Payload> {
  return { run: (payload, context) => send(payload, context, dependencies) };
}

/** A mail that was marked longer ago is not handed over: its mark may have been taken for a dead run's. */
const handOverWithinMs = 5000;

async function send(
  { mailId, round }: Payload,
  context: JobContext,
  { ses, settings }: SendMailDependencies,
): Promise<JobResult> {
  const mail = await readOutgoingMail(mailId, context);
  if (mail.round !== round) return { effects: [], result: resultOf(mail, "superseded") };
  if (mail.state === "sending")
    return ambiguous(mail, mail.token ?? "", "the run that sent it ended", context);
  if (mail.state !== "planned") return { effects: [], result: resultOf(mail, mail.state) };
  if (settings === undefined) throw new MailNotConfigured();
  await refuseSuppressed(mail, context);
  const about = await submissionOf(mail, context);
  const raw = await compose(mail, about, settings, context.now());
  const token = randomUUID();
  const markedAt = performance.now();
  await markSending(mail, token, context);
  const ready = { id: mail.id, from: settings.address, to: mail.to, raw };
  const late = context.signal.aborted || performance.now() - markedAt > handOverWithinMs;
  return end(mail, token, late ? tooLate : await askSes(ses, ready), context);
}

const tooLate: SesAnswer = {
  answer: "not-now",
  code: "too-late",
  reason: "the run was to end before SES was asked",
};

async function end(
  mail: OutgoingMail,
  token: string,
  answer: SesAnswer,
  context: JobContext,
): Promise<JobResult> {
  const step = (to: Step["to"], more: Partial<Step> = {}) =>
    stepEffect(mail, { from: "sending", to, token, ...more }, context);
  if (answer.answer === "sent") {
    const { sesMessageId } = answer;
    return { effects: [step("sent", { sesMessageId })], result: { ...resultOf(mail, "sent"), sesMessageId } };
  }
  const reason = `${answer.code}: ${answer.reason}`;
  if (answer.answer === "unknown") return ambiguous(mail, token, reason, context);
  if (answer.answer === "not-now") {
    await context.mark([step("planned", { reason })]);
    throw new SendingPutOff(`SES takes the mail later, perhaps (${answer.code})`);
  }
  // SES's own words may name the address; they stay in the mail's row.
  const effects = [step("rejected", { reason })];
  throw new InputRejected("refused-by-ses", `SES refused the mail (${answer.code}).`, { effects });
}

function ambiguous(mail: OutgoingMail, token: string, reason: string, context: JobContext): JobResult {
  context.log.warn({ mailId: mail.id }, "nobody knows whether a mail was sent");
  const effects = [stepEffect(mail, { from: "sending", to: "ambiguous", token, reason }, context)];
  return { effects, result: resultOf(mail, "ambiguous") };
}

/** On record before SES is asked. A lost answer of this write is looked up, not guessed. */
async function markSending(mail: OutgoingMail, token: string, context: JobContext): Promise<void> {
  try {
    await context.mark([stepEffect(mail, { from: "planned", to: "sending", token }, context)]);
  } catch (error) {
    const now = await readOutgoingMail(mail.id, context);
    if (now.state !== "sending" || now.token !== token) throw error;
  }
}

async function refuseSuppressed(mail: OutgoingMail, context: JobContext): Promise<void> {
  if (!(await readCorrespondent(mail.to, context)).suppressed) return;
  const step: Step = { from: "planned", to: "suppressed", token: randomUUID() };
  const effects = [stepEffect(mail, step, context)];
  throw new InputRejected("suppressed", "The address is on the suppression list.", { effects });
}

async function submissionOf(mail: OutgoingMail, { db, names, signal }: JobContext) {
  const TableName = names.tables.submissions;
  const get = new GetCommand({ TableName, Key: { id: mail.submissionId }, ConsistentRead: true });
  return readSubmissionRow((await db.send(get, { abortSignal: signal })).Item);
}

function resultOf({ id, purpose, reference }: OutgoingMail, state: string) {
  return { mailId: id, purpose, reference, state };
}
