// UTF-7 in headers; bodies are in decode.test.ts. mailparser by itself refuses the charset.
import { once } from "node:events";
import { expect, test } from "vitest";
import { createMimeParser } from "../../../../../../worker/jobs/mail/parse-mail/child/mime-parser.ts";

async function subjectOf(encoded: string): Promise<unknown> {
  const { parser } = createMimeParser({}, { nodes: 0 });
  const headers = once(parser, "headers");
  parser.resume();
  parser.end(`From: ann@example.org\r\nSubject: ${encoded}\r\n\r\n`);
  const [found] = (await headers) as [Map<string, unknown>];
  return found.get("subject");
}

test.each([
  ["in quoted-printable", "=?utf-7?Q?+AGEAYg- c?=", "ab c"],
  ["in base64", "=?UTF-7?B?K0tnbS0=?=", "⨉"],
  ["under its older name", "=?unicode-1-1-utf-7?Q?+Kgm-?=", "⨉"],
  ["beside another charset", "=?utf-7?Q?+Kgm-?= =?utf-8?Q?=C3=A9?=", "⨉é"],
])("an encoded word in UTF-7 is read: %s", async (_, encoded, expected) => {
  expect(await subjectOf(encoded)).toBe(expected);
});
