// The words suite: compares counting the words of a text with counting what `split` or `match` returns, in turns; then what the
// commits of counts cost.
import { countWords } from "../../../../worker/jobs/words/split-words.ts";
import { median, megabytes, significant } from "../../measure/statistics.ts";
import { generateMessages } from "../../words-run/messages.ts";
import { markdownTable, NoSuchRow, type Row, rotated, type Suite, type SuiteReport } from "../suite.ts";
import { largeTexts, sameWords } from "./committed.ts";

type Count = (text: string) => Map<string, number>;

function tally(words: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of words) if (word !== "") counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

const ours = "fifo-fleet, one pass";
const ways: Record<string, Count> = {
  [ours]: countWords,
  "split at white space": (text) => tally(text.split(/\p{White_Space}+/u)),
  "match of the rest": (text) => tally(text.match(/\P{White_Space}+/gu) ?? []),
};

/** Bytes counted by each implementation per round. */
const bytesPerRound = 40 * 1024 * 1024;

/** Counts words, alone and with their commits. */
export const suite: Suite = async (options) => {
  const reports: SuiteReport[] = [];
  const unknown: string[] = [];
  for (const part of [counting, largeTexts, sameWords])
    try {
      reports.push(await part(options));
    } catch (error) {
      if (!(error instanceof NoSuchRow)) throw error;
      unknown.push(...error.names);
    }
  if (reports.length === 0) throw new NoSuchRow(options.only, unknown);
  return {
    rows: reports.flatMap(({ rows }) => rows),
    text: reports.map(({ text }) => text).join("\n\n"),
  };
};

/** Counts words and reports megabytes per second. */
const counting: Suite = async ({ rounds, only, progress }) => {
  const names = Object.keys(ways).filter((name) => name.includes(only));
  if (names.length === 0) throw new NoSuchRow(only, Object.keys(ways));
  const texts = textsOf();
  const measured = new Map(names.map((name) => [name, [] as number[]]));
  for (let round = 0; round < rounds; round += 1)
    for (const name of rotated(names, round)) {
      progress(`round ${round + 1}: ${name}`);
      measured.get(name)?.push(megabytesPerSecond(ways[name] ?? countWords, texts));
    }
  return reportOf(measured);
};

/** Typical messages, and one text of three megabytes. */
function textsOf(): string[] {
  const short = generateMessages({ messages: 5000, channels: 1, seed: 1 }).map(({ text }) => text);
  return [...short, short.join(" ").repeat(4)];
}

function megabytesPerSecond(count: Count, texts: readonly string[]): number {
  const sizes = texts.map((text) => Buffer.byteLength(text));
  let bytes = 0;
  const startedAt = performance.now();
  for (let index = 0; bytes < bytesPerRound; index = (index + 1) % texts.length) {
    count(texts[index] ?? "");
    bytes += sizes[index] ?? 0;
  }
  return megabytes(bytes) / ((performance.now() - startedAt) / 1000);
}

function reportOf(measured: ReadonlyMap<string, readonly number[]>): SuiteReport {
  const mine = measured.get(ours) ?? [];
  const rows = [...measured].map(([name, values]): Row => {
    const ratio = median(values.map((value, round) => (mine[round] ?? Number.NaN) / value));
    const ratioTo: Record<string, number> =
      name === ours || mine.length === 0 ? {} : { [name]: significant(ratio) };
    return { name, unit: "MB/s", median: significant(median(values)), ratioTo };
  });
  const table = rows.map(({ name, median: middle, ratioTo }) => [
    name,
    middle,
    Object.values(ratioTo)[0] ?? "",
  ]);
  return { rows, text: markdownTable(["counting words", "MB/s", "ours is this many times as fast"], table) };
}
