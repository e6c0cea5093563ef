// Calls SES once and classifies the outcome. SES has no idempotency key, so anything but a definite answer is unknown.
import { type SESv2Client, SESv2ServiceException, SendEmailCommand } from "@aws-sdk/client-sesv2";
import { classOfCode } from "../../../engine/trouble/classify-error.ts";

/** A mail that is ready to be sent. */
export type ReadyMail = { id: string; from: string; to: string; raw: Buffer };

/**
 * sent: SES accepted the mail. rejected: SES refused this mail permanently. not-now: SES certainly did not accept it, for
 * a reason that is temporary or concerns the account. unknown: SES may have accepted it.
 */
export type SesAnswer =
  | { answer: "sent"; sesMessageId: string }
  | { answer: "rejected" | "not-now" | "unknown"; code: string; reason: string; error?: unknown };

/**
 * SES refuses a mail of an account in its sandbox, or with an identity it has not verified, by the same code as a mail it
 * dislikes ("Email address is not verified", SES developer guide, "Amazon SES email sending errors"). Only the text tells.
 */
const accountRefused = /not verified|not authorized|sandbox|sending (is|has been) (paused|disabled)/i;

/** True when the refusal concerns the account or passes by itself: the mail can be sent later. */
function isNotNow(code: string, status: number, reason: string): boolean {
  if (status === 401 || status === 403 || status === 429) return true;
  if (code === "MessageRejected") return accountRefused.test(reason);
  return classOfCode("ses", code) === "put off";
}

/** Errors before any byte was sent. */
const neverSent = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "CredentialsProviderError"]);

/** Calls SES once. Never throws. The client must be configured without retries. */
export async function callSes(ses: SESv2Client, { id, from, to, raw }: ReadyMail): Promise<SesAnswer> {
  const command = new SendEmailCommand({
    FromEmailAddress: from,
    Destination: { ToAddresses: [to] },
    Content: { Raw: { Data: raw } },
    // Identifies the mail in SES's event records.
    EmailTags: [{ Name: "fleet-mail", Value: id }],
  });
  try {
    const { MessageId } = await ses.send(command);
    if (MessageId) return { answer: "sent", sesMessageId: MessageId };
    return { answer: "unknown", code: "no-message-id", reason: "SES returned no message id" };
  } catch (error) {
    return { ...answerOf(error), error };
  }
}

function answerOf(error: unknown): Exclude<SesAnswer, { answer: "sent" }> {
  if (!(error instanceof Error)) return { answer: "unknown", code: "unknown", reason: String(error) };
  const { name: code, message: reason } = error;
  if (error instanceof SESv2ServiceException) {
    const status = error.$metadata.httpStatusCode ?? 0;
    const definite = error.$response !== undefined && status >= 400 && status < 500 && status !== 408;
    if (!definite) return { answer: "unknown", code, reason };
    return { answer: isNotNow(code, status, reason) ? "not-now" : "rejected", code, reason };
  }
  const cause = "code" in error && typeof error.code === "string" ? error.code : code;
  return { answer: neverSent.has(cause) ? "not-now" : "unknown", code: cause, reason };
}
