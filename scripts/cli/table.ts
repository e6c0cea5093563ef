// Tables and columns of text for a terminal. Widths are in terminal cells, of which some characters take two and some none.
import stringWidth from "string-width";

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
