// What a sign of automatic mail is, and how the signs read a mail.
import type { MailFacts } from "../parse-mail/child/contract.ts";
import type { MailReceipt } from "../parse-mail/job.ts";
import type { SilentReason } from "./answers.ts";
import type { MailSettings } from "./settings.ts";

/** What a mail is judged by. */
export type Judged = { facts: MailFacts; receipt: MailReceipt | undefined; settings: MailSettings };

/** A sign. */
export type SignOf = {
  /** In words for people, as part of a sentence. */
  words: string;
  weight: number;
  /** The reason for silence, if this sign is the weightiest. */
  why: SilentReason;
  shows: (judged: Judged) => boolean;
};

/** Headers that are no certain sign: people's mails pass through programs that write them. */
export const weakHeaders: ReadonlySet<string> = new Set([
  "x-loop",
  "x-cron-env",
  "x-ms-exchange-inbox-rules-loop",
]);

export const looks = ({ looks: all }: MailFacts, look: NonNullable<MailFacts["looks"]>[number]): boolean =>
  all?.includes(look) === true;

/** The envelope decides where there is one; the Return-Path in the mail can be forged. */
export function hasEmptyEnvelope({ facts, receipt }: Judged): boolean {
  return receipt?.source === undefined ? isEmpty(facts.returnPath) : /^(<\s*>)?$/.test(receipt.source.trim());
}

export const isEmpty = (path: string | undefined) => path !== undefined && /^<\s*>$/.test(path.trim());

/** The values of a header without comments and parameters, in lower case. */
export const valuesOf = (text: string | undefined): string[] =>
  (text ?? "")
    .toLowerCase()
    .replace(/\([^()]*\)/g, " ")
    .split(",")
    .map((each) => (each.split(";")[0] ?? "").trim())
    .filter((each) => each !== "");
