// Text that claims a wrong charset, text in format=flowed, odd names of transfer encodings, and what stands before a header.
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { expect, test } from "vitest";
import { withLineFeeds } from "../../../../../../worker/jobs/mail/parse-mail/child/body-leaf.ts";
import { readText, trueCharset } from "../../../../../../worker/jobs/mail/parse-mail/child/charset.ts";
import { unflowed } from "../../../../../../worker/jobs/mail/parse-mail/child/flowed.ts";
import { claimedByMeta } from "../../../../../../worker/jobs/mail/parse-mail/child/html-charset.ts";
import { transferEncoding } from "../../../../../../worker/jobs/mail/parse-mail/child/mime-encoding.ts";
import { repairMail } from "../../../../../../worker/jobs/mail/parse-mail/child/raw-mail.ts";

async function* inPieces(text: string, size: number): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size);
}
async function joined(pieces: AsyncIterable<string>): Promise<string> {
  let text = "";
  for await (const piece of pieces) text += piece;
  return text;
}

const latin1 = (text: string) => Buffer.from(text, "latin1");
const given = (charset: string, bytes: Buffer) => [`${charset}: `, `${bytes.length}`];

test.each([
  ["UTF-8 that claims Latin-1", "Grüße „a“ 12 €", "iso-8859-1", "Grüße „a“ 12 €"],
  ["UTF-8 that claims nothing", "Grüße", undefined, "Grüße"],
  ["UTF-8 that claims ASCII", "Grüße", "us-ascii", "Grüße"],
  ["UTF-8 that claims a charset nobody knows", "Grüße", "x-unknown", "Grüße"],
  ["UTF-8 that claims an Eastern charset", "Zażółć gęślą", "iso-8859-2", "Zażółć gęślą"],
  ["UTF-8 with its mark", "\ufeffGrüße", "windows-1252", "Grüße"],
  [
    "Windows-1252 that claims nothing",
    latin1("Caf\xe9 \x93Z\xfcrich\x94 \x80"),
    undefined,
    "Café “Zürich” €",
  ],
  ["Windows-1252 that claims Latin-1", latin1("\x96 12 \x80 \x85"), "ISO-8859-1", "– 12 € …"],
  ["Windows-1252 that claims UTF-8", latin1("Caf\xe9 \x93a\x94"), "utf-8", "Café “a”"],
  [
    "UTF-8 with a broken end",
    Buffer.concat([Buffer.from("Grüße "), latin1("\xc3")]),
    "utf-8",
    "Grüße \ufffd",
  ],
  ["a quoted name", "Grüße", '"latin1"', "Grüße"],
])("%s is read", async (_, bytes, claimed, expected) => {
  expect(await readText(Buffer.from(bytes as string), claimed, given)).toBe(expected);
});

test("other charsets are believed, also where ASCII or chance would fit", () => {
  expect(trueCharset(Buffer.from("\u001b$B$3\u001b(B"), "ISO-2022-JP")).toBe("iso-2022-jp");
  expect(trueCharset(latin1("\xd0\xb3\xe2\xed\xe5"), "windows-1251")).toBe("windows-1251");
  // One pair of bytes may be UTF-8 by chance.
  expect(trueCharset(latin1("\xd0\xb3"), "koi8-r")).toBe("koi8-r");
  expect(trueCharset(Buffer.from([0xff, 0xfe, 0x61, 0]), "us-ascii")).toBe("utf-16le");
});

test("an HTML body without a charset in its header has that of its own element", () => {
  expect(claimedByMeta(Buffer.from('<head><meta charset="koi8-r">'))).toBe("koi8-r");
  expect(claimedByMeta(Buffer.from("<meta http-equiv=Content-Type content='text/html; charset=big5'>"))).toBe(
    "big5",
  );
  expect(claimedByMeta(Buffer.from("<meta charset=utf-16>"))).toBe("utf-8");
  expect(claimedByMeta(Buffer.from("<p>charset=x"))).toBeUndefined();
});

test.each([
  ["lines are joined, paragraphs are not", "a \nb \nc\n\nd", false, "a b c\n\nd"],
  ["DelSp takes the blank away", "no \nbody and Ja \npan", true, "nobody and Japan"],
  [
    "a stuffed blank is taken off",
    "Never \n the less\n From here\n > no quote",
    true,
    "Neverthe less\nFrom here\n> no quote",
  ],
  ["quotes keep their marks and their depth", "> a \n> b\n>> c \n> d\ne", false, "> a b\n>> c \n> d\ne"],
  ["the signature's mark joins nothing", "a \n-- \nMara", false, "a \n-- \nMara"],
  ["an empty quote stays", "> a\n>\n> b", false, "> a\n>\n> b"],
  [
    "a line of 200,000 characters is whole",
    `> ${"w".repeat(200_000)} \n> x`,
    false,
    `> ${"w".repeat(200_000)} x`,
  ],
])("in format=flowed %s, however it comes in pieces", async (_, text, deleteSpaces, expected) => {
  for (const size of text.length > 1000 ? [99_999] : [1, 2, 3, 7, text.length])
    expect(await joined(unflowed(inPieces(text, size), deleteSpaces))).toBe(expected);
});

test.each([1, 2, 3, 100])("line ends of every kind become line feeds, in pieces of %i", async (size) => {
  const text = "a\r\nb\r\r\nc\rd\n\ne\r\n\r\nf\r";
  expect(await joined(withLineFeeds(inPieces(text, size)))).toBe("a\nb\nc\nd\n\ne\n\nf\n");
});

test.each([
  ["base64;", "base64"],
  ["BASE64 (by a program)", "base64"],
  ["base64; charset=utf-8", "base64"],
  [" base64 ", "base64"],
  ['"base64"', "base64"],
  ["Base-64", "base64"],
  ["x-base64", "base64"],
  ["quoted_printable", "quoted-printable"],
  ["Quoted-Printable;", "quoted-printable"],
  ["quoted printable", "quoted-printable"],
  ["x-uuencode", "uuencode"],
  ["uue", "uuencode"],
  ["8-bit", "8-bit"],
  ["x-my-own", "x-my-own"],
])("the transfer encoding %j is %s", (written, name) => {
  expect(transferEncoding(written)).toBe(name);
});

const mail = "From: ann@example.org\r\nSubject: A story\r\n\r\nOnce.\r\n";
const separator = "From ann@example.org Mon Nov  2 10:00:00 2026\r\n";
const trace = "Return-Path: <ann@example.org>\r\nReceived: from a\r\n by b\r\n";

test.each([
  ["nothing", ""],
  ["a byte-order mark", "\ufeff"],
  ["empty lines", "\r\n\n  \r\n"],
  ["a separator", separator],
  ["a quoted separator", `>${separator}`],
  ["all of them", `\ufeff\r\n${separator}\r\n`],
])("before the first header %s does no harm", async (_, junk) => {
  const repaired = async (bytes: string) =>
    (await buffer(Readable.from(repairMail(chunked(bytes), true)))).toString();
  expect(await repaired(junk + mail)).toBe(mail);
  // A mail server has put its own lines in front.
  expect(await repaired(`${trace}${junk === "" ? "" : `\r\n${junk}`}${mail}`)).toBe(trace + mail);
});

function* chunked(text: string): Generator<Buffer> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7);
}

test("a body without any header keeps all its lines, and a header its empty line", async () => {
  for (const text of [
    "\r\nonly a body\r\n",
    "\r\nNote: this is no header\r\n",
    `${mail}\r\nTo: x\r\n`,
    `${trace}\r\nNo header.\r\n`,
  ])
    expect((await buffer(Readable.from(repairMail(chunked(text), true)))).toString()).toBe(text);
});

test("words without any header are the body, also behind the lines of a mail server", async () => {
  const words = "just words, no header at all\r\nmore words\r\n\r\nand: more\r\n";
  const repaired = async (text: string) =>
    (await buffer(Readable.from(repairMail(chunked(text), true)))).toString();
  expect(await repaired(words)).toBe(`\r\n${words}`);
  expect(await repaired(trace + words)).toBe(`${trace}\r\n${words}`);
});
