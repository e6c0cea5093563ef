// Makes readable text from an HTML body in one pass. It builds no tree, so deep nesting costs nothing.

/** Characters that are read. The rest of a longer body is left out; the HTML part itself is kept whole. */
export const maxHtmlLength = 2 * 1024 ** 2;

const blocks = new Set(
  "address article blockquote br dd div dl dt footer h1 h2 h3 h4 h5 h6 header hr li ol p pre section table tr ul".split(
    " ",
  ),
);
/** Elements whose content readers never see. */
const hidden = new Set(["script", "style", "head", "title", "template", "noscript"]);
const named: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: " ",
  shy: "",
  hellip: "\u2026",
  mdash: "\u2014",
  ndash: "\u2013",
  lsquo: "\u2018",
  rsquo: "\u2019",
  ldquo: "\u201c",
  rdquo: "\u201d",
};

/** The text of an HTML body: one line per block, with white space as a browser shows it. */
export function htmlText(html: string): string {
  const source = html.slice(0, maxHtmlLength);
  const lower = source.toLowerCase();
  const pieces: string[] = [];
  let at = 0;
  while (at < source.length) {
    const open = source.indexOf("<", at);
    const end = open < 0 ? source.length : open;
    pieces.push(source.slice(at, end).replace(/[ \t\r\n\f]+/g, " "));
    if (open < 0) break;
    at = skipMarkup(lower, open, pieces);
  }
  return decodeEntities(pieces.join(""))
    .replace(/ *\n */g, "\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}

/** Skips the markup that begins at `open`. Returns the index at which text continues. */
function skipMarkup(lower: string, open: number, pieces: string[]): number {
  const after = (mark: string, from: number) => {
    const found = lower.indexOf(mark, from);
    return found < 0 ? lower.length : found + mark.length;
  };
  if (lower.startsWith("<!--", open)) return after("-->", open + 4);
  const [, name] = /^<\/?([a-z][a-z0-9]{0,20})?/.exec(lower.slice(open, open + 24)) ?? [];
  if (name === undefined && !/[!?/]/.test(lower[open + 1] ?? "")) {
    pieces.push("<");
    return open + 1;
  }
  if (name !== undefined && blocks.has(name)) pieces.push("\n");
  if (name === "li" && lower[open + 1] !== "/") pieces.push("- ");
  if (name === "td" || name === "th") pieces.push(" ");
  const closed = after(">", open);
  if (name === undefined || !hidden.has(name) || lower[open + 1] === "/") return closed;
  const ending = lower.indexOf(`</${name}`, closed);
  return ending < 0 ? lower.length : after(">", ending);
}

function decodeEntities(text: string): string {
  return text.replace(
    /&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([a-zA-Z]{2,8}));/g,
    (whole, decimal, hex, name) => {
      if (name !== undefined) return named[name] ?? whole;
      const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
      const character = code > 0x1f && code <= 0x10ffff ? String.fromCodePoint(code) : " ";
      return character.toWellFormed();
    },
  );
}
