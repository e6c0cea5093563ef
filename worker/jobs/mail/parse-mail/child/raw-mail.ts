// Repairs the bytes of a mail before they are parsed: removes an mbox separator line, and turns carriage returns into line
// feeds in a mail that has no line feed.

const [lineFeed, carriageReturn] = [10, 13];
/** Bytes that are searched for a line feed before the mail is assumed to have none. */
const lookaheadBytes = 64 * 1024;

/** Repairs a mail chunk by chunk. A mail that needs no repair passes unchanged. */
export async function* repairMail(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let start: Buffer | undefined = Buffer.alloc(0);
  let bare = false;
  for await (const chunk of chunks) {
    if (start === undefined) {
      yield bare ? withLineFeeds(chunk) : chunk;
      continue;
    }
    start = Buffer.concat([start, chunk]);
    if (start.length < lookaheadBytes) continue;
    bare = hasOnlyReturns(start);
    yield repairStart(start, bare);
    start = undefined;
  }
  if (start !== undefined) yield repairStart(start, hasOnlyReturns(start));
}

const hasOnlyReturns = (start: Buffer) => !start.includes(lineFeed) && start.includes(carriageReturn);

function repairStart(start: Buffer, bare: boolean): Buffer {
  const lines = bare ? withLineFeeds(start) : start;
  if (!/^>?From /.test(lines.subarray(0, 6).toString("latin1"))) return lines;
  const end = lines.indexOf(lineFeed);
  return end < 0 ? lines : lines.subarray(end + 1);
}

function withLineFeeds(chunk: Buffer): Buffer {
  return Buffer.from(chunk.map((byte) => (byte === carriageReturn ? lineFeed : byte)));
}
