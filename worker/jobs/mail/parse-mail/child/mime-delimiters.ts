// Makes mailparser read the delimiters between parts as leniently as RFC 2046 asks (5.1.1, 5.1.2): blanks may follow a
// delimiter, and the delimiter of an outer multipart ends every inner one whose own closing delimiter is missing.
import type { Transform } from "node:stream";

/** A node of the MIME tree in mailparser's splitter. */
export type MimeNode = {
  type: "node";
  parentNode: MimeNode | false;
  multipart: string | false;
  contentType: string | false;
  encoding: string | false;
  filename: string | false;
  charset: string | false;
  flowed: boolean;
  delSp: boolean;
  /** False until the header is complete. */
  headers: { get: (name: string) => unknown[] } | false;
  parseHeaders: () => void;
  getDecoder: () => Transform;
  _headerlen: number;
  _boundary: Buffer | false;
  _parentBoundary: Buffer | false;
  _parentBoundaryOwner: MimeNode | false;
};

/** What a line is compared with a delimiter: false for none, 1 for the start of the next part, 2 for the end. */
type Delimits = false | 1 | 2;

/** The same for a whole line: 1 and 2 for the node itself, 3 and 4 for its parent. */
type Boundary = Delimits | 3 | 4;

/** The part of mailparser's splitter that handles delimiters. */
export type Splitter = {
  node: MimeNode;
  inEpilogue: boolean;
  compareBoundary: (line: Buffer, start: number, boundary: Buffer) => Delimits;
  checkBoundary: (line: Buffer) => Boundary;
  push: (piece: MimeNode) => void;
};

const [lineFeed, carriageReturn, blank, tab, hyphen] = [0x0a, 0x0d, 0x20, 0x09, 0x2d];

/** Blanks that may follow a delimiter. */
const maxPadding = 200;

/** Nested multiparts without closing delimiter that are recognised at once. */
const maxUnclosed = 20;

/** Makes a splitter recognise the delimiters that it overlooks. */
export function lenientDelimiters(splitter: Splitter): void {
  const compare = splitter.compareBoundary.bind(splitter);
  splitter.compareBoundary = (line, start, boundary) =>
    compare(line, start, boundary) ||
    compare(withoutPadding(line, start + 2 + boundary.length), start, boundary);
  const check = splitter.checkBoundary.bind(splitter);
  splitter.checkBoundary = (line) => check(line) || endsOuter(splitter, line);
}

function withoutPadding(line: Buffer, minLength: number): Buffer {
  if (line.length < minLength || line.length > minLength + maxPadding) return line;
  let end = line.length;
  while (end > minLength && (line[end - 1] === lineFeed || line[end - 1] === carriageReturn)) end -= 1;
  const lineEnd = line.subarray(end);
  const before = end;
  while (end > minLength && (line[end - 1] === blank || line[end - 1] === tab)) end -= 1;
  return end === before ? line : Buffer.concat([line.subarray(0, end), lineEnd]);
}

/** Whether the line is the delimiter of an outer multipart. If so, all nodes in between end. */
function endsOuter(splitter: Splitter, line: Buffer): Boundary {
  const start = startOf(line);
  if (line[start] !== hyphen || line[start + 1] !== hyphen) return false;
  let inner = splitter.node._parentBoundaryOwner;
  for (let level = 0; inner !== false && level < maxUnclosed; level += 1) {
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

/** The index of the first character. The line end of the previous line may come before it. */
function startOf(line: Buffer): number {
  const first = line[0] === carriageReturn ? 1 : 0;
  return line[first] === lineFeed ? first + 1 : first;
}

/**
 * The bytes before the first delimiter of the node or of an outer one. The line end before a delimiter belongs to the
 * delimiter; the last line end of the mail stays.
 */
export function withoutDelimiters(bytes: Buffer, node: MimeNode): Buffer {
  let end = bytes.length;
  const text = bytes.toString("latin1");
  for (let each: MimeNode | false = node; each !== false; each = each.parentNode) {
    if (each._boundary === false) continue;
    const mark = escapePattern(each._boundary.toString("latin1"));
    const at = new RegExp(`(?:^|\\r?\\n)--${mark}(?:--)?[ \\t]*(?:\\r?\\n|$)`).exec(text)?.index;
    if (at !== undefined) end = Math.min(end, at);
  }
  const endsByDelimiter = end < bytes.length || node.parentNode !== false;
  return endsByDelimiter ? bytes.subarray(0, text.slice(0, end).replace(/\r?\n$/, "").length) : bytes;
}

/** A pattern that matches exactly this text. */
function escapePattern(text: string): string {
  return text.replace(
    /[^A-Za-z0-9]/g,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
}
