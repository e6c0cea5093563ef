// Who gets an answer: one mail that is answered, and each reason for sending nothing by itself.
import fc from "fast-check";
import { expect, test } from "vitest";
import { foldedAddress, usableAddress } from "../../../../../worker/jobs/mail/answers/address.ts";
import { type WithheldReason, withheldInWords } from "../../../../../worker/jobs/mail/answers/answers.ts";
import {
  decideConfirmation,
  decideNotification,
  doubtsOf,
} from "../../../../../worker/jobs/mail/answers/decide-answers.ts";
import { signsInWords } from "../../../../../worker/jobs/mail/answers/judge.ts";
import type { MailSettings } from "../../../../../worker/jobs/mail/answers/settings.ts";
import type { MailFacts } from "../../../../../worker/jobs/mail/parse-mail/child/contract.ts";
import type { MailReceipt } from "../../../../../worker/jobs/mail/parse-mail/job.ts";

const now = Date.UTC(2026, 10, 2, 12);
const settings: MailSettings = {
  address: "stories@magazine.example",
  aliases: ["submissions@old-magazine.example"],
  editor: "editor@publisher.example",
  answer: "dmarc-pass",
};
const verdicts = { spf: "PASS", dkim: "PASS", dmarc: "PASS", spam: "PASS", virus: "PASS" };

type Case = {
  facts?: Partial<MailFacts>;
  receipt?: Partial<MailReceipt>;
  settings?: Partial<MailSettings> | "none";
};

function inputOf({ facts, receipt, settings: chosen }: Case) {
  return {
    facts: {
      from: { address: "ann@example.org" },
      recipients: [settings.address],
      machineHeaders: [],
      list: false,
      report: false,
      ...facts,
    },
    receipt: { source: "ann@example.org", verdicts, ...receipt },
    settings: chosen === "none" ? undefined : { ...settings, ...chosen },
  };
}

const nobody = { suppressed: false };
const confirmation = (given: Case = {}) => decideConfirmation(inputOf(given), nobody, now);
const from = (address: string): Case => ({ facts: { from: { address } }, receipt: { source: address } });

test("an authenticated mail of a person to us is answered at its envelope's sender", () => {
  expect(confirmation()).toEqual({ send: true, to: "ann@example.org" });
  const other = {
    facts: { replyTo: { address: "x@elsewhere.example" } },
    receipt: { source: "a@sub.example.org" },
  };
  expect(confirmation(other)).toEqual({ send: true, to: "a@sub.example.org" });
  expect(confirmation({ facts: { autoSubmitted: "No" } })).toMatchObject({ send: true });
  expect(confirmation({ facts: { recipients: ["Submissions+poems@old-magazine.example"] } })).toMatchObject({
    send: true,
  });
});

test("the answer goes to the envelope's sender, without one to the Return-Path, and to From only if there is neither", () => {
  const three = {
    facts: { returnPath: "<path@sub.example.org>" },
    receipt: { source: "envelope@example.org" },
    settings: { answer: "any" },
  } as const;
  expect(confirmation(three)).toEqual({ send: true, to: "envelope@example.org" });
  expect(confirmation({ ...three, receipt: { source: undefined } })).toEqual({
    send: true,
    to: "path@sub.example.org",
  });
  expect(confirmation({ receipt: { source: undefined }, settings: { answer: "any" } })).toEqual({
    send: true,
    to: "ann@example.org",
  });
});

const silent: [WithheldReason, Case][] = [
  ["bounce", { receipt: { source: "" } }],
  ["bounce", { receipt: { source: undefined }, facts: { returnPath: "< >" } }],
  ["report", { facts: { report: true } }],
  ["auto-submitted", { facts: { autoSubmitted: "auto-replied" } }],
  ["auto-submitted", { facts: { autoSubmitted: "auto-generated; type=x (comment)" } }],
  ["auto-submitted", { facts: { autoSubmitted: "no, auto-notified" } }],
  ["mail-system", from("MAILER-DAEMON@example.org")],
  ["mail-system", { facts: { returnPath: "<MAILER-DAEMON>" } }],
  ["bounce", { facts: { machineHeaders: ["x-failed-recipients"] } }],
  ["own-mail", from("stories@magazine.example")],
  ["own-mail", from("submissions+x@old-magazine.example")],
  ["own-mail", from("Editor@publisher.example")],
  ["spam", { receipt: { verdicts: { ...verdicts, spam: "FAIL" } } }],
  ["virus", { receipt: { verdicts: { ...verdicts, virus: "FAIL" } } }],
  ["list", { facts: { list: true, precedence: "list" } }],
  [
    "auto-response",
    { facts: { machineHeaders: ["x-autoreply"], subject: "Automatische Antwort: Ihr Text" } },
  ],
  ["report", { facts: { looks: ["delivery-status", "bounce-text"] } }],
  [
    "mail-system",
    {
      ...from("postmaster@example.org"),
      facts: {
        from: { address: "postmaster@example.org" },
        looks: ["bounce-text"],
        subject: "Returned mail",
      },
    },
  ],
];

test.each(silent)("nobody is notified of a mail withheld for %s: %j", (why, given) => {
  expect(confirmation(given)).toEqual({ send: false, why });
  expect(decideNotification(inputOf(given))).toEqual({ send: false, why });
  expect(doubtsOf(inputOf(given))).toBeUndefined();
  expect(withheldInWords(why)).toMatch(/\.$/);
});

const doubtful: [string, Case][] = [
  ["a list", { facts: { list: true } }],
  ["bulk", { facts: { precedence: "Bulk" } }],
  ["bulk in the second header", { facts: { precedence: "first-class, junk" } }],
  ["a vacation program's precedence", { facts: { precedence: "auto_reply" } }],
  ["an autoresponder's header", { facts: { machineHeaders: ["x-autoreply"] } }],
  ["an empty return path that the envelope does not have", { facts: { returnPath: "<>" } }],
  ["a postmaster", from("postmaster@example.org")],
  ["a colleague", from("anybody@mail.magazine.example")],
  [
    "an absence by subject and answer",
    { facts: { subject: "Re: Out of Office: back on Monday", inReplyTo: "<x@y>" } },
  ],
  [
    "a bounce by subject and text",
    { facts: { subject: "Undelivered Mail Returned to Sender", looks: ["bounce-text"] } },
  ],
  ["an Exchange absence", { facts: { autoResponseSuppress: "All", inReplyTo: "<x@y>" } }],
  ["no sender and a bounce's text", { facts: { from: undefined, looks: ["bounce-text"] } }],
];

test.each(doubtful)("on doubt the author is not answered, and the editor is told later: %s", (_, given) => {
  expect(confirmation(given)).toEqual({ send: false, why: "doubtful" });
  expect(decideNotification(inputOf(given))).toEqual({ send: false, why: "doubtful" });
  expect(doubtsOf(inputOf(given))?.length).toBeGreaterThan(0);
});

const weak: [string, Partial<MailFacts>][] = [
  ["Exchange's header", { autoResponseSuppress: "DR, OOF, AutoReply" }],
  ["the strictest form of it", { autoResponseSuppress: "All" }],
  ["Exchange's header on an answer", { autoResponseSuppress: "OOF", inReplyTo: "<x@y>" }],
  ["the title of a story", { subject: "Undelivered: a novel in letters" }],
  ["another title", { subject: "Out of Office" }],
  ["a text about a bounce", { looks: ["bounce-text"] }],
  ["a text about an absence", { looks: ["absence-text"] }],
  ["a forwarded mail without a word", { looks: ["returned-message"] }],
  ["a mark against loops", { machineHeaders: ["x-loop"] }],
  ["a name like a mail system's", { from: { address: "ann@example.org", name: "Postmaster of Love" } }],
];

test.each(weak)("one weak sign silences nobody: %s", (_, facts) => {
  expect(confirmation({ facts })).toEqual({ send: true, to: "ann@example.org" });
  expect(decideNotification(inputOf({ facts }))).toEqual({ send: true, to: "editor@publisher.example" });
});

test("signs are told in words, and those of later versions are left as they are", () => {
  expect(signsInWords(["list", "a-sign-of-tomorrow"])).toBe(
    "it came over a mailing list; a-sign-of-tomorrow",
  );
});

const authorOnly: [WithheldReason, Case][] = [
  ["no-sender", { facts: { from: undefined } }],
  ["no-reply", from("no-reply@example.org")],
  ["no-reply", from("donotreply@example.org")],
  ["no-reply", from("bounce-17-ann=example.org@lists.example")],
  ["no-reply", from("stories-request@lists.example")],
  ["no-reply", { receipt: { source: "01ab23@bounce.mailer.example" } }],
  ["unusable-address", { receipt: { source: '"a b"@example.org' } }],
  ["not-addressed", { facts: { recipients: ["others@example.org"] } }],
  ["not-addressed", { facts: { recipients: [] } }],
  ["unauthenticated", { receipt: { verdicts: { ...verdicts, dmarc: "FAIL" } } }],
  ["unauthenticated", { receipt: { verdicts: { ...verdicts, dmarc: "GRAY" } } }],
  ["unauthenticated", { receipt: { verdicts: undefined } }],
  [
    "return-path-unverified",
    { receipt: { source: "victim@elsewhere.example", verdicts: { ...verdicts, spf: "FAIL" } } },
  ],
];

test.each(authorOnly)(
  "the editor is notified of a mail whose author is not answered for %s: %j",
  (why, given) => {
    expect(confirmation(given)).toEqual({ send: false, why });
    expect(decideNotification(inputOf(given))).toEqual({ send: true, to: "editor@publisher.example" });
  },
);

test("the required verdict of the receiving side is a setting", () => {
  const gray = { ...verdicts, dmarc: "GRAY" };
  const policy = (answer: MailSettings["answer"], more: Record<string, string>) =>
    confirmation({ settings: { answer }, receipt: { verdicts: { ...gray, ...more } } }).send;
  expect(policy("dmarc-not-failed", {})).toBe(true);
  expect(policy("dmarc-not-failed", { spf: "FAIL" })).toBe(false);
  expect(policy("dmarc-not-failed", { dmarc: "FAIL" })).toBe(false);
  expect(policy("any", { dmarc: "FAIL", spf: "FAIL" })).toBe(true);
});

test("a fleet without an address sends nothing, and one without an editor only confirms", () => {
  expect(confirmation({ settings: "none" })).toEqual({ send: false, why: "not-configured" });
  expect(decideNotification(inputOf({ settings: "none" }))).toEqual({ send: false, why: "not-configured" });
  const alone: Case = { settings: { editor: undefined } };
  expect(confirmation(alone).send).toBe(true);
  expect(decideNotification(inputOf(alone))).toEqual({ send: false, why: "no-editor" });
});

test("an address gets one answer a day, and a suppressed address gets none", () => {
  const known = (more: object) => decideConfirmation(inputOf({}), { suppressed: false, ...more }, now);
  const at = (ms: number) => new Date(ms).toISOString();
  expect(known({ answeredUntil: at(now + 1) })).toEqual({ send: false, why: "answered-lately" });
  expect(known({ answeredUntil: at(now) })).toMatchObject({ send: true });
  expect(known({ suppressed: true })).toEqual({ send: false, why: "suppressed" });
});

test("a return path with a changing tag is the same correspondent", () => {
  const all = ["Ann@Example.org", "ann+poems@example.org", "prvs=0123456789=ann@example.org"];
  expect(new Set(all.map(foldedAddress))).toEqual(new Set(["ann@example.org"]));
  expect(foldedAddress("+x@example.org")).toBe("+x@example.org");
});

test("no usable address can break out of its header", () => {
  const nasty = fc.string({ unit: fc.constantFrom(...'ab.@+-_<>"(),:;\\ \r\n\t\0é\u202e'), maxLength: 40 });
  fc.assert(
    fc.property(fc.oneof(nasty, fc.emailAddress(), fc.string({ unit: "binary" })), (text) => {
      const usable = usableAddress(text);
      if (usable !== undefined) expect(usable).toMatch(/^[\x21-\x7e]+@[a-z0-9.-]+$/);
      if (usable !== undefined) expect(usable).not.toMatch(/[<>"(),:;\\[\]]/);
    }),
  );
  expect(usableAddress("ann@bücher.example")).toBe("ann@xn--bcher-kva.example");
  expect(usableAddress("ann@example.org\r\nBcc: x@y.z")).toBeUndefined();
});
