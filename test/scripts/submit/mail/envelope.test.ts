// The envelope of a mail, read off its header.
import { expect, test } from "vitest";
import { envelopeOf } from "../../../../scripts/submit/mail/envelope.ts";
import { lines } from "../../../support/mails/mails.ts";

const envelope = (header: string[], more: { separator?: string; recipients?: string[] } = {}) =>
  envelopeOf(Buffer.from(lines(...header, "", "From: body@example.org")), {
    fallback: "desk@x.example",
    ...more,
  });

test("sender and recipients are those of the header, each once", () => {
  const header = [
    "From: Ann <ann@example.org>",
    "To: In <in@x.example>,",
    '\t"A, B" <ab@x.example>',
    "Cc: friends: in@x.example, c@x.example;",
  ];
  expect(envelope(header)).toEqual({
    from: "ann@example.org",
    to: ["in@x.example", "ab@x.example", "c@x.example"],
  });
});

test("what stands before the header does not hide the sender", () => {
  const mail = lines("From: Ann <ann@example.org>", "To: in@x.example", "", "x");
  for (const junk of [
    "\ufeff",
    "\r\n \r\n",
    "From box@x.example Mon Nov  2 10:00:00 2026\r\n",
    "\ufeff\r\n>From a b\n\n",
  ])
    expect(envelopeOf(Buffer.from(junk + mail), { fallback: "desk@x.example" })).toEqual({
      from: "ann@example.org",
      to: ["in@x.example"],
    });
});

test("a bounce keeps its empty sender", () => {
  const header = ["Return-Path: <>", "From: mailer-daemon@x.example", "To: in@x.example"];
  expect(envelope(header).from).toBe("");
});

test("the path a mail took goes before the separator line, that before Sender and From", () => {
  const from = ["Sender: s@x.example", "From: f@x.example"];
  expect(envelope(["Return-Path: <r@x.example>", ...from], { separator: "box@x.example" }).from).toBe(
    "r@x.example",
  );
  expect(envelope(from, { separator: "box@x.example" }).from).toBe("box@x.example");
  expect(envelope(from, { separator: "-" }).from).toBe("s@x.example");
});

test("a mail of nobody to nobody has an empty sender and goes to the desk", () => {
  expect(envelope(["X-Nobody: yes"])).toEqual({ from: "", to: ["desk@x.example"] });
  expect(envelope(["From: =?utf-8?q?=E4?= <ä@x.example>", "To: undisclosed-recipients:;"])).toEqual({
    from: "",
    to: ["desk@x.example"],
  });
});

test("a recipient the person names goes before those of the header; more than a hundred are cut", () => {
  const many = Array.from({ length: 300 }, (_, n) => `a${n}@x.example`).join(", ");
  expect(envelope([`To: ${many}`]).to).toHaveLength(100);
  expect(envelope([`To: ${many}`], { recipients: ["me@x.example"] }).to).toEqual(["me@x.example"]);
});
