// Makes a picture's name safe to write on a sheet. Names come from the uploader: nothing in them may change the text's
// direction, leave the line, or be read as markup.

/** Longer names are shortened before they are measured, in graphemes. */
const maxNameLength = 80;

/** Combining marks kept per base character. More of them would grow out of the line. */
const maxMarks = 2;

const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });

/** The characters of a text as a person counts them. */
export function splitGraphemes(text: string): string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

/** The name as one plain line: normalised, without control, invisible or unassigned characters. */
export function plainName(name: string): string {
  const visible = name
    .normalize("NFC")
    .replace(/[\p{Cc}\p{Cs}\p{Cn}\p{Co}\p{Zl}\p{Zp}]/gu, "\u00b7")
    .replace(/[\p{Cf}\u115f\u1160\u3164\uffa0]/gu, "")
    .replace(/\s+/gu, " ")
    .trim();
  const bounded = splitGraphemes(visible).map((each) =>
    Array.from(each)
      .slice(0, 1 + maxMarks)
      .join(""),
  );
  return shorten(bounded, maxNameLength) || "(no name)";
}

/** Leaves out the middle, so that at most `count` characters remain. The end stays, because it holds the file type. */
export function shorten(characters: readonly string[], count: number): string {
  if (characters.length <= count) return characters.join("");
  const kept = Math.max(0, count - 1);
  const tail = Math.floor(kept * 0.4);
  return [...characters.slice(0, kept - tail), "…", ...characters.slice(characters.length - tail)].join("");
}

/** Escapes everything that Pango reads as markup. */
export function escapeMarkup(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
