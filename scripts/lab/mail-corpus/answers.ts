// What the running system makes of a mail's sender, and what it sends: for mails that are sent as their authors would, with
// the envelope of their own header and our address among the recipients.
import { simpleParser } from "mailparser";
import { z } from "zod";
import { type Judgement, judge } from "../../../worker/jobs/mail/answers/judge.ts";
import type { MailFacts } from "../../../worker/jobs/mail/parse-mail/child/contract.ts";
import { mailReceipt } from "../../../worker/jobs/mail/parse-mail/job.ts";
import { type Envelope, envelopeOf } from "../../submit/mail/envelope.ts";

/** The addresses of the local system's workers. */
export const localAddresses = {
  address: "submissions@magazine.example",
  editor: "editor@magazine.example",
} as const;

/** The envelope that a mail's header names, to our address. */
export const ownEnvelope = (head: Buffer): Envelope =>
  envelopeOf(head, { recipients: [localAddresses.address], fallback: localAddresses.address });

/** A line in front of a mail that names our address, since nobody else gets an answer. Nothing where no header begins. */
export const addressed = (head: Buffer): string =>
  /^[!-9;-~]+[ \t]*:/.test(head.toString("latin1", 0, 200)) ? `Cc: ${localAddresses.address}\r\n` : "";

const judgedRow = z.object({ facts: z.custom<MailFacts>(), receipt: mailReceipt.optional() });

/** What the signs of a submission come to, worked out again from its row. */
export function judgementOf(row: unknown): Judgement {
  const { facts, receipt } = judgedRow.parse(row);
  return judge({ facts, receipt, settings: { ...localAddresses, aliases: [], answer: "any" } });
}

/** How many mails the system has sent, by what they are. */
export type Sent = { confirmations: number; notifications: number; daily: number; others: string[] };

const listed = z.object({ mails: z.array(z.object({ to: z.array(z.string()), raw: z.base64() })) });

/** Counts the mails in the local system's mailbox. @param aws address of its AWS endpoint */
export async function sentBy(aws: string): Promise<Sent> {
  const response = await fetch(new URL("/_local/mail/sent", aws));
  const sent: Sent = { confirmations: 0, notifications: 0, daily: 0, others: [] };
  for (const { raw } of listed.parse(await response.json()).mails) {
    const { subject = "" } = await simpleParser(Buffer.from(raw, "base64"));
    if (/^We have received your submission/.test(subject)) sent.confirmations += 1;
    else if (/^New submission/.test(subject)) sent.notifications += 1;
    else if (/withheld|look/i.test(subject)) sent.daily += 1;
    else sent.others.push(subject);
  }
  return sent;
}
