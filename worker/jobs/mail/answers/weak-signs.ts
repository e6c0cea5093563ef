// The weak signs of automatic mail (1, 2): people's programs and words do that, too.
import { automaticSubject } from "./automatic-subject.ts";
import { hasSystemName, isUnread } from "./senders.ts";
import { looks, type SignOf, valuesOf, weakHeaders } from "./sign.ts";

/** The weak signs of automatic mail (1, 2): people's programs and words do that, too. */
export const weakSigns = {
  "system-name": {
    words: "the sender's name is that of a mail system",
    weight: 2,
    why: "mail-system",
    shows: ({ facts }) => hasSystemName(facts),
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
