// A reply's figures while the workers count the very message, and others: whatever goes first, each figure has the message
// in it once. Amounts tell who added: count-words up to 3 a word, multiply-words ten times that, the other message 1000.
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { countsIncluding } from "../../../triggers/slack/counts.ts";
import { countWordsHandler } from "../../../worker/jobs/words/count-words/handler.ts";
import { countWords } from "../../../worker/jobs/words/count-words/job.ts";
import { countingHandler } from "../../../worker/jobs/words/counting.ts";
import { multiplyWordsHandler } from "../../../worker/jobs/words/multiply-words/handler.ts";
import { multiplyWords } from "../../../worker/jobs/words/multiply-words/job.ts";
import { readCounts } from "../../../worker/jobs/words/read-counts.ts";
import type { WordsSaid } from "../../../worker/jobs/words/said.ts";
import { countWords as occurrencesIn } from "../../../worker/jobs/words/split-words.ts";
import { createTurns } from "../../support/turns.ts";
import { deliver, say, startWordsCloud, type WordsCloud } from "../../support/words/words-cloud.ts";

let words: WordsCloud;
let fleet: Awaited<ReturnType<WordsCloud["newFleet"]>>;
let runs = 0;
beforeAll(async () => {
  words = await startWordsCloud();
  fleet = await words.newFleet();
});
afterAll(() => words.close());

/** Every word of a message up to three times; words of one run are no other's. */
function textOf(run: number, distinct: number): string {
  const named = Array.from({ length: distinct }, (_, index) => `run${run}-${index}`);
  return [1, 2, 3].flatMap((times) => named.filter((_, index) => (index % 3) + 1 >= times)).join(" ");
}

type Race = { choices: Iterator<number>; torn: boolean; distinct: number };

/** Lets the reader and three writers go in some order; answers the figures and all states of the table meanwhile. */
async function race({ choices, torn, distinct }: Race) {
  runs += 1;
  const said = say(textOf(runs, distinct), `m${runs}`);
  const other = say(textOf(runs, distinct), `other${runs}`);
  const occurrences = occurrencesIn(said.text);
  const asked = [...occurrences.keys()];
  const { db, ...worker } = fleet.worker();
  const states = [new Map<string, number>()];
  let replied = false;
  const turns = createTurns({
    choose: (of) => (choices.next().value ?? 0) % of,
    torn,
    onTurn: async () => {
      if (!replied) states.push(await readCounts({ db, names: fleet.names }, asked));
    },
  });
  const job = (definition: Parameters<typeof deliver>[1], factor: number, message: WordsSaid) => {
    const handlers = { 1: countWordsHandler(), 10: multiplyWordsHandler() };
    const handler = handlers[factor as keyof typeof handlers] ?? countingHandler(factor);
    return deliver({ ...worker, db: turns.of(db), s3: turns.of(worker.s3) }, definition, handler, message);
  };
  let figures = new Map<string, number>();
  const reading = countsIncluding(
    { db: turns.of(db), names: fleet.names },
    said,
    asked,
    occurrences,
    AbortSignal.timeout(20_000),
  ).then((read) => {
    figures = read;
    replied = true;
  });
  const writing = [job(countWords, 1, said), job(multiplyWords, 10, said), job(countWords, 1000, other)];
  const outcomes = await turns.play([reading, ...writing]).then(() => Promise.all(writing));
  expect(outcomes.map(({ outcome }) => outcome)).toEqual(["completed", "completed", "completed"]);
  return { figures, states, occurrences };
}

test("whatever goes first, every figure of a reply has the message in it once, and was in the table at one moment", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.infiniteStream(fc.nat({ max: 1000 })),
      fc.boolean(),
      fc.constantFrom(1, 3, 5, 105),
      async (choices, torn, distinct) => {
        // Torn, a hundred updates go one by one: that many turns tell no more than a few.
        const { figures, states, occurrences } = await race({
          choices,
          torn: torn && distinct < 100,
          distinct,
        });
        expect(figures.size).toBe(occurrences.size);
        for (const [word, figure] of figures) {
          const mine = occurrences.get(word) ?? 0;
          expect([word, figure % 10]).toEqual([word, mine]);
          const others = states.map((state) => (state.get(word) ?? 0) - ((state.get(word) ?? 0) % 10));
          expect(others).toContain(figure - mine);
        }
      },
    ),
    { numRuns: 40 },
  );
}, 120_000);
