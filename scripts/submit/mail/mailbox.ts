// Where the mails of an mbox file begin and end, found in one pass with little of the file in memory, and the bytes of one
// mail as they were before the mailbox quoted them.
import { createReadStream } from "node:fs";

/** A mail's place in its file: bytes from `start` up to, not including, `end`. */
export type MailRange = {
  start: number;
  end: number;
  /** The sender in the separator line, if any. */
  sender?: string | undefined;
};

/** Only this many bytes of a separator line, and of the line after it, are read. */
const longestLine = 4096;

/** `From`, a sender, and a date with a time and a year in any order (RFC 4155, and what programs write). */
const separator = /^From (?:(\S+) )?(?=.*\d:\d\d)(?=.*\b(?:19|20)\d\d\b).*$/;
const headerLine = /^>?(?:[!-9;-~]+[ \t]*:|From )/;
const [lineFeed, carriageReturn] = [10, 13];
const mark = Buffer.from("\nFrom ");

/**
 * The mails of an mbox file, in order. A separator follows an empty line and precedes a header, so that a line of prose that
 * begins with `From` is no separator.
 */
export async function* mailsIn(path: string): AsyncGenerator<MailRange> {
  let current: Omit<MailRange, "end"> | undefined;
  let end = 0;
  for await (const found of separatorsIn(path)) {
    if ("fileBytes" in found) end = found.fileBytes;
    else {
      if (current) yield { ...current, end: found.before };
      current = { start: found.after, sender: found.sender };
    }
  }
  if (current && current.start < end) yield { ...current, end };
}

type Separator = { before: number; after: number; sender: string | undefined };

async function* separatorsIn(path: string): AsyncGenerator<Separator | { fileBytes: number }> {
  // Bytes that are not processed yet. The file counts as beginning after an empty line.
  let held: Buffer = Buffer.from("\n\n");
  let offset = -held.length;
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) {
    held = Buffer.concat([held, chunk as Buffer]);
    const { found, done } = separatorsOf(held, offset, false);
    yield* found;
    held = held.subarray(done);
    offset += done;
  }
  yield* separatorsOf(held, offset, true).found;
  yield { fileBytes: offset + (emptyLineBefore(held, held.length - 1) ?? held.length) };
}

/** Every separator in `held`; its first `done` bytes are processed. */
function separatorsOf(held: Buffer, offset: number, last: boolean): { found: Separator[]; done: number } {
  const found: Separator[] = [];
  for (let from = 0; ; ) {
    const at = held.indexOf(mark, from);
    if (at < 0 || !(last || at + 2 * longestLine < held.length)) {
      // The end of `held` may cut a mark or the empty line before it.
      const open = at < 0 ? held.length - mark.length : at;
      return { found, done: Math.max(0, open - 2) };
    }
    const line = separatorAt(held, at, offset + at < 0);
    if (line) found.push({ ...line, before: offset + line.before, after: offset + line.after });
    from = at + 1;
  }
}

/** @param first true for the file's first line, which needs no date: some programs write none */
function separatorAt(held: Buffer, at: number, first: boolean): Separator | undefined {
  const before = emptyLineBefore(held, at);
  const end = held.indexOf(lineFeed, at + 1);
  if (before === undefined || end < 0 || end - at > longestLine) return undefined;
  const line = held.toString("latin1", at + 1, end).replace(/\r$/, "");
  const parts = separator.exec(line);
  const follows = headerLine.test(held.toString("latin1", end + 1, end + 1 + longestLine));
  if (!follows || (parts === null && !first)) return undefined;
  return { before, after: end + 1, sender: parts?.[1] };
}

/** The start of the empty line that ends with the line feed at `at`. */
function emptyLineBefore(held: Buffer, at: number): number | undefined {
  if (held[at] !== lineFeed) return undefined;
  const end = held[at - 1] === carriageReturn ? at - 1 : at;
  return held[end - 1] === lineFeed ? end : undefined;
}

/** How a mailbox quotes lines that begin with `From `: `rd` also adds a `>` to quoted lines, `o` only to bare ones. */
export type Quoting = "rd" | "o";

/** Longer lines are passed on in pieces, because only their beginning matters. */
const heldOfLine = 1024;

/** Removes one level of quoting from lines that begin with `From ` behind their quotes. */
export async function* unquoted(chunks: AsyncIterable<Buffer>, quoting: Quoting): AsyncGenerator<Buffer> {
  const quote = quoting === "rd" ? /(?<=^|\n)>(?=>*From )/g : /(?<=^|\n)>(?=From )/g;
  const bytes = (text: string) => Buffer.from(text, "latin1");
  let line = "";
  let within = false;
  for await (const chunk of chunks) {
    let text = line + chunk.toString("latin1");
    if (within) {
      const rest = text.indexOf("\n") + 1 || text.length;
      within = !text.slice(0, rest).endsWith("\n");
      yield bytes(text.slice(0, rest));
      text = text.slice(rest);
    }
    const end = text.lastIndexOf("\n") + 1;
    if (end > 0) yield bytes(text.slice(0, end).replace(quote, ""));
    line = text.slice(end);
    if (line.length > heldOfLine) {
      yield bytes(line.replace(quote, ""));
      [line, within] = ["", true];
    }
  }
  yield bytes(line.replace(quote, ""));
}
