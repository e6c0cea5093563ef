// Reads UTF-7, which mailparser refuses because markup in it can pass a filter of the encoded bytes. There is no such
// filter here: the decoded text is handled as text only.
import type { Transform } from "node:stream";
import iconv from "iconv-lite";

/** The parts of mailparser that decode charsets: bodies as streams, header words one at a time. */
export type CharsetDecoder = {
  decoder: { decodeStream: (charset: string) => Transform };
  libmime: { decodeWord: (charset: string, encoding: string, text: string) => string };
};

const isUtf7 = (charset: string): boolean => /^(unicode-?1-?1-?)?utf-?7(\*|$)/i.test(charset.trim());

/** Makes a parser read UTF-7 in bodies and in encoded words of headers. */
export function readUtf7(parser: CharsetDecoder): void {
  const { decoder, libmime } = parser;
  const decodeStream = decoder.decodeStream.bind(decoder);
  const decodeWord = libmime.decodeWord.bind(libmime);
  decoder.decodeStream = (charset) =>
    isUtf7(charset) ? (iconv.decodeStream("utf-7") as unknown as Transform) : decodeStream(charset);
  libmime.decodeWord = (charset, encoding, text) =>
    isUtf7(charset)
      ? iconv.decode(Buffer.from(decodeWord("iso-8859-1", encoding, text), "latin1"), "utf-7")
      : decodeWord(charset, encoding, text);
}
