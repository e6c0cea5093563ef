// Makes text of strangers harmless for a terminal, so that it cannot move the cursor, change colours or turn the reading
// direction.

/**
 * Control characters, visible and invisible direction marks, separators that a terminal may treat as line ends, and tag
 * characters.
 */
const unfit =
  /[\p{Cc}\p{Cs}\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

/** The text with every such character shown as U+FFFD; line ends become line feeds. */
export function visible(text: string): string {
  return text
    .replace(/\r\n?/g, "\n")
    .toWellFormed()
    .replace(unfit, (character) => (character === "\n" || character === "\t" ? character : "\ufffd"));
}

/** The same in one line. */
export function visibleLine(text: string): string {
  return visible(text).replace(/[\n\t]+/g, " ");
}
