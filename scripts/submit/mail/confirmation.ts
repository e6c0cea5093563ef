// Whether a submission's author was answered: read from the submission's row or, where an answer is planned, from the row of
// that mail.
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { Clock } from "../../../worker/fleet/clock.ts";
import { submissionAnswers, withheldInWords } from "../../../worker/jobs/mail/answers/answers.ts";
import { type OutgoingMail, outgoingMailSchema } from "../../../worker/jobs/mail/answers/outgoing-mail.ts";
import type { MailResult } from "../results.ts";
import { createRowWatch, type RowWatch } from "../row-watch.ts";

/** Watches planned mails until they are sent, refused or ambiguous. */
export type MailWatch = RowWatch<OutgoingMail>;

/** Makes the watch. */
export function createMailWatch(options: {
  db: DynamoDBDocumentClient;
  table: string;
  clock: Clock;
}): MailWatch {
  return createRowWatch({
    ...options,
    key: "id",
    endedIn: (item) => {
      const { data } = outgoingMailSchema.safeParse(item);
      return data && data.state !== "planned" && data.state !== "sending" ? data : undefined;
    },
  });
}

type Confirmation = Pick<MailResult, "confirmation" | "why">;

const withheld = (why: string): Confirmation => ({ confirmation: "withheld", why });

/** A submission's confirmation; waits for a planned one. */
export async function confirmationOf(row: unknown, mails: MailWatch): Promise<Confirmation> {
  const { confirmation } = submissionAnswers.safeParse(row).data ?? {};
  if (confirmation === undefined) return withheld("The submission is from before mails were answered.");
  if (confirmation.decision === "withheld") return withheld(withheldInWords(confirmation.why));
  const mail = await mails.ended(confirmation.mailId);
  switch (mail?.state) {
    case "sent":
      return { confirmation: "sent", why: null };
    case "suppressed":
      return withheld(withheldInWords("suppressed"));
    case "rejected":
      return withheld(`The mail was refused: ${mail.reason ?? "no reason given"}`);
    case "ambiguous":
    case "settled":
      return withheld(`Nobody knows whether the mail was sent: ${mail.reason ?? "no answer"}`);
    default:
      return withheld("The mail is planned; it was not sent before the waiting ended.");
  }
}
