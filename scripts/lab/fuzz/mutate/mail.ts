// Mutations of mails along their structure: headers, parameters, boundaries, encodings, encoded words, line ends.
import type { Choices } from "../random.ts";
import { type Mutation, mostBytes, mutateBytes } from "./bytes.ts";

/** A mail as text with one character per byte. */
type TextMutation = (mail: string, choices: Choices) => string;

const charsets = [
  "utf-8",
  "UTF-7",
  "utf-16",
  "utf-16le",
  "iso-2022-jp",
  "shift_jis",
  "euc-kr",
  "gb18030",
  "big5",
  "koi8-r",
  "windows-1252",
  "us-ascii",
  "x-unknown",
  "",
  "utf-8\\0",
  "'utf-8'",
  "a".repeat(300),
  "binary",
  "ucs-2",
  "cp437",
] as const;

const encodings = [
  "base64",
  "quoted-printable",
  "7bit",
  "8bit",
  "binary",
  "uuencode",
  "x-uue",
  "BASE64 ",
  "base64;base64",
  "quoted_printable",
  "",
  "x".repeat(200),
] as const;

const types = [
  "text/plain",
  "text/html",
  "multipart/mixed",
  "multipart/alternative; boundary=",
  'multipart/related; boundary=""',
  'multipart/signed; boundary="edge"',
  "message/rfc822",
  "message/partial; id=1; number=1; total=9",
  "message/delivery-status",
  "message/external-body; access-type=local-file; name=/etc/passwd",
  "text/calendar",
  "application/ms-tnef; name=winmail.dat",
  "text/rtf",
  "multipart/digest; boundary=edge",
  "text",
  "/",
  ";;;",
  "text/plain; charset=utf-8; format=flowed; delsp=yes",
  "multipart/mixed; boundary=edge; boundary=other",
] as const;

const words = [
  "=?utf-8?B?=?=",
  "=?utf-8?Q?=ff=fe=00?=",
  "=?x?B?AAAA?=",
  "=?utf-8?X?abc?=",
  "=?utf-7?Q?+AGE-?=",
  "=??B??=",
  "=?iso-2022-jp?B?GyRC?= =?iso-2022-jp?B?JCIbKEI=?=",
  "=?utf-8?B?4oCuZ25wLmV4ZQ==?=",
  "=?utf-8*en?Q?a?=",
  "=?utf-8?Q?=0D=0ABcc:_x@example.org?=",
  `=?utf-8?Q?${"a".repeat(2000)}?=`,
] as const;

const addresses = [
  "<>",
  "((((((((((",
  '"unclosed <a@b>',
  "a@b, ".repeat(500),
  "group: a@b, c@d;",
  "@",
  "<@a,@b:c@d>",
  "a@[127.0.0.1]",
  "=?utf-8?Q?a=40b?= <c@d>",
  'a\\"b@c',
  `${"(".repeat(2000)}a@b`,
  "undisclosed-recipients:;",
  "a@b\\0c",
] as const;

const names = [
  "filename*0*=utf-8''a; filename*1*=%00b",
  "filename*99999=x",
  "filename*0=a; filename*0=b; filename*2=c",
  "filename*=utf-8''%2e%2e%2fx",
  "filename*=x''%ff%fe",
  'filename="../../x"',
  "filename=;",
  'filename="a\\"b',
  `filename="${"n".repeat(5000)}"`,
  "filename*-1=a",
  "filename*constructor=a; __proto__=b",
  "name=a; filename*0*=''",
] as const;

const headerNames = [
  "From",
  "To",
  "Cc",
  "Reply-To",
  "Subject",
  "Date",
  "Message-ID",
  "In-Reply-To",
  "References",
  "Auto-Submitted",
  "Precedence",
  "List-Id",
  "Return-Path",
  "MIME-Version",
  "Content-Type",
  "Content-Transfer-Encoding",
  "Content-Disposition",
  "Content-ID",
  "__proto__",
  "constructor",
  "X-".repeat(200),
  "",
  " ",
  "From ",
] as const;

/** Position of the end of the header. */
const headEnd = (mail: string) => {
  const at = mail.indexOf("\r\n\r\n");
  return at < 0 ? mail.length : at;
};

/** Inserts a line into the header of the mail or of a part. */
function withLine(mail: string, line: string, choices: Choices): string {
  const starts = [...mail.matchAll(/(?:^|\r\n)(?=[A-Za-z-]{2,40}: )/g)].map(
    ({ index, 0: found }) => index + found.length,
  );
  const at = starts.length === 0 ? 0 : choices.of(starts);
  return `${mail.slice(0, at)}${line}\r\n${mail.slice(at)}`;
}

/** Replaces one match of a pattern with a value, but keeps the first group. */
function replaced(mail: string, pattern: RegExp, value: string, choices: Choices): string {
  const found = [...mail.matchAll(pattern)];
  if (found.length === 0) return mail;
  const { index, 0: all, 1: kept = "" } = choices.of(found);
  return `${mail.slice(0, index)}${kept}${value}${mail.slice(index + all.length)}`;
}

/** The mutations. */
export const mailMutations: readonly TextMutation[] = [
  (mail, choices) => replaced(mail, /(charset=)[^\s;]*/gi, choices.of(charsets), choices),
  (mail, choices) =>
    replaced(mail, /(Content-Transfer-Encoding: )[^\r\n]*/gi, choices.of(encodings), choices),
  (mail, choices) => replaced(mail, /(Content-Type: )[^\r\n;]*/gi, choices.of(types), choices),
  (mail, choices) => replaced(mail, /(Content-Disposition: \w+; )[^\r\n]*/gi, choices.of(names), choices),
  (mail, choices) => replaced(mail, /(Subject: )[^\r\n]*/gi, choices.of(words), choices),
  (mail, choices) => replaced(mail, /((?:From|To|Cc|Reply-To): )[^\r\n]*/gi, choices.of(addresses), choices),
  (mail, choices) => replaced(mail, /(filename=")[^"]*/gi, choices.of(words), choices),
  // Boundaries: another one in the header, none at the end, one more, one that is part of another.
  (mail, choices) =>
    replaced(
      mail,
      /(boundary=)[^\r\n]*/gi,
      choices.of(['"edge "', '"ed"', '"edge-"', `"${"b".repeat(300)}"`, '"--"', '"\\""']),
      choices,
    ),
  (mail, choices) =>
    replaced(
      mail,
      /()--edge--\r\n/g,
      choices.of(["", "--edge\r\n", "--edge--\r\n--edge--\r\n", "--edge-"]),
      choices,
    ),
  (mail, choices) =>
    replaced(
      mail,
      /()--edge\r\n/g,
      choices.of(["--edge", "-- edge\r\n", "--edge\r\n\r\n", "--edge\r\n--edge\r\n", "--edge \t\r\n"]),
      choices,
    ),
  // Headers: added, repeated, removed, folded, very long.
  (mail, choices) =>
    withLine(mail, `${choices.of(headerNames)}: ${choices.of([...words, ...addresses, ...types])}`, choices),
  (mail, choices) =>
    withLine(
      mail,
      `${choices.of(headerNames)}:${choices.of(["\r\n ", "\t", "\r\n\r\n", "\0", "\r", "\n"])}x`,
      choices,
    ),
  (mail, choices) => withLine(mail, `X-Long: ${"l".repeat(choices.of([998, 5000, 70_000]))}`, choices),
  (mail, choices) => replaced(mail, /()[A-Za-z-]{1,60}: [^\r\n]*\r\n/g, "", choices),
  (mail, choices) =>
    replaced(
      mail,
      /([A-Za-z-]{1,60}:) /g,
      choices.of(["\r\n ", "\r\n\t", "", " (comment (nested)) "]),
      choices,
    ),
  // Line ends, the end of the header, the first line of a mailbox.
  (mail, choices) => mail.replaceAll("\r\n", choices.of(["\n", "\r", "\n\r", "\r\r\n"])),
  (mail) => `${mail.slice(0, headEnd(mail))}\r\n${mail.slice(headEnd(mail) + 4)}`,
  (mail) => `From ann@example.org Mon Nov  2 10:00:00 2026\r\n${mail}`,
  // A mail nested in itself, once or much deeper.
  (mail, choices) => {
    const at = choices.below(mail.length);
    return `${mail.slice(0, at)}\r\n--edge\r\nContent-Type: message/rfc822\r\n\r\n${mail}${mail.slice(at)}`;
  },
  (mail, choices) => {
    const depth = choices.of([3, 30, 300]);
    const open = Array.from(
      { length: depth },
      (_, level) => `Content-Type: multipart/mixed; boundary=b${level}\r\n\r\n--b${level}\r\n`,
    );
    return `${open.join("")}${mail}`;
  },
  // Bytes that are not text where text is expected, and encoded bodies that are not encoded.
  (mail, choices) => {
    const at = headEnd(mail) + choices.below(mail.length - headEnd(mail) + 1);
    const noise = choices.of([
      "\0\0\0",
      "\xff\xfe",
      "=",
      "=\r\n",
      "=Z",
      "=0",
      "====",
      "\x1b$B",
      "+AAAA-",
      "begin 644 x\r\n#0V%T\r\nend\r\n",
      ".\r\n",
      "<div>".repeat(500),
      "<!--",
      "&#0;&#x110000;",
    ]);
    return `${mail.slice(0, at)}${noise}${mail.slice(at)}`;
  },
];

/** Mutates a mail one to five times, mostly along its structure. */
export const mutateMail: Mutation = (bytes, choices) => {
  let mail = bytes;
  for (let times = 1 + choices.below(5); times > 0; times -= 1)
    mail = choices.chance(0.2)
      ? mutateBytes(mail, choices)
      : Buffer.from(choices.of(mailMutations)(mail.toString("latin1"), choices), "latin1");
  return mail.subarray(0, mostBytes);
};
