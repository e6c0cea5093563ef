// The answers to one submission, as effects. They are decided with what the tables hold at the commit, and the mails are
// planned in the same transaction as the submission itself.
import type { Effect, JobContext } from "../../../engine/job/handler.ts";
import type { Answer, SubmissionAnswers } from "./answers.ts";
import { type Correspondent, readCorrespondent, takeAnswer } from "./correspondent.ts";
import {
  answerAddress,
  type Decision,
  type DecisionInput,
  decideConfirmation,
  decideNotification,
  doubtsOf,
} from "./decide-answers.ts";
import { type MailPurpose, outgoingMailId } from "./outgoing-mail.ts";
import { planMail } from "./plan-mail.ts";
import type { Sign } from "./signs.ts";
import { planWithheldMail } from "./withheld-mail.ts";

/** A submission whose answers are decided. */
export type Answered = { id: string; reference: string } & DecisionInput;

/**
 * The decisions for the submission's row, and the effects that plan the mails. `doubts` are the signs for which the answer is
 * withheld on doubt.
 */
export type PlannedAnswers = { answers: SubmissionAnswers; doubts: Sign[] | undefined; effects: Effect[] };

const unknownCorrespondent: Correspondent = { suppressed: false };

/**
 * Decides about the answers and plans the mails. If an effect is refused, another job has used the day's answer: call
 * again, and the answer is withheld.
 */
export async function planAnswers(submission: Answered, context: JobContext): Promise<PlannedAnswers> {
  const address = answerAddress(submission);
  const known =
    address && submission.settings ? await readCorrespondent(address, context) : unknownCorrespondent;
  const confirmation = decideConfirmation(submission, known, context.now());
  const notification = decideNotification(submission);
  const doubts = doubtsOf(submission);
  return {
    answers: {
      confirmation: answerOf(submission, "confirmation", confirmation),
      notification: answerOf(submission, "notification", notification),
    },
    doubts,
    effects: [
      ...(confirmation.send ? [takeAnswer(confirmation.to, context)] : []),
      ...mailEffects(submission, "confirmation", confirmation, context),
      ...mailEffects(submission, "notification", notification, context),
      ...(doubts === undefined ? [] : await planWithheldMail(submission.settings, context)),
    ],
  };
}

function answerOf({ id }: Answered, purpose: MailPurpose, decision: Decision): Answer {
  return decision.send
    ? { decision: "planned", mailId: outgoingMailId(id, purpose) }
    : { decision: "withheld", why: decision.why };
}

function mailEffects(
  { id: submissionId, reference }: Answered,
  purpose: MailPurpose,
  decision: Decision,
  context: JobContext,
): Effect[] {
  if (!decision.send) return [];
  const mail = { purpose, submissionId, reference, to: decision.to };
  return planMail(mail, context);
}
