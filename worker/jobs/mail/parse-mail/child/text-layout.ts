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
  /** The place where the text is, and what was added since; undefined when that is much. */
  mark: () => Mark;
  since: (mark: Mark) => string | undefined;
  text: () => string;
};

/** A place in the text: how much was finished by then, and how many pieces were not. */
export type Mark = { finished: number; pieces: number };

/** Pieces that are kept before they are joined. */
const mostPieces = 4096;

/** The most line ends in a row: two empty lines would say no more than one. */
const mostLineEnds = 2;

/** Creates an empty layout. */
export function createLayout(): Layout {
  const finished: string[] = [];
  let pieces: string[] = [];
  /** Line ends that are due before the next text, and whether a blank is. */
  let [due, spaced, empty] = [0, false, true];
  const put = (text: string) => {
    if (text === "") return;
    if (due > 0 && pieces.length > mostPieces) {
      finished.push(tidy(pieces.join("")));
      pieces = [];
    }
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
    mark: () => ({ finished: finished.length, pieces: pieces.length }),
    since: (mark) =>
      mark.finished === finished.length ? pieces.slice(mark.pieces).join("").trim() : undefined,
    text: () => (finished.join("") + tidy(pieces.join(""))).trim(),
  };
}

/** Takes off blanks at the ends of lines, and empty lines in a row. */
const tidy = (text: string): string =>
  text
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n")
    .replace(/\n{3,}/g, "\n\n");
