// Adds to mailparser's charsets: UTF-7, which it refuses because markup in it can pass a filter of the encoded bytes (there
// is no such filter here: decoded text is handled as text only), and encoded words that claim the wrong charset.
import { Readable, type Transform } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import iconv from "iconv-lite";
import { slicesOf, trueCharset, windows1252 } from "./charset.ts";

/** The part of libmime that decodes encoded words (RFC 2047), one at a time. */
export type WordDecoder = {
  decodeWord: (charset: string, encoding: string, text: string) => string;
};

/** The parts of mailparser that decode charsets. */
export type CharsetDecoder = {
  decoder: { decodeStream: (charset: string) => Transform };
  libmime: WordDecoder;
};

const isUtf7 = (charset: string): boolean => /^(unicode-?1-?1-?)?utf-?7(\*|$)/i.test(charset.trim());

/** Decodes the bytes of a body, piece by piece. An unknown charset is read as UTF-8. */
export async function* decodeCharset(
  { decoder }: CharsetDecoder,
  charset: string,
  bytes: Buffer,
): AsyncGenerator<string> {
  if (isUtf7(charset)) {
    const utf7 = iconv.getDecoder("utf-7");
    for (const slice of slicesOf(bytes)) yield utf7.write(slice);
    yield utf7.end() ?? "";
    return;
  }
  const decoded = Readable.from(slicesOf(bytes), { objectMode: false }).pipe(decoder.decodeStream(charset));
  const utf8 = new StringDecoder("utf8");
  for await (const chunk of decoded as AsyncIterable<Buffer | string>)
    yield typeof chunk === "string" ? chunk : utf8.write(chunk);
  yield utf8.end();
}

/** Makes encoded words readable whatever charset they claim. */
export function readCharsets(_: CharsetDecoder, libmime: WordDecoder): void {
  const decodeWord = libmime.decodeWord.bind(libmime);
  libmime.decodeWord = (claimed, encoding, text) => {
    const name = claimed.split("*")[0] ?? "";
    // The decoder of this name gives each byte back unchanged, as Latin-1.
    const bytes = Buffer.from(decodeWord("binary", encoding, text), "latin1");
    if (isUtf7(name)) return iconv.decode(bytes, "utf-7");
    const charset = trueCharset(bytes, name);
    if (charset === "utf-8") return bytes.toString("utf8").replace(/^\ufeff/, "");
    return charset === "windows-1252" ? windows1252(bytes) : decodeWord(charset, encoding, text);
  };
}
