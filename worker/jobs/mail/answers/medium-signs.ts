// The medium signs of automatic mail (3 to 5): machines say so, but people may be behind them, such as members of lists.
import { isOurDomain, isPostmaster } from "./senders.ts";
import { isEmpty, looks, type SignOf, valuesOf, weakHeaders } from "./sign.ts";

/** The medium signs of automatic mail (3 to 5): machines say so, but people may be behind them, such as members of lists. */
export const mediumSigns = {
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
    shows: ({ facts, receipt }) => isPostmaster(facts, receipt),
  },
  list: { words: "it came over a mailing list", weight: 3, why: "list", shows: ({ facts }) => facts.list },
  bulk: {
    words: "it says that it is bulk mail",
    weight: 3,
    why: "bulk",
    shows: ({ facts }) =>
      valuesOf(facts.precedence).some((word) => /^(bulk|junk|list|auto.?reply)$/.test(word)),
  },
} as const satisfies Record<string, SignOf>;
