// The bytes of a mail, read by another parser: fixed headers that contain nothing a sender wrote.
import fc from "fast-check";
import { simpleParser } from "mailparser";
import { expect, test } from "vitest";
import type { OutgoingMail } from "../../../../../worker/jobs/mail/answers/outgoing-mail.ts";
import {
  compose,
  readSubmissionRow,
  strictMessageId,
} from "../../../../../worker/jobs/mail/send-mail/compose.ts";
import { mail as settings } from "../../../../support/mails/mail-out.ts";

const at = "2026-11-02T10:00:00.000Z";
const planned = (more: Partial<OutgoingMail> = {}): OutgoingMail => ({
  id: "0".repeat(32),
  purpose: "confirmation",
  submissionId: "s",
  reference: "K7Q2-9MPD",
  to: "ann@example.org",
  state: "planned",
  round: 1,
  createdAt: at,
  updatedAt: at,
  ...more,
});
const about = (more: object = {}) =>
  readSubmissionRow({ receivedAt: at, facts: { messageId: "<one@example.org>" }, parts: [], ...more });

const composed = async (mail: OutgoingMail, submission = about()) => {
  const raw = await compose(mail, { submission }, settings, Date.parse(at));
  const [head = ""] = raw.toString("latin1").split("\r\n\r\n");
  return { raw, head, parsed: await simpleParser(raw) };
};

test("a confirmation names the reference, answers the author's mail and says that it is automatic", async () => {
  const { parsed, head } = await composed(planned());
  expect(parsed.subject).toBe("We have received your submission K7Q2-9MPD");
  expect(parsed.text).toContain("Your reference: K7Q2-9MPD");
  expect(parsed.from?.text).toBe("submissions@magazine.example");
  expect([parsed.inReplyTo, parsed.references]).toEqual(["<one@example.org>", "<one@example.org>"]);
  expect(head).toMatch(/^Auto-Submitted: auto-replied$/m);
  expect(head).toMatch(/^X-Auto-Response-Suppress: All$/m);
  expect(parsed.date).toEqual(new Date(at));
});

test("a notification shows the editor reference, author, subject, sizes and parts in plain text", async () => {
  const parts = [
    { role: "text", contentType: "text/plain; charset=utf-8", bytes: 900 },
    { role: "attachment", contentType: "application/pdf", bytes: 2_500_000, name: "story.pdf" },
  ];
  const submission = about({
    author: "ann@example.org",
    authorName: "Ann",
    subject: "A <b>story</b>",
    confirmation: { decision: "withheld", why: "list" },
    parts,
  });
  const { parsed, head } = await composed(
    planned({ purpose: "notification", to: "editor@magazine.example" }),
    submission,
  );
  expect(parsed.subject).toBe("New submission K7Q2-9MPD");
  expect(parsed.html).toBe(false);
  expect(parsed.inReplyTo).toBeUndefined();
  expect(head).toMatch(/^Auto-Submitted: auto-generated$/m);
  const text = parsed.text ?? "";
  for (const line of [
    "Author:     Ann, ann@example.org",
    "Subject:    A <b>story</b>",
    "Answer:     none. The mail comes from a mailing list.",
    "2 parts, 2.4 MB in all:",
    "  1. text, 900 bytes, text/plain; charset=utf-8",
    "  2. attachment, 2.4 MB, application/pdf, story.pdf",
  ])
    expect(text).toContain(line);
});

test("328 parts are summarised in a short mail", async () => {
  const parts = Array.from({ length: 328 }, (_, n) => ({
    role: "attachment",
    contentType: "x/y",
    bytes: 1,
    name: `${n}`.padEnd(255, "n"),
  }));
  const { parsed, raw } = await composed(planned({ purpose: "notification" }), about({ parts }));
  expect(parsed.text).toContain("and 288 more");
  expect(raw.length).toBeLessThan(20_000);
});

test("only a Message-ID of the strict form is referred to", async () => {
  expect(strictMessageId("<CA+x.y=z@mail.example.org>")).toBe("<CA+x.y=z@mail.example.org>");
  for (const bad of [
    "one@example.org",
    "<one two@x.y>",
    "<one@x.y> <two@x.y>",
    "<a@b\r\nBcc: c@d>",
    "<é@x.y>",
    `<${"a".repeat(300)}@x.y>`,
  ])
    expect(strictMessageId(bad)).toBeUndefined();
  const { head } = await composed(planned(), about({ facts: { messageId: "<a@b> Bcc: c@d" } }));
  expect(head).not.toMatch(/In-Reply-To|References/);
});

test("an address of another form gets no mail", async () => {
  await expect(composed(planned({ to: "ann@example.org, bob@example.org" }))).rejects.toThrow(RangeError);
});

test("whatever senders write, the headers are fixed and the text contains none of their control characters", async () => {
  const fixed = new Set(
    "from,to,subject,in-reply-to,references,message-id,date,auto-submitted,x-auto-response-suppress,x-fleet-mail,content-type,content-transfer-encoding,mime-version".split(
      ",",
    ),
  );
  const nasty = fc.oneof(
    fc.string({ unit: "binary", maxLength: 300 }),
    fc.constantFrom(
      "x\r\nBcc: all@example.org",
      "a\u2028b\u202ec",
      "{{reference}}{{parts}}",
      "$& $1 $$",
      "\0\x1b[2J",
      "=?utf-8?q?=0d=0aBcc:x?=",
    ),
  );
  const submissions = fc.record({
    author: nasty,
    authorName: nasty,
    subject: nasty,
    messageId: nasty,
    name: nasty,
    contentType: nasty,
    purpose: fc.constantFrom("confirmation" as const, "notification" as const),
  });
  await fc.assert(
    fc.asyncProperty(submissions, async ({ messageId, name, contentType, purpose, ...rest }) => {
      const parts = [{ role: "attachment", contentType, bytes: 1, name }];
      const { head, parsed } = await composed(
        planned({ purpose }),
        about({ ...rest, facts: { messageId }, parts }),
      );
      const names = head
        .split("\r\n")
        .filter((line) => !/^[ \t]/.test(line))
        .map((line) => line.split(":")[0]?.toLowerCase() ?? "");
      expect(names.filter((each) => !fixed.has(each))).toEqual([]);
      expect(new Set(names).size).toBe(names.length);
      expect(head).toMatch(/^[\x20-\x7e\r\n]*$/);
      expect(parsed.text?.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\u202a-\u202e\u2028]/u);
    }),
    { numRuns: 200 },
  );
});

test("a mail about a shared file shows names as plain lines, and leads to the page", async () => {
  const sharedFile = {
    sender: "Anna\r\nBcc: x@example.org",
    fileName: '"><img onerror>.pdf\u202e',
    until: "2026-11-02 11:00 UTC",
    address: "https://files.example.org/files/AAAAAAAAAAAAAAAAAAAAAA",
  };
  const mail = planned({ purpose: "shared-file", submissionId: "file/A", reference: "A", sharedFile });
  const raw = await compose(mail, {}, settings, Date.parse(at));
  const parsed = await simpleParser(raw);
  expect(parsed.subject).toBe("A file has been shared with you");
  expect(parsed.headers.has("bcc")).toBe(false);
  expect(parsed.text).toMatch(
    /^Anna Bcc: x@example\.org has shared a file with you:\n\n {2}"><img onerror>\.pdf/,
  );
  expect(parsed.text).toContain("after signing in: https://files.example.org/files/AAAAAAAAAAAAAAAAAAAAAA");
  expect(parsed.text).toContain("until 2026-11-02 11:00 UTC");
});
