// Repairs the bytes of a mail before they are parsed: removes what stands before the first header (a byte-order mark, empty
// lines, the separator of a mailbox), also behind the lines that a mail server put in front of it, separates words without a
// header from what is in front of them, and turns carriage returns into line feeds in a mail that has no line feed.

const [lineFeed, carriageReturn, blank, tab] = [10, 13, 32, 9];
/** Bytes that are searched for a line feed and for the first header. */
const lookaheadBytes = 64 * 1024;

/**
 * Repairs a mail chunk by chunk. A mail that needs no repair passes unchanged.
 * @param mayLackHeader words without any header are the body; otherwise they are no mail
 */
export function* repairMail(chunks: Iterable<Buffer>, mayLackHeader: boolean): Generator<Buffer> {
  let start: Buffer | undefined = Buffer.alloc(0);
  let bare = false;
  for (const chunk of chunks) {
    if (start === undefined) {
      yield bare ? withLineFeeds(chunk) : chunk;
      continue;
    }
    start = Buffer.concat([start, chunk]);
    if (start.length < lookaheadBytes) continue;
    bare = hasOnlyReturns(start);
    yield repairStart(start, bare, mayLackHeader);
    start = undefined;
  }
  if (start !== undefined) yield repairStart(start, hasOnlyReturns(start), mayLackHeader);
}

const hasOnlyReturns = (start: Buffer) => !start.includes(lineFeed) && start.includes(carriageReturn);

function repairStart(start: Buffer, bare: boolean, mayLackHeader: boolean): Buffer {
  const lines = withoutJunk(bare ? withLineFeeds(start) : start);
  const trace = traceLength(lines);
  if (trace === 0) return mayLackHeader ? withSeparator(lines) : lines;
  const rest = withoutJunk(lines.subarray(trace));
  return headerBegins(rest) ? Buffer.concat([lines.subarray(0, trace), rest]) : lines;
}

/** Puts an empty line in front of words that have no header, or only what mail servers put there. */
function withSeparator(bytes: Buffer): Buffer {
  const [block = ""] = bytes.toString("latin1", 0, headerShown).split(/\r?\n\r?\n/, 1);
  const lines = block.split("\n");
  const isTrace = (line: string, index: number) =>
    traceField.test(line) || (index > 0 && /^[ \t]/.test(line));
  const first = lines.findIndex((line, index) => !isTrace(line, index));
  if (first < 0 || lines.slice(first).some((line) => line.trim() === "" || field.test(line))) return bytes;
  const at = lines.slice(0, first).join("\n").length + Math.min(1, first);
  return Buffer.concat([bytes.subarray(0, at), Buffer.from("\r\n"), bytes.subarray(at)]);
}

/** Fields that people's mails have, of which a header has at least one. */
const usual =
  /^(from|to|cc|subject|date|message-id|mime-version|content-type|sender|reply-to|received|return-path|delivered-to|x-mailer|user-agent):/i;

const field = /^[!-9;-~]+[ \t]*:/;

/** Bytes in which a header shows that it is one. */
export const headerShown = 8 * 1024;

/** Whether bytes begin with a header: a field, and a usual one among the fields up to the first empty line. */
export function headerBegins(bytes: Buffer): boolean {
  const [header = ""] = bytes.toString("latin1", 0, headerShown).split(/\r?\n\r?\n/, 1);
  const lines = header.split(/\r?\n/);
  return field.test(lines[0] ?? "") && lines.some((line) => usual.test(line));
}

/** Removes what is not part of the mail, as long as a header follows; otherwise only a mailbox's separator. */
function withoutJunk(bytes: Buffer): Buffer {
  let rest = bytes;
  for (let length = junkLength(rest); length > 0; length = junkLength(rest)) rest = rest.subarray(length);
  return rest === bytes || headerBegins(rest) ? rest : withoutSeparator(bytes);
}

const withoutSeparator = (bytes: Buffer) => bytes.subarray(separatorLength(bytes));

function junkLength(bytes: Buffer): number {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 3;
  return separatorLength(bytes) || emptyLength(bytes);
}

/** The length of the line that separates mails in a mailbox. */
function separatorLength(bytes: Buffer): number {
  if (!/^>?From /.test(bytes.subarray(0, 6).toString("latin1"))) return 0;
  const end = bytes.indexOf(lineFeed);
  return end < 0 ? 0 : end + 1;
}

/** The length of a line without any text. */
function emptyLength(bytes: Buffer): number {
  let end = 0;
  while (bytes[end] === blank || bytes[end] === tab || bytes[end] === carriageReturn) end += 1;
  return bytes[end] === lineFeed ? end + 1 : 0;
}

/** Fields that mail servers put in front of what they receive. */
const traceField =
  /^(return-path|received|x-received|delivered-to|x-original-to|envelope-to|x-envelope-[a-z]+|authentication-results|received-spf|arc-[a-z-]+|x-ses-[a-z-]+)[ \t]*:/i;

/** The length of a header that holds nothing but such fields, without the empty line at its end; 0 for any other. */
function traceLength(bytes: Buffer): number {
  const text = bytes.toString("latin1");
  const end = /\r?\n(?=\r?\n)/.exec(text);
  if (end === null) return 0;
  const lines = text.slice(0, end.index).split(/\r?\n/);
  const all = lines.every((line, index) => traceField.test(line) || (index > 0 && /^[ \t]/.test(line)));
  return all ? end.index + end[0].length : 0;
}

function withLineFeeds(chunk: Buffer): Buffer {
  return Buffer.from(chunk.map((byte) => (byte === carriageReturn ? lineFeed : byte)));
}
