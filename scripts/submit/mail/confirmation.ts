// Whether a submission's author was answered: as the submission's row has it, or, where an answer is planned, as its own
// row tells in the end.
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { Clock } from "../../../worker/fleet/clock.ts";
import { submissionAnswers, withheldInWords } from "../../../worker/jobs/mail/answers/answers.ts";
import { type OutgoingMail, outgoingMailSchema } from "../../../worker/jobs/mail/answers/outgoing-mail.ts";
import type { MailResult } from "../results.ts";
import { createRowWatch, type RowWatch } from "../row-watch.ts";

/** Watches planned mails until it is known what became of them. */
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

type Told = Pick<MailResult, "confirmation" | "why">;

const withheld = (why: string): Told => ({ confirmation: "withheld", why });

/** What is told of a submission's confirmation; a planned one is waited for. */
export async function confirmationOf(row: unknown, mails: MailWatch): Promise<Told> {
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
