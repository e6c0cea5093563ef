// The messages of a run: generated ones in Zipf's distribution with hostile words among them, or the lines of real chat logs.
// Everything follows from the seed.
import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { InvalidSettings } from "../../../worker/fleet/errors.ts";
import type { WordsSaid } from "../../../worker/jobs/words/words-said.ts";
import { seededRandom } from "../../local/gateway/faults.ts";
import { longWord, manyWords, separators, treacherousWords } from "./texts.ts";

/** Draws ranks from 0 whose probability is proportional to 1 / (rank + 1), as for words and channels (Zipf). */
export function zipf(ranks: number, random: () => number): () => number {
  const sums: number[] = [];
  for (let rank = 0; rank < ranks; rank += 1) sums.push((sums.at(-1) ?? 0) + 1 / (rank + 1));
  const total = sums.at(-1) ?? 1;
  return () => {
    const at = random() * total;
    let [low, high] = [0, ranks - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sums[middle] ?? 0) < at) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

export type Generated = { messages: number; channels: number; seed: number };

const vocabulary = 3000;

/** One in this many messages contains words longer than a DynamoDB key may be. */
const everyLong = 400;

/** Generated messages in the order they are sent. One has 10,000 distinct words; some have hundreds. */
export function generateMessages({ messages, channels, seed }: Generated): WordsSaid[] {
  const random = seededRandom(seed);
  const channel = zipf(channels, random);
  const rank = zipf(vocabulary, random);
  const one = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
  const word = () => (random() < 0.04 ? one(treacherousWords) : `${one(["w", "W", "wörd", "語"])}${rank()}`);
  const textOf = (index: number): string => {
    if (index === Math.floor(messages / 3)) return manyWords(10_000);
    if (index % 97 === 50) return manyWords(100 + Math.floor(random() * 300), `m${rank()}-`);
    const words = Array.from({ length: 1 + Math.floor(random() * 16) }, word);
    if (index % everyLong === 7) words.push(longWord(600), longWord(2049 + Math.floor(random() * 3)));
    return words.reduce((text, next) => text + one(separators) + next, "");
  };
  return Array.from({ length: messages }, (_, index) => ({
    team: "T1",
    channel: `C${channel()}`,
    message: `${1_700_000_000 + index}.000100`,
    text: textOf(index),
  }));
}

/** A line of an IRC log: time, author, text. */
const ircLine = /^\[\d\d:\d\d(?::\d\d)?\] <[^>]+> (.+)$/;

/**
 * The lines in the `.txt` and `.log` files of a folder, one channel per file.
 * @throws InvalidSettings when there are none
 */
export async function readLogs(folder: string, most: number): Promise<WordsSaid[]> {
  const names = await readdir(folder, { recursive: true });
  const files = names.filter((name) => /\.(txt|log)$/.test(name)).sort();
  const lists = await Promise.all(
    files.map(async (name) => saidIn(basename(name), await readFile(join(folder, name), "utf8"))),
  );
  const said = lists.flat().slice(0, most);
  if (said.length === 0) throw new InvalidSettings([`${folder} has no .txt or .log file with lines in it`]);
  return said;
}

function saidIn(file: string, content: string): WordsSaid[] {
  return content.split("\n").flatMap((line, index) => {
    const text = ircLine.exec(line)?.[1];
    return text === undefined ? [] : [{ team: "logs", channel: file, message: `${index}`, text }];
  });
}
