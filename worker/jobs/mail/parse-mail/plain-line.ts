// Makes text that a sender chose safe to show in one line: bounded, without control characters or direction marks.

/** The longest header text that is kept, in UTF-16 code units. */
export const maxTextLength = 998;

/** Control characters (line breaks and NUL included) and the marks that change the direction of text. */
const unsafe = /[\p{Cc}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]+/gu;

/** The text as one line of at most `maxLength` UTF-16 code units; undefined when nothing is left. */
export function plainLine(text: unknown, maxLength: number = maxTextLength): string | undefined {
  if (typeof text !== "string") return undefined;
  // Cut first: the steps below take time in proportion to the length.
  const line = text
    .slice(0, maxLength * 4)
    .toWellFormed()
    .replace(unsafe, " ")
    .trim();
  return line.slice(0, maxLength).toWellFormed() || undefined;
}

/** The longest start of the text that fits into `maxBytes` bytes of UTF-8 without splitting a character. */
export function truncateUtf8(text: string, maxBytes: number): string {
  if (Buffer.byteLength(text) <= maxBytes) return text;
  let end = 0;
  let bytes = 0;
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > maxBytes) break;
    end += character.length;
  }
  return text.slice(0, end);
}
