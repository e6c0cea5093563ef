// Joins the lines of text in format=flowed (RFC 3676), piece by piece.

/** A line longer than this is read in parts: programs that flow text write short ones. */
const longLine = 64 * 1024;

/** What the next line follows. */
type Paragraph = { depth: number; empty: boolean };

/** The text with its soft line breaks removed. @param deleteSpaces DelSp=yes: the blank of a soft line break goes, too */
export async function* unflowed(
  pieces: AsyncIterable<string>,
  deleteSpaces: boolean,
): AsyncGenerator<string> {
  const joiner = createJoiner(deleteSpaces);
  let held = "";
  for await (const piece of pieces) {
    const lines = (held + piece).split("\n");
    held = lines.pop() ?? "";
    let out = lines.map((line) => joiner.line(line)).join("");
    if (held.length > longLine) {
      out += joiner.part(held.slice(0, -1));
      held = held.slice(-1);
    }
    yield out;
  }
  yield joiner.line(held);
}

/** Writes lines behind one another. `part` takes the beginning of a line whose rest comes later. */
function createJoiner(deleteSpaces: boolean) {
  let open: Paragraph | undefined;
  let begun = false;
  let inLine = false;
  const start = (depth: number): string => {
    const lineEnd = begun ? "\n" : "";
    begun = true;
    open = { depth, empty: true };
    return lineEnd + ">".repeat(depth);
  };
  const add = (text: string): string => {
    if (open === undefined || text === "") return "";
    const blank = open.empty && open.depth > 0 ? " " : "";
    open.empty = false;
    return blank + text;
  };
  const beginning = (line: string): { out: string; text: string } => {
    if (inLine) return { out: "", text: line };
    const { depth, text } = read(line);
    // A paragraph ends where the quoting changes (RFC 3676, 4.5), and before a signature.
    const ends = open === undefined || open.depth !== depth || text === "-- ";
    return { out: ends ? start(depth) : "", text };
  };
  return {
    part: (given: string): string => {
      const { out, text } = beginning(given);
      inLine = true;
      return out + add(text);
    },
    line: (given: string): string => {
      const { out, text } = beginning(given);
      const soft = text.endsWith(" ") && (inLine || text !== "-- ");
      inLine = false;
      const written = out + add(soft && deleteSpaces ? text.slice(0, -1) : text);
      if (!soft) open = undefined;
      return written;
    },
  };
}

/** Takes off the marks of quotes, then the blank that was put before certain lines (RFC 3676, 4.4). */
function read(line: string): { depth: number; text: string } {
  let depth = 0;
  while (line[depth] === ">") depth += 1;
  return { depth, text: line.slice(line[depth] === " " ? depth + 1 : depth) };
}
