// One call to SES, and what its answer, or the lack of one, says about the mail. SES has no idempotency key, so only a
// definite word counts: everything else is unknown.

import type { SESv2Client } from "@aws-sdk/client-sesv2";
import { SESv2ServiceException, SendEmailCommand } from "@aws-sdk/client-sesv2";

/** A mail ready to go. */
export type ReadyMail = { id: string; from: string; to: string; raw: Buffer };

/**
 * sent: SES took it. rejected: it refused this mail for good. not-now: it has certainly not taken it, for a reason that
 * passes or lies with the account. unknown: it may have taken it.
 */
export type SesAnswer =
  | { answer: "sent"; sesMessageId: string }
  | { answer: "rejected" | "not-now" | "unknown"; code: string; reason: string };

/** Refusals that are not the mail's fault (SES API v2 reference, SendEmail, "Errors" and "Common Errors"). */
const notNow = new Set([
  "TooManyRequestsException",
  "LimitExceededException",
  "Throttling",
  "ThrottlingException",
  "ThrottledException",
  "RequestThrottled",
  "RequestThrottledException",
  "SendingPausedException",
  "AccountSuspendedException",
]);

/** Failures before a byte was sent: nobody was reached, or nobody was asked. */
const neverSent = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "CredentialsProviderError"]);

/** Asks once. Never throws. The client must not retry. */
export async function askSes(ses: SESv2Client, { id, from, to, raw }: ReadyMail): Promise<SesAnswer> {
  const command = new SendEmailCommand({
    FromEmailAddress: from,
    Destination: { ToAddresses: [to] },
    Content: { Raw: { Data: raw } },
    // Found again in SES's own event records.
    EmailTags: [{ Name: "fleet-mail", Value: id }],
  });
  try {
    const { MessageId } = await ses.send(command);
    if (MessageId) return { answer: "sent", sesMessageId: MessageId };
    return { answer: "unknown", code: "no-message-id", reason: "SES answered without a message id" };
  } catch (error) {
    return answerOf(error);
  }
}

function answerOf(error: unknown): SesAnswer {
  if (!(error instanceof Error)) return { answer: "unknown", code: "unknown", reason: String(error) };
  const { name: code, message: reason } = error;
  if (error instanceof SESv2ServiceException) {
    const status = error.$metadata.httpStatusCode ?? 0;
    if (notNow.has(code) || status === 429 || status === 401 || status === 403)
      return { answer: "not-now", code, reason };
    const definite = error.$response !== undefined && status >= 400 && status < 500 && status !== 408;
    return { answer: definite ? "rejected" : "unknown", code, reason };
  }
  const cause = "code" in error && typeof error.code === "string" ? error.code : code;
  return { answer: neverSent.has(cause) ? "not-now" : "unknown", code: cause, reason };
}
