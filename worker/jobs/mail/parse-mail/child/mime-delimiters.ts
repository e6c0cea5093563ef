// The delimiters between the parts of a mail, read as leniently as RFC 2046 asks for (5.1.1, 5.1.2): blanks may follow one,
// and one of an outer multipart ends every inner one, also where their own closing delimiters are missing.

/** A node of the MIME tree as mailparser's splitter has it. */
export type MimeNode = {
  type: "node";
  parentNode: MimeNode | false;
  multipart: string | false;
  contentType: string | false;
  encoding: string | false;
  filename: string | false;
  /** False until they are complete. */
  headers: { get: (name: string) => unknown[] } | false;
  parseHeaders: () => void;
  _headerlen: number;
  _boundary: Buffer | false;
  _parentBoundary: Buffer | false;
  _parentBoundaryOwner: MimeNode | false;
};

/** The result of a line's comparison with a delimiter: none, the next part, the end. */
type Delimits = false | 1 | 2;

/** The same for a whole line: of the node itself 1 and 2, of its parent 3 and 4. */
type Boundary = Delimits | 3 | 4;

/** The part of mailparser's splitter that knows delimiters. */
export type Splitter = {
  node: MimeNode;
  inEpilogue: boolean;
  compareBoundary: (line: Buffer, start: number, boundary: Buffer) => Delimits;
  checkBoundary: (line: Buffer) => Boundary;
  push: (piece: MimeNode) => void;
};

const [lineFeed, carriageReturn, blank, tab, hyphen] = [0x0a, 0x0d, 0x20, 0x09, 0x2d];

/** So many blanks after a delimiter are borne with. */
const longestPadding = 200;

/** So many multiparts may lack their ends at once. */
const mostUnended = 20;

/** Makes a splitter see what it overlooks. */
export function lenientDelimiters(splitter: Splitter): void {
  const compare = splitter.compareBoundary.bind(splitter);
  splitter.compareBoundary = (line, start, boundary) =>
    compare(line, start, boundary) ||
    compare(withoutPadding(line, start + 2 + boundary.length), start, boundary);
  const check = splitter.checkBoundary.bind(splitter);
  splitter.checkBoundary = (line) => check(line) || endsOuter(splitter, line);
}

function withoutPadding(line: Buffer, least: number): Buffer {
  if (line.length < least || line.length > least + longestPadding) return line;
  let end = line.length;
  while (end > least && (line[end - 1] === lineFeed || line[end - 1] === carriageReturn)) end -= 1;
  const lineEnd = line.subarray(end);
  const before = end;
  while (end > least && (line[end - 1] === blank || line[end - 1] === tab)) end -= 1;
  return end === before ? line : Buffer.concat([line.subarray(0, end), lineEnd]);
}

/** Whether the line is a delimiter of a multipart further out; the nodes in between end then. */
function endsOuter(splitter: Splitter, line: Buffer): Boundary {
  const start = startOf(line);
  if (line[start] !== hyphen || line[start + 1] !== hyphen) return false;
  let inner = splitter.node._parentBoundaryOwner;
  for (let level = 0; inner !== false && level < mostUnended; level += 1) {
    const outer = inner._parentBoundary;
    const found = outer !== false && splitter.compareBoundary(line, start, outer);
    if (found) {
      const { node } = splitter;
      if (node._headerlen > 0 && node.headers === false) {
        node.parseHeaders();
        splitter.push(node);
      }
      splitter.node = inner;
      return found === 1 ? 3 : 4;
    }
    inner = inner._parentBoundaryOwner;
  }
  return false;
}

/** The line end of the line before may stand in front. */
function startOf(line: Buffer): number {
  const first = line[0] === carriageReturn ? 1 : 0;
  return line[first] === lineFeed ? first + 1 : first;
}

/**
 * The bytes before the first line that is a delimiter of the node or of one further out. The line end before a delimiter
 * belongs to it; the mail's own last line end stays.
 */
export function withoutDelimiters(bytes: Buffer, node: MimeNode): Buffer {
  let end = bytes.length;
  const text = bytes.toString("latin1");
  for (let each: MimeNode | false = node; each !== false; each = each.parentNode) {
    if (each._boundary === false) continue;
    const mark = literally(each._boundary.toString("latin1"));
    const at = new RegExp(`(?:^|\\r?\\n)--${mark}(?:--)?[ \\t]*(?:\\r?\\n|$)`).exec(text)?.index;
    if (at !== undefined) end = Math.min(end, at);
  }
  const endsByDelimiter = end < bytes.length || node.parentNode !== false;
  return endsByDelimiter ? bytes.subarray(0, text.slice(0, end).replace(/\r?\n$/, "").length) : bytes;
}

/** A pattern that matches just this text. */
function literally(text: string): string {
  return text.replace(
    /[^A-Za-z0-9]/g,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
}
