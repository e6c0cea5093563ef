// The signs of automatic mail and what each weighs: one line or few for each. judge.ts says what they come to.
import type { MailFacts } from "../parse-mail/child/contract.ts";
import type { MailReceipt } from "../parse-mail/job.ts";
import type { SilentReason } from "./answers.ts";
import { automaticSubject } from "./automatic-subject.ts";
import { isDaemon, isOurDomain, isOurs, isSystem, isUnread } from "./senders.ts";
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

/**
 * strong (6): machines say so themselves, as RFC 3834, 3464 and 5321 (4.5.5) ask. medium (3 to 5): machines say so, but people
 * may be behind them, such as members of lists. weak (1, 2): people's programs and words do that, too.
 */
export const signs = {
  virus: {
    words: "a virus was found",
    weight: 6,
    why: "virus",
    shows: ({ receipt }) => receipt?.verdicts?.virus === "FAIL",
  },
  spam: {
    words: "spam was found",
    weight: 6,
    why: "spam",
    shows: ({ receipt }) => receipt?.verdicts?.spam === "FAIL",
  },
  "empty-envelope": {
    words: "the envelope names no sender",
    weight: 6,
    why: "bounce",
    shows: hasEmptyEnvelope,
  },
  report: { words: "the mail is a report", weight: 6, why: "report", shows: ({ facts }) => facts.report },
  "auto-submitted": {
    words: "it says that it was sent automatically",
    weight: 6,
    why: "auto-submitted",
    shows: ({ facts }) => valuesOf(facts.autoSubmitted).some((word) => word !== "no"),
  },
  daemon: {
    words: "a mail system sent it",
    weight: 6,
    why: "mail-system",
    shows: ({ facts, receipt }) => isDaemon(facts, receipt),
  },
  ours: {
    words: "it comes from ourselves",
    weight: 6,
    why: "own-mail",
    shows: ({ facts, receipt, settings }) => isOurs(facts, receipt, settings),
  },
  "failed-recipients": {
    words: "it lists failed recipients",
    weight: 6,
    why: "bounce",
    shows: ({ facts }) => facts.machineHeaders.includes("x-failed-recipients"),
  },
  "empty-return-path": {
    words: "its header has an empty return path",
    weight: 4,
    why: "bounce",
    shows: ({ facts }) => isEmpty(facts.returnPath),
  },
  "delivery-status": {
    words: "a part is a delivery report",
    weight: 4,
    why: "report",
    shows: ({ facts }) => looks(facts, "delivery-status"),
  },
  "autoresponder-header": {
    words: "its header is that of an automatic answer",
    weight: 4,
    why: "auto-response",
    shows: ({ facts }) => facts.machineHeaders.some((name) => !weakHeaders.has(name)),
  },
  "our-domain": {
    words: "the sender is in our own domain",
    weight: 3,
    why: "own-mail",
    shows: ({ facts, receipt, settings }) => isOurDomain(facts, receipt, settings),
  },
  system: {
    words: "the sender looks after a mail system",
    weight: 3,
    why: "mail-system",
    shows: ({ facts, receipt }) => isSystem(facts, receipt),
  },
  list: { words: "it came over a mailing list", weight: 3, why: "list", shows: ({ facts }) => facts.list },
  bulk: {
    words: "it says that it is bulk mail",
    weight: 3,
    why: "bulk",
    shows: ({ facts }) =>
      valuesOf(facts.precedence).some((word) => /^(bulk|junk|list|auto.?reply)$/.test(word)),
  },
  subject: {
    words: "its subject is that of an automatic mail",
    weight: 2,
    why: "automatic-subject",
    shows: ({ facts }) => automaticSubject.test(facts.subject ?? ""),
  },
  "bounce-text": {
    words: "its text reads like a bounce",
    weight: 2,
    why: "bounce",
    shows: ({ facts }) => looks(facts, "bounce-text"),
  },
  "absence-text": {
    words: "its text reads like an absence note",
    weight: 2,
    why: "auto-response",
    shows: ({ facts }) => looks(facts, "absence-text"),
  },
  "loop-header": {
    words: "its header is meant against mail loops",
    weight: 2,
    why: "auto-response",
    shows: ({ facts }) => facts.machineHeaders.some((name) => weakHeaders.has(name)),
  },
  "no-answers-at-all": {
    words: "it asks for no automatic answer at all",
    weight: 2,
    why: "auto-response",
    shows: ({ facts }) => valuesOf(facts.autoResponseSuppress).includes("all"),
  },
  // Exchange writes this into people's mails.
  "no-answers": {
    words: "it asks for no automatic answer",
    weight: 1,
    why: "auto-response",
    shows: ({ facts }) =>
      valuesOf(facts.autoResponseSuppress).some((word) => word !== "none" && word !== "all"),
  },
  unread: {
    words: "nobody reads the sender's address",
    weight: 1,
    why: "bulk",
    shows: ({ facts, receipt }) => isUnread(facts, receipt),
  },
  "no-sender": {
    words: "it does not say who sent it",
    weight: 1,
    why: "bounce",
    shows: ({ facts }) => facts.from === undefined,
  },
  "returned-message": {
    words: "it is nothing but another message",
    weight: 1,
    why: "bounce",
    shows: ({ facts }) => looks(facts, "returned-message"),
  },
  "answers-a-mail": {
    words: "it answers a mail",
    weight: 1,
    why: "auto-response",
    // Bounces answer nothing, but people answer mails about bounces.
    shows: ({ facts }) => facts.inReplyTo !== undefined && !looks(facts, "bounce-text"),
  },
} as const satisfies Record<string, SignOf>;

export type Sign = keyof typeof signs;

/** Headers that are no certain sign: people's mails pass through programs that write them. */
const weakHeaders: ReadonlySet<string> = new Set(["x-loop", "x-cron-env", "x-ms-exchange-inbox-rules-loop"]);

const looks = ({ looks: all }: MailFacts, look: NonNullable<MailFacts["looks"]>[number]): boolean =>
  all?.includes(look) === true;

/** The envelope decides where there is one; the Return-Path in the mail can be forged. */
function hasEmptyEnvelope({ facts, receipt }: Judged): boolean {
  return receipt?.source === undefined ? isEmpty(facts.returnPath) : /^(<\s*>)?$/.test(receipt.source.trim());
}

const isEmpty = (path: string | undefined) => path !== undefined && /^<\s*>$/.test(path.trim());

/** The values of a header without comments and parameters, in lower case. */
const valuesOf = (text: string | undefined): string[] =>
  (text ?? "")
    .toLowerCase()
    .replace(/\([^()]*\)/g, " ")
    .split(",")
    .map((each) => (each.split(";")[0] ?? "").trim())
    .filter((each) => each !== "");
