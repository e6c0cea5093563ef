// A picture's name as it may be written on a sheet. Names come from whoever uploaded the picture: nothing in them may
// turn the writing's direction, leave its line, or be taken for markup.

/** Longer names are cut before anything is measured. */
const longestName = 80;

/** Marks a base character may carry; more would climb out of the line. */
const mostMarks = 2;

const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });

/** Characters as a person counts them. */
export function graphemes(text: string): string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

/** The name as one plain line: composed, no controls, no invisible or unassigned characters. */
export function plainName(name: string): string {
  const visible = name
    .normalize("NFC")
    .replace(/[\p{Cc}\p{Cs}\p{Cn}\p{Co}\p{Zl}\p{Zp}]/gu, "\u00b7")
    .replace(/[\p{Cf}\u115f\u1160\u3164\uffa0]/gu, "")
    .replace(/\s+/gu, " ")
    .trim();
  const bounded = graphemes(visible).map((each) =>
    Array.from(each)
      .slice(0, 1 + mostMarks)
      .join(""),
  );
  return shortened(bounded, longestName) || "(no name)";
}

/** The characters with their middle left out, so that at most `count` are left; the end, where a name's type is, stays. */
export function shortened(characters: readonly string[], count: number): string {
  if (characters.length <= count) return characters.join("");
  const kept = Math.max(0, count - 1);
  const tail = Math.floor(kept * 0.4);
  return [...characters.slice(0, kept - tail), "…", ...characters.slice(characters.length - tail)].join("");
}

/** The text with nothing left that Pango takes for markup. */
export function escapeMarkup(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
