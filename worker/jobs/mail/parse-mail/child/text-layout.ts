// Lays out text in blocks, with white space as a browser shows it.

/** Collects text. Positions never go back, so a layout of any size takes time in proportion to it. */
export type Layout = {
  /** Text in which white space is one blank. */
  flow: (text: string) => void;
  /** Text that is kept as it is. */
  verbatim: (text: string) => void;
  /** Makes sure that the next text is on a new line, after an empty one for 2. */
  breakLine: (lines: 1 | 2) => void;
  /** A line break of the author's own. */
  newLine: () => void;
  /** A blank between this text and the next on the same line. */
  blank: () => void;
  /** The text so far, for those who ask what was added since. */
  size: () => number;
  since: (size: number) => string;
  text: () => string;
};

/** The most line ends in a row: two empty lines would say no more than one. */
const mostLineEnds = 2;

/** Creates an empty layout. */
export function createLayout(): Layout {
  const pieces: string[] = [];
  /** Line ends that are due before the next text, and whether a blank is. */
  let [due, spaced, empty] = [0, false, true];
  const put = (text: string) => {
    if (text === "") return;
    if (!empty && due > 0) pieces.push("\n".repeat(due));
    else if (!empty && spaced) pieces.push(" ");
    [due, spaced, empty] = [0, false, false];
    pieces.push(text);
  };
  return {
    flow: (text) => {
      const words = text.replace(/[ \t\r\n\f]+/g, " ");
      if (words.startsWith(" ")) spaced = true;
      put(words.replace(/^ | $/g, "").replaceAll("\u00a0", " "));
      if (words.endsWith(" ")) spaced = true;
    },
    verbatim: (text) => {
      for (const [index, line] of text.split(/\r?\n/).entries()) {
        if (index > 0) due = Math.min(mostLineEnds, due + 1);
        put(line);
      }
    },
    breakLine: (lines) => {
      due = Math.max(due, lines);
    },
    newLine: () => {
      due = Math.min(mostLineEnds, due + 1);
    },
    blank: () => {
      spaced = true;
    },
    size: () => pieces.length,
    since: (size) => pieces.slice(size).join("").trim(),
    text: () =>
      pieces
        .join("")
        .split("\n")
        .map((line) => line.trimEnd())
        .join("\n")
        .replace(/\n{3,}/g, "\n\n")
        .trim(),
  };
}
