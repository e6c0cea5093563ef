// Text of strangers made fit for a terminal: nothing in it moves the cursor, changes colours or turns the reading
// direction. Widths are those of a terminal's cells.
import stringWidth from "string-width";

/**
 * Controls but tab and line feed, marks of direction (also those nobody sees), separators a terminal may take for line
 * ends, and tag characters.
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

/** The longest start that fits into so many cells, with an ellipsis where something is missing. */
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

/** Filled with blanks up to so many cells. */
export function padToWidth(text: string, cells: number): string {
  return text + " ".repeat(Math.max(0, cells - stringWidth(text)));
}

/** Rows under their heads, columns as wide as they must be; the last takes what is left of `width`. */
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
