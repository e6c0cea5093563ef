// Makes text of strangers harmless for a terminal, so that it cannot move the cursor, change colours or turn the reading
// direction. Also tables; widths are in terminal cells.
import stringWidth from "string-width";

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

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** The longest beginning that fits into `cells`, with an ellipsis where something is missing. */
export function cutToWidth(text: string, cells: number): string {
  if (stringWidth(text) <= cells) return text;
  let kept = "";
  let used = 0;
  for (const { segment } of graphemes.segment(text)) {
    const width = stringWidth(segment);
    if (used + width > cells - 1) break;
    kept += segment;
    used += width;
  }
  return `${kept}…`;
}

/** The text padded with blanks to `cells`. */
export function padToWidth(text: string, cells: number): string {
  return text + " ".repeat(Math.max(0, cells - stringWidth(text)));
}

/** Rows under their heads. Columns are as wide as needed, at most 30 cells; the last gets the rest of `width`. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[], width: number): string {
  const gap = 2;
  const most = 30;
  const widths = heads.map((head, column) =>
    Math.min(most, Math.max(stringWidth(head), ...rows.map((row) => stringWidth(row[column] ?? "")))),
  );
  const others = widths.slice(0, -1).reduce((sum, cells) => sum + cells + gap, 0);
  widths[widths.length - 1] = Math.max(10, width - others);
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => {
        const limit = widths[column] ?? most;
        return padToWidth(cutToWidth(cell, limit), column === cells.length - 1 ? 0 : limit);
      })
      .join(" ".repeat(gap))
      .trimEnd();
  return [heads, ...rows].map(line).join("\n");
}
