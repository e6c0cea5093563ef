// The strong signs of automatic mail (6): machines say so themselves, as RFC 3834, 3464 and 5321 (4.5.5) ask.
import { isDaemon, isOurs } from "./senders.ts";
import { hasEmptyEnvelope, type SignOf, valuesOf } from "./sign.ts";

/** The strong signs of automatic mail (6): machines say so themselves, as RFC 3834, 3464 and 5321 (4.5.5) ask. */
export const strongSigns = {
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
} as const satisfies Record<string, SignOf>;
