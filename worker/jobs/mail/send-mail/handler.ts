// Handler of send-mail: sends a planned mail through SES, which cannot tell a repeated call from a second mail. Therefore:
// 1. Before the call, a separate write turns `planned` into `sending`, under the job's fence and with this run's token.
//    Only one of all runs can make that step.
// 2. SES is called once. A definite answer decides: sent, rejected, or `planned` again for a later run.
// 3. Without a definite answer, or when a dead run left `sending`, the mail becomes `ambiguous`. It is sent again only by
//    an operator who has checked it (`npm run queues -- ambiguous`).
import { randomUUID } from "node:crypto";
import type { SESv2Client } from "@aws-sdk/client-sesv2";
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import type { PayloadOf } from "../../../engine/job/define-job.ts";
import type { Handler, JobContext, JobResult } from "../../../engine/job/handler.ts";
import { InputRejected } from "../../../engine/job/input-rejected.ts";
import { CloudTrouble } from "../../../engine/trouble/cloud-trouble.ts";
import { readCorrespondent } from "../answers/correspondent.ts";
import type { OutgoingMail } from "../answers/outgoing-mail.ts";
import type { MailSettings } from "../answers/settings.ts";
import { readWithheld } from "../answers/withheld-mail.ts";
import { callSes, type SesAnswer } from "./call-ses.ts";
import { type About, compose, readSubmissionRow } from "./compose.ts";
import type { sendMail } from "./job.ts";
import { readOutgoingMail, type Step, stepEffect } from "./mail-row.ts";

type Payload = PayloadOf<typeof sendMail>;

/** This worker has no mail settings. Another or a later one may have them. */
export class MailNotConfigured extends CloudTrouble {
  constructor() {
    super("ses", "FLEET_MAIL_ADDRESS is not set, so no mail can be sent");
  }
}

/** SES accepts no mail at the moment. The mail is put off. */
export class SendingPutOff extends CloudTrouble {}

/** Without settings, the fleet sends no mails. */
export type SendMailDependencies = { ses: SESv2Client; settings: MailSettings | undefined };

/** Makes the handler. */
export function sendMailHandler(dependencies: SendMailDependencies): Handler<Payload> {
  return { run: (payload, context) => send(payload, context, dependencies) };
}

/** SES is called only this soon after the mark: another worker may take an older mark for that of a dead run. */
const callWithinMs = 5000;

async function send(
  { mailId, round }: Payload,
  context: JobContext,
  { ses, settings }: SendMailDependencies,
): Promise<JobResult> {
  const mail = await readOutgoingMail(mailId, context);
  if (mail.round !== round) return { effects: [], result: resultOf(mail, "superseded") };
  if (mail.state === "sending")
    return ambiguous(mail, mail.token ?? "", "the run that called SES died", context);
  if (mail.state !== "planned") return { effects: [], result: resultOf(mail, mail.state) };
  if (settings === undefined) throw new MailNotConfigured();
  await refuseSuppressed(mail, context);
  const about = await aboutOf(mail, context);
  const raw = await compose(mail, about, settings, context.now());
  const token = randomUUID();
  const markedAt = performance.now();
  await markSending(mail, token, context);
  const ready = { id: mail.id, from: settings.address, to: mail.to, raw };
  const late = context.signal.aborted || performance.now() - markedAt > callWithinMs;
  return end(mail, token, late ? tooLate : await callSes(ses, ready), context);
}

const tooLate: SesAnswer = {
  answer: "not-now",
  code: "too-late",
  reason: "the run had to end before it called SES",
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
    const why = `SES does not accept the mail now (${answer.code})`;
    throw new SendingPutOff("ses", why, { cause: answer.error });
  }
  // SES's message may contain the address, so it is kept only in the mail's row.
  const effects = [step("rejected", { reason })];
  throw new InputRejected("refused-by-ses", `SES refused the mail (${answer.code}).`, { effects });
}

function ambiguous(mail: OutgoingMail, token: string, reason: string, context: JobContext): JobResult {
  context.log.warn({ mailId: mail.id }, "unknown whether the mail was sent");
  const effects = [stepEffect(mail, { from: "sending", to: "ambiguous", token, reason }, context)];
  return { effects, result: resultOf(mail, "ambiguous") };
}

/** Marks the mail before SES is called. If the response to this write is lost, the row shows whether it succeeded. */
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

async function aboutOf(mail: OutgoingMail, context: JobContext): Promise<About> {
  if (mail.purpose === "shared-file") return {};
  if (mail.purpose === "withheld") return { withheld: await readWithheld(context) };
  return { submission: await submissionOf(mail, context) };
}

async function submissionOf(mail: OutgoingMail, { db, names, signal }: JobContext) {
  const TableName = names.tables.submissions;
  const get = new GetCommand({ TableName, Key: { id: mail.submissionId }, ConsistentRead: true });
  return readSubmissionRow((await db.send(get, { abortSignal: signal })).Item);
}

function resultOf({ id, purpose, reference }: OutgoingMail, state: string) {
  return { mailId: id, purpose, reference, state };
}
