// Joins the lines of text in format=flowed (RFC 3676).

type Line = { depth: number; text: string };

/**
 * The text with its soft line breaks removed. Quotes keep a mark for each level.
 * @param deleteSpaces DelSp=yes: the blank of a soft line break goes, too
 */
export function unflow(text: string, deleteSpaces: boolean): string {
  const lines: string[] = [];
  let open: { depth: number; pieces: string[] } | undefined;
  const close = () => {
    if (open !== undefined) lines.push(marked(open.depth, open.pieces.join("")));
    open = undefined;
  };
  for (const { depth, text: line } of text.split(/\r?\n/).map(read)) {
    // A paragraph ends where the quoting changes (RFC 3676, 4.5).
    if (open !== undefined && open.depth !== depth) close();
    const signature = line === "-- ";
    if (signature) close();
    const soft = line.endsWith(" ") && !signature;
    const kept = soft && deleteSpaces ? line.slice(0, -1) : line;
    open ??= { depth, pieces: [] };
    open.pieces.push(kept);
    if (!soft) close();
  }
  close();
  return lines.join("\n");
}

/** Takes off the marks of quotes, then the blank that was put before certain lines (RFC 3676, 4.4). */
function read(line: string): Line {
  let depth = 0;
  while (line[depth] === ">") depth += 1;
  return { depth, text: line.slice(line[depth] === " " ? depth + 1 : depth) };
}

const marked = (depth: number, text: string): string =>
  depth === 0 ? text : `${">".repeat(depth)}${text === "" ? "" : " "}${text}`;
