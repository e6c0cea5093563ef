// Runs of a body's lines against mailparser's own splitter, which looks at every line by itself.
import { finished } from "node:stream/promises";
import fc from "fast-check";
import { MailParser } from "mailparser";
import { expect, test } from "vitest";
import {
  type LineSplitter,
  passRuns,
  runLength,
} from "../../../../../../worker/jobs/mail/parse-mail/child/body-runs.ts";
import {
  lenientDelimiters,
  type Splitter,
} from "../../../../../../worker/jobs/mail/parse-mail/child/mime-delimiters.ts";

type Piece = { type: string; node?: object; value?: Buffer; getHeaders?: () => Buffer };
type TestedSplitter = Splitter &
  LineSplitter &
  NodeJS.ReadWriteStream &
  AsyncIterable<Piece> & { processLine: (...given: unknown[]) => void };

function newSplitter(): TestedSplitter {
  const { splitter } = new MailParser() as unknown as { splitter: { constructor: new () => TestedSplitter } };
  const fresh = new splitter.constructor();
  lenientDelimiters(fresh);
  return fresh;
}

/** The headers and bodies of a mail that comes in chunks of these sizes. */
async function splitUp(splitter: TestedSplitter, mail: Buffer, sizes: readonly number[]): Promise<string[]> {
  const read = (async () => {
    const nodes: object[] = [];
    const said: { what: string; bytes: string }[] = [];
    for await (const piece of splitter) {
      if (piece.type === "node") nodes.push(piece);
      // Which of the bytes between parts are told depends on the chunks.
      if (piece.type === "data") continue;
      const what = `${piece.type} ${nodes.indexOf(piece.node ?? piece)}`;
      const bytes = (piece.value ?? piece.getHeaders?.())?.toString("latin1") ?? "";
      const last = said.at(-1);
      if (last?.what === what) last.bytes += bytes;
      else said.push({ what, bytes });
    }
    return said.map((each) => `${each.what}: ${each.bytes}`);
  })();
  for (let at = 0, n = 0; at < mail.length; n += 1) {
    const size = sizes[n % sizes.length] ?? mail.length;
    splitter.write(mail.subarray(at, at + size) as unknown as string);
    at += size;
  }
  splitter.end();
  await finished(splitter, { readable: false });
  return read;
}

// No line ends in a carriage return alone: behind one the splitter finds a delimiter, but not where a chunk ends before it.
const lineEnd = fc.constantFrom("\r\n", "\r\n", "\r\n", "\n", "\r\r\n", "");
const words = fc.constantFrom(
  "",
  "",
  "a",
  "-",
  "--",
  "---",
  "--a",
  "-- ",
  "--outer",
  "--outer--",
  "--inner",
  "--inner--",
);
const odd = fc.constantFrom(
  "--inner  ",
  "\t--inner",
  "--inner-",
  "-inner",
  " ",
  "=",
  "\u00ff",
  "text --inner",
);
const short = fc.tuple(fc.oneof(words, odd), lineEnd).map(([text, end]) => text + end);
const long = fc
  .tuple(
    fc.integer({ min: 1, max: 300 }),
    fc.integer({ min: 1, max: 300 }),
    fc.constantFrom("\r\n", "\n", ""),
  )
  .map(([count, length, end]) => ("x".repeat(length) + end).repeat(count));
const body = fc.array(fc.oneof(short, long), { maxLength: 30 }).map((all) => all.join(""));
const sizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 4000, max: 70_000 })), {
  minLength: 1,
  maxLength: 5,
});

const mailOf = (bodies: readonly string[]): Buffer => {
  const part = (text: string) => `--inner\r\nContent-Type: text/plain\r\n\r\n${text}\r\n`;
  const head = 'Content-Type: multipart/mixed; boundary="outer"\r\n\r\n--outer\r\n';
  const inner = 'Content-Type: multipart/mixed; boundary="inner"\r\n\r\n';
  const text = `${head}${inner}${bodies.map(part).join("")}--inner--\r\n--outer\r\n\r\nlast\r\n--outer--\r\n`;
  return Buffer.from(text, "latin1");
};

/** Counts the lines that a splitter looks at. */
function countingLines(splitter: TestedSplitter): { lines: number } {
  const count = { lines: 0 };
  const look = splitter.processLine.bind(splitter);
  splitter.processLine = (...given) => {
    count.lines += 1;
    look(...given);
  };
  return count;
}

test("a mail is split in the same way whether or not runs of lines are passed on", async () => {
  const bodies = fc.array(body, { minLength: 1, maxLength: 4 });
  const seen = { quick: 0, slow: 0 };
  await fc.assert(
    fc.asyncProperty(bodies, sizes, async (given, chunks) => {
      const mail = mailOf(given);
      const [quick, slow] = [newSplitter(), newSplitter()];
      passRuns(quick);
      const counts = [countingLines(quick), countingLines(slow)] as const;
      expect(await splitUp(quick, mail, chunks)).toEqual(await splitUp(slow, mail, chunks));
      seen.quick += counts[0].lines;
      seen.slow += counts[1].lines;
    }),
    { numRuns: 150, seed: 19 },
  );
  expect(seen.quick).toBeLessThan(seen.slow * 0.75);
});

test.each([
  ["nothing", "", 0],
  ["one line", "a\n", 0],
  ["two lines: the second stays behind", "a\nb\n", 2],
  ["half a line", "a\nb\nc", 2],
  ["empty lines before the end", "a\nb\r\n\r\n\n", 2],
  ["a delimiter", "a\nb\n--c\nd\ne\n", 2],
  ["a delimiter behind a carriage return", "a\nb\n\r--c\nd\ne\n", 2],
  ["hyphens within a line", "a--b\nc --d\n-e\nf\n", 14],
  ["a delimiter first", "--c\nd\ne\n", 0],
  ["the line end of the line before a delimiter", "\r\n--c\nd\ne\n", 0],
])("the run in %s ends before its last full line", (_, text, length) => {
  expect(runLength(Buffer.from(text))).toBe(length);
});
