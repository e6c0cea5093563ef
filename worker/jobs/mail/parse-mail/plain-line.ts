// Text a sender chose, made fit to be shown in one line: no control characters, no reordering, bounded.

/** Longest text of a header that is kept, in UTF-16 code units. */
export const longestText = 998;

/** Controls (line breaks and NUL among them), and the marks that change the direction of what follows. */
const unfit = /[\p{Cc}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]+/gu;

/** The text in one line, or nothing where nothing is left of it. */
export function plainLine(text: unknown, longest: number = longestText): string | undefined {
  if (typeof text !== "string") return undefined;
  // Cut first: what follows takes time by the length.
  const line = text
    .slice(0, longest * 4)
    .toWellFormed()
    .replace(unfit, " ")
    .trim();
  return line.slice(0, longest).toWellFormed() || undefined;
}
