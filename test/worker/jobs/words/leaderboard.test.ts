// The leaderboard equals a sort of the whole table, while counts change and with any words.
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { longWord, manyWords, treacherousWords } from "../../../../scripts/lab/words-run/texts.ts";
import { countWordsHandler } from "../../../../worker/jobs/words/count-words/handler.ts";
import { countWords } from "../../../../worker/jobs/words/count-words/job.ts";
import { topWords } from "../../../../worker/jobs/words/leaderboard.ts";
import { deliver, say, startWordsCloud, type WordsCloud } from "../../../support/words/words-cloud.ts";

let words: WordsCloud;
beforeAll(async () => {
  words = await startWordsCloud();
});
afterAll(() => words.close());

/** The highest counts of the whole table. Among equal counts, any of the words may be included. */
const sorted = (all: [string, number][], limit: number) =>
  all
    .map(([, count]) => count)
    .sort((a, b) => b - a)
    .slice(0, limit);

test("the top words are the table's highest counts, each word with its own, in order", async () => {
  const fleet = await words.newFleet();
  const worker = fleet.worker(3);
  const word = fc.constantFrom(...treacherousWords, "the", "the", "the", "a", longWord(2500), "x", "y", "z");
  const texts = fc.sample(fc.array(word, { minLength: 1, maxLength: 40 }), { numRuns: 25, seed: 7 });
  texts.push([manyWords(300)]);
  for (const [index, text] of texts.entries())
    await deliver(worker, countWords, countWordsHandler(), say(text.join(" "), `${index}`));
  const all = await fleet.counts();
  for (const limit of [1, 10, 40, 1000]) {
    const top = await topWords({ db: worker.db, names: fleet.names }, limit);
    expect(top.map(({ count }) => count)).toEqual(sorted(all, limit));
    expect(new Map(all)).toEqual(new Map([...all, ...top.map(({ word, count }) => [word, count] as const)]));
    expect(new Set(top.map((one) => one.word)).size).toBe(top.length);
  }
});
