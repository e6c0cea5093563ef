// Reads bytes as text when the charset they claim may be wrong: a text that is valid UTF-8 is UTF-8, whatever it claims, and
// what claims Latin-1, ASCII or nothing is Windows-1252, as browsers read it (WHATWG Encoding, 4.2).
import { isUtf8 } from "node:buffer";

/** Decodes bytes of a charset that mailparser knows, piece by piece. */
export type DecodeCharset = (charset: string, bytes: Buffer) => AsyncIterable<string> | Iterable<string>;

const marks: readonly (readonly [Buffer, string])[] = [
  [Buffer.from([0xef, 0xbb, 0xbf]), "utf-8"],
  [Buffer.from([0xff, 0xfe]), "utf-16le"],
  [Buffer.from([0xfe, 0xff]), "utf-16be"],
];

/** Charsets of 7-bit bytes whose text looks like ASCII, and those of wide units. */
const unlikeAscii =
  /^(iso-?2022|csiso2022|hz|utf-?7|unicode|csunicode|utf-?16|utf-?32|ucs|iso-10646|x-mac-roman-7)/;

/** What programs claim that know nothing better. */
const western =
  /^(|us-?ascii|ascii|ansi.*|7bit|8bit|binary|unknown.*|x-unknown.*|default.*|none|iso-?8859-?1|iso_8859-1.*|latin-?1|l1|cp-?819|ibm819|windows-?1252|cp-?1252|x-cp1252|x-ansi)$/;

/** Charsets with one byte for each character. Short text in them is valid UTF-8 by chance less than once in a thousand. */
const singleByte = /^(iso-?8859|latin|windows-?125|cp-?125|win-?125|koi8|macintosh|x-mac|ibm|cp-?8)/;

/** Characters beyond ASCII that a text needs, before it is taken for UTF-8 against what it claims. */
const enough = 2;

/**
 * The text of bytes, in pieces: a large body as one string would take several times its bytes.
 * @param claimed the charset that a header claims, if any
 * @param decode for charsets other than UTF-8 and Windows-1252
 */
export async function* textPieces(
  bytes: Buffer,
  claimed: string | undefined,
  decode: DecodeCharset,
): AsyncGenerator<string> {
  const charset = trueCharset(bytes, claimed);
  const known = charset === "utf-8" || charset === "windows-1252";
  // A decoder of multi-byte charsets that stumbles over UTF-8 was given the wrong name.
  if (known) yield* decodedPieces(charset, bytes);
  else if (isUtf8(bytes) && (await stumbles(decode(charset, bytes)))) yield* decodedPieces("utf-8", bytes);
  else yield* withoutMark(decode(charset, bytes));
}

/** The same as one string, for short texts. */
export async function readText(
  bytes: Buffer,
  claimed: string | undefined,
  decode: DecodeCharset,
): Promise<string> {
  let text = "";
  for await (const piece of textPieces(bytes, claimed, decode)) text += piece;
  return text;
}

const pieceBytes = 256 * 1024;

/** Bytes one piece after another. */
export function* slicesOf(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
}

/** Text in a charset of browsers, without a byte-order mark. */
function* decodedPieces(charset: string, bytes: Buffer): Generator<string> {
  const decoder = new TextDecoder(charset);
  for (const slice of slicesOf(bytes)) yield decoder.decode(slice, { stream: true });
  yield decoder.decode();
}

async function stumbles(pieces: AsyncIterable<string> | Iterable<string>): Promise<boolean> {
  for await (const piece of pieces) if (piece.includes("\ufffd")) return true;
  return false;
}

async function* withoutMark(pieces: AsyncIterable<string> | Iterable<string>): AsyncGenerator<string> {
  let first = true;
  for await (const piece of pieces) {
    yield first && piece.startsWith("\ufeff") ? piece.slice(1) : piece;
    first &&= piece === "";
  }
}

/** The charset that bytes are in, most probably. Names are lower case. */
export function trueCharset(bytes: Buffer, claimed: string | undefined): string {
  const name = (claimed ?? "")
    .trim()
    .replace(/^["']|["']$/g, "")
    .toLowerCase();
  const mark = marks.find(([start]) => bytes.subarray(0, start.length).equals(start));
  if (mark && (mark[1] !== "utf-8" || isUtf8(bytes))) return mark[1];
  if (unlikeAscii.test(name)) return name;
  const utf8 = isUtf8(bytes);
  if (/^(x-)?utf-?8/.test(name)) return utf8 || hasUtf8(bytes) ? "utf-8" : "windows-1252";
  if (western.test(name)) return utf8 ? "utf-8" : "windows-1252";
  if (singleByte.test(name) && utf8 && wideCharacters(bytes) >= enough) return "utf-8";
  return name;
}

/** Bytes as Windows-1252. Its five undefined bytes are the control characters of Latin-1. */
export const windows1252 = (bytes: Buffer): string => new TextDecoder("windows-1252").decode(bytes);

/** Header bytes as UTF-8: what is not valid UTF-8 is Windows-1252. */
export function utf8Header(line: Buffer): Buffer {
  const bare = line[0] === 0xef && line[1] === 0xbb && line[2] === 0xbf ? line.subarray(3) : line;
  return isUtf8(bare) ? bare : Buffer.from(windows1252(bare));
}

/** Whether damaged text has a valid character of several bytes, so that UTF-8 is still the better guess. */
function hasUtf8(bytes: Buffer): boolean {
  for (const piece of decodedPieces("utf-8", bytes)) if (/[^\0-\x7f\ufffd]/.test(piece)) return true;
  return false;
}

/** Counts the characters beyond ASCII in UTF-8. */
function wideCharacters(bytes: Buffer): number {
  let count = 0;
  for (const byte of bytes) if (byte >= 0xc2) count += 1;
  return count;
}
