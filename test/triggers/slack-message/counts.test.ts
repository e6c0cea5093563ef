// The counts in a reply while workers count the same message and others: in any order, each count includes the message
// once. The amounts show who added them: count-words at most 3 per word, multiply-words ten times that, the other message
// 1000.
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { countsIncluding } from "../../../triggers/slack-message/counts.ts";
import { countWordsHandler } from "../../../worker/jobs/words/count-words/handler.ts";
import { countWords } from "../../../worker/jobs/words/count-words/job.ts";
import { countingHandler } from "../../../worker/jobs/words/counting.ts";
import { multiplyWordsHandler } from "../../../worker/jobs/words/multiply-words/handler.ts";
import { multiplyWords } from "../../../worker/jobs/words/multiply-words/job.ts";
import { readCounts } from "../../../worker/jobs/words/read-counts.ts";
import { countWords as occurrencesIn } from "../../../worker/jobs/words/split-words.ts";
import type { WordsSaid } from "../../../worker/jobs/words/words-said.ts";
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

/** A message with every word up to three times. Each run has its own words. */
function textOf(run: number, distinct: number): string {
  const named = Array.from({ length: distinct }, (_, index) => `run${run}-${index}`);
  return [1, 2, 3].flatMap((times) => named.filter((_, index) => (index % 3) + 1 >= times)).join(" ");
}

type Race = { choices: Iterator<number>; torn: boolean; distinct: number };

/** Runs the reader and three writers in some order. Returns the counts and all states of the table during the call. */
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
    const handler = handlers[factor as keyof typeof handlers] ?? countingHandler({ factor });
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

test("in any order, every count of a reply includes the message once, and was in the table at one moment", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.infiniteStream(fc.nat({ max: 1000 })),
      fc.boolean(),
      fc.constantFrom(1, 3, 5, 105),
      async (choices, torn, distinct) => {
        // Interleaving a hundred single updates finds no more than interleaving a few.
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

test("the job's row is read consistently, and a word too long for a key is found under its hash", async () => {
  const { db, ...worker } = fleet.worker();
  const long = "x".repeat(5000);
  const said = say(long, "long-word");
  const reads: unknown[] = [];
  const send = db.send.bind(db) as (command: unknown, more?: unknown) => Promise<unknown>;
  const watched = Object.assign(Object.create(db) as typeof db, {
    send: (command: { input: { ConsistentRead?: boolean } }, more?: unknown) => {
      if (command instanceof GetCommand) reads.push(command.input.ConsistentRead);
      return send(command, more);
    },
  });
  const figures = () =>
    countsIncluding(
      { db: watched, names: fleet.names },
      said,
      [long],
      new Map([[long, 1]]),
      AbortSignal.timeout(20_000),
    );
  expect(await figures()).toEqual(new Map([[long, 1]]));
  await deliver({ ...worker, db }, countWords, countWordsHandler(), said);
  expect(await figures()).toEqual(new Map([[long, 1]]));
  expect(reads).toEqual([true, true]);
});
