// The bytes of a mail as a parser takes them: without an mbox's separator line, with line feeds where a mail has
// carriage returns only.

const [lineFeed, carriageReturn] = [10, 13];
/** A mail without a line feed in so many first bytes has none. */
const looksAhead = 64 * 1024;

/** Repairs what is wrong with the whole mail; all else goes through as it is. */
export async function* repaired(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let start: Buffer | undefined = Buffer.alloc(0);
  let bare = false;
  for await (const chunk of chunks) {
    if (start === undefined) {
      yield bare ? withLineFeeds(chunk) : chunk;
      continue;
    }
    start = Buffer.concat([start, chunk]);
    if (start.length < looksAhead) continue;
    bare = hasBareReturnsOnly(start);
    yield repairedStart(start, bare);
    start = undefined;
  }
  if (start !== undefined) yield repairedStart(start, hasBareReturnsOnly(start));
}

const hasBareReturnsOnly = (start: Buffer) => !start.includes(lineFeed) && start.includes(carriageReturn);

function repairedStart(start: Buffer, bare: boolean): Buffer {
  const lines = bare ? withLineFeeds(start) : start;
  if (!/^>?From /.test(lines.subarray(0, 6).toString("latin1"))) return lines;
  const end = lines.indexOf(lineFeed);
  return end < 0 ? lines : lines.subarray(end + 1);
}

function withLineFeeds(chunk: Buffer): Buffer {
  return Buffer.from(chunk.map((byte) => (byte === carriageReturn ? lineFeed : byte)));
}
