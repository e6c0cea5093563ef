// Lets mailparser pass runs of a body's lines on as they are. It looks at every line by itself, which took a third of the time of
// a large mail, although only a line that begins with two hyphens can be a delimiter (RFC 2046, 5.1.1).
import type { MimeNode } from "./mime-delimiters.ts";

type Done = (error?: Error | null) => void;

/** The part of mailparser's splitter that looks at lines. */
export type LineSplitter = {
  /** 2 in a body. */
  state: number;
  node: MimeNode;
  /** The line that is being read began in pieces that have been passed on. */
  pendingLineTruncated: boolean;
  takePendingLine: () => Buffer | false;
  appendPendingLine: (bytes: Buffer) => void;
  push: (piece: { type: "body"; node: MimeNode; value: Buffer }) => void;
  _transform: (chunk: Buffer, encoding: BufferEncoding, done: Done) => void;
};

const inBody = 2;
const [lineFeed, carriageReturn, blank, hyphen] = [0x0a, 0x0d, 0x20, 0x2d];

/** Bytes that the splitter takes line by line, at least, before a run is looked for again. */
const sliceBytes = 4 * 1024;

/** Makes a splitter pass runs of lines on. */
export function passRuns(splitter: LineSplitter): void {
  const byLines = splitter._transform.bind(splitter);
  splitter._transform = (chunk, encoding, done) => {
    const next = (bytes: Buffer) => {
      const left = afterRun(splitter, bytes);
      const slice = left.subarray(0, sliceLength(left));
      byLines(slice, encoding, (error) => {
        if (error || slice.length === left.length) done(error);
        else next(left.subarray(slice.length));
      });
    };
    next(chunk);
  };
}

/**
 * Where bytes may be cut: within an ordinary line. The splitter reads the line end before a cut together with the next line, and
 * would take some of them for other lines than in one piece.
 */
function sliceLength(bytes: Buffer): number {
  for (let at = bytes.indexOf(lineFeed, sliceBytes); at >= 0; at = bytes.indexOf(lineFeed, at + 1)) {
    const next = bytes[at + 1];
    if (next !== undefined && next > blank && next !== hyphen) return at + 2;
  }
  return bytes.length;
}

/** Passes the run at the start of bytes on, if there is one, and returns the bytes after it. */
function afterRun(splitter: LineSplitter, bytes: Buffer): Buffer {
  const { state, node, pendingLineTruncated } = splitter;
  const isBody = state === inBody && node.multipart === false && !pendingLineTruncated;
  if (!isBody || bytes.length < sliceBytes) return bytes;
  const pending = splitter.takePendingLine();
  // The pending line ends in these bytes. It is passed on by itself: to put it before the run would copy the run.
  const from = pending === false ? 0 : bytes.indexOf(lineFeed) + 1;
  const first = pending === false ? undefined : Buffer.concat([pending, bytes.subarray(0, from)]);
  const length = runLength(bytes.subarray(from));
  if (length === 0 || (first !== undefined && (from === 0 || firstMark(first) !== undefined))) {
    if (pending !== false) splitter.appendPendingLine(pending);
    return bytes;
  }
  if (first !== undefined) splitter.push({ type: "body", node, value: first });
  splitter.push({ type: "body", node, value: bytes.subarray(from, from + length) });
  return bytes.subarray(from + length);
}

/**
 * The length of a run of whole lines without any that may be a delimiter. A line that is not empty stays behind it: the line end
 * before a delimiter belongs to the delimiter, so the splitter has to see both.
 */
export function runLength(bytes: Buffer): number {
  for (let end = firstMark(bytes) ?? bytes.lastIndexOf(lineFeed) + 1; end > 1; ) {
    const start = bytes.lastIndexOf(lineFeed, end - 2) + 1;
    if (end - start > 2 || (end - start === 2 && bytes[start] !== carriageReturn)) return start;
    end = start;
  }
  return 0;
}

const [hyphens, mark, oddMark] = ["--", "\n--", "\n\r--"].map((text) => Buffer.from(text)) as [
  Buffer,
  Buffer,
  Buffer,
];

/** Where the first line starts that may be a delimiter. The splitter takes a carriage return before one for a line end. */
function firstMark(bytes: Buffer): number | undefined {
  const first = bytes.indexOf(hyphens);
  if (first < 0) return undefined;
  if (first === 0 || (first === 1 && bytes[0] === carriageReturn)) return 0;
  const found = [mark, oddMark].map((each) => bytes.indexOf(each, Math.max(0, first - 2)));
  const starts = found.filter((at) => at >= 0).map((at) => at + 1);
  return starts.length === 0 ? undefined : Math.min(...starts);
}
