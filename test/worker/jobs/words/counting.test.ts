// Counting jobs with the real engine and ledger: exact despite crashes, repeats, races and outdated workers.
import { GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { referenceTable } from "../../../../scripts/lab/words-run/reference.ts";
import {
  longWord,
  manyWords,
  separators,
  treacherousWords,
} from "../../../../scripts/lab/words-run/texts.ts";
import { jobIdOf } from "../../../../worker/engine/job/define-job.ts";
import type { Handler } from "../../../../worker/engine/job/handler.ts";
import { countWordsHandler } from "../../../../worker/jobs/words/count-words/handler.ts";
import { countWords } from "../../../../worker/jobs/words/count-words/job.ts";
import { lastHours } from "../../../../worker/jobs/words/hour-row.ts";
import { multiplyWordsHandler } from "../../../../worker/jobs/words/multiply-words/handler.ts";
import { multiplyWords } from "../../../../worker/jobs/words/multiply-words/job.ts";
import { readHours } from "../../../../worker/jobs/words/read-hours.ts";
import { maxKeyBytes, wordKey } from "../../../../worker/jobs/words/word-row.ts";
import type { WordsSaid } from "../../../../worker/jobs/words/words-said.ts";
import { deliver, say, startWordsCloud, type WordsCloud } from "../../../support/words/words-cloud.ts";

let words: WordsCloud;
beforeAll(async () => {
  words = await startWordsCloud();
});
afterAll(() => words.close());

const count = (worker: Parameters<typeof deliver>[0], said: WordsSaid, stop?: AbortSignal) =>
  deliver(worker, countWords, countWordsHandler(), said, stop);
const multiply = (worker: Parameters<typeof deliver>[0], said: WordsSaid) =>
  deliver(worker, multiplyWords, multiplyWordsHandler(), said);

test("a word said once counts 1, after both counters 11, and a duplicate of either changes nothing", async () => {
  const fleet = await words.newFleet();
  const worker = fleet.worker();
  const said = say("hello Hello hello,", "1");
  expect(await count(worker, said)).toMatchObject({ outcome: "completed" });
  expect(await fleet.counts()).toEqual(referenceTable([said.text], 1));
  expect(await multiply(worker, said)).toMatchObject({ outcome: "completed" });
  expect(await count(worker, said)).toMatchObject({ outcome: "completed", replayed: true });
  expect(await multiply(worker, said)).toMatchObject({ outcome: "completed", replayed: true });
  expect(await fleet.counts()).toEqual(referenceTable([said.text], 11));
});

test("difficult words, every separator, and words around the key limit are counted exactly", async () => {
  const fleet = await words.newFleet();
  const worker = fleet.worker();
  const long = [600, maxKeyBytes - 1, maxKeyBytes, maxKeyBytes + 1, 5000].flatMap((bytes) => [
    longWord(bytes),
    `${longWord(bytes - 1)}y`,
  ]);
  const wide = ["é".repeat(1024), "é".repeat(1025), "한".repeat(683), "👍".repeat(513)];
  // Somebody says text that looks like the key of a long word: it is two words, and neither is that key.
  const texts = [
    [...treacherousWords, ...long, ...wide, ...treacherousWords].join("\u3000"),
    separators.map((separator) => `a${separator}b`).join(separators.join("")),
    `${wordKey(longWord(5000))} ${longWord(5000)}`,
    "",
    " \u0085\u00a0\u2028 ",
  ];
  for (const [index, text] of texts.entries())
    expect(await count(worker, say(text, `m${index}`))).toMatchObject({ outcome: "completed" });
  expect(await fleet.counts()).toEqual(referenceTable(texts, 1));
});

test("a message of 10,000 distinct words is counted exactly, and its plan is deleted afterwards", async () => {
  const fleet = await words.newFleet();
  const worker = fleet.worker(3);
  const said = say(`${manyWords(10_000)} word7 word9999 word7`, "big");
  expect(await count(worker, said)).toMatchObject({ outcome: "completed" });
  expect(await fleet.counts()).toEqual(referenceTable([said.text], 1));
  expect(await planOf(worker, said)).toBeUndefined();
});

/** Counts of words over the last hours. The test may run across the end of one. */
function saidInHours(
  { worker }: { worker: (attempts: number) => Parameters<typeof readHours>[0] },
  some: string[],
) {
  const [from = "", , to = ""] = lastHours(Date.now(), 3);
  const reader = worker(3);
  return Promise.all(
    some.map(async (word) => {
      const hours = await readHours(reader, word, { from, to });
      return [...hours.values()].reduce((sum, count) => sum + count, 0);
    }),
  );
}

/** 121 words, each also in its hour: a plan, two steps and a commit, with reads and writes of the job's row and the plan around them. */
const crashing = `${manyWords(120)} again word3 again`;

test("a crash before or after any call neither loses a word nor counts it twice", async () => {
  const boundaries: string[] = [];
  for (const kind of ["drop-before-apply", "drop-answer"] as const)
    for (let at = 1; ; at += 1) {
      const fleet = await words.newFleet();
      const dying = countdownTo(at, kind);
      words.cloud.faults.push(dying.rule);
      const first = await count(fleet.worker(), say(crashing, "x"), dying.stop);
      words.cloud.faults.splice(0);
      if (!dying.died()) {
        expect(first.outcome).toBe("completed");
        break;
      }
      boundaries.push(kind);
      const second = await count(fleet.worker(), say(crashing, "x"));
      expect([at, kind, second.outcome]).toEqual([at, kind, "completed"]);
      expect(await fleet.counts()).toEqual(referenceTable([crashing], 1));
      expect(await saidInHours(fleet, ["again", "word3", "word7"])).toEqual([2, 2, 1]);
    }
  // Claim, plan, two steps, commit, deletion of the plan: before and after each.
  expect(boundaries).toHaveLength(12);
}, 120_000);

test("two workers on one job, one of them with a stale claim, and a third after them count exactly", async () => {
  const fleet = await words.newFleet();
  const said = say(crashing, "raced");
  const both = await Promise.all([count(fleet.worker(3), said), count(fleet.worker(3), said)]);
  const last = await count(fleet.worker(3), said);
  expect(both.map(({ outcome }) => outcome)).toContain("completed");
  expect(last).toMatchObject({ outcome: "completed", replayed: true });
  expect(await fleet.counts()).toEqual(referenceTable([crashing], 1));
});

test("a worker of another version continues the plan that was begun instead of making its own", async () => {
  const fleet = await words.newFleet();
  const said = say(crashing, "versions");
  const dying = countdownTo(4, "drop-answer");
  words.cloud.faults.push(dying.rule);
  await count(fleet.worker(), said, dying.stop);
  words.cloud.faults.splice(0);
  expect(dying.died()).toBe(true);
  // This version treats the whole text as one word.
  const other: Handler<WordsSaid> = {
    ...countWordsHandler(),
    run: (payload, context) =>
      countWordsHandler().run({ ...payload, text: payload.text.replaceAll(" ", "_") }, context),
  };
  expect(await deliver(fleet.worker(), countWords, other, said)).toMatchObject({ outcome: "completed" });
  expect(await fleet.counts()).toEqual(referenceTable([crashing], 1));
});

test("a plan that was stored but not begun is used only by workers that need a plan", async () => {
  const fleet = await words.newFleet();
  const worker = fleet.worker();
  const chunks = [[["planned", 3]], [["more", 4]]];
  const store = (said: WordsSaid, v: number) =>
    worker.s3.send(
      new PutObjectCommand({
        Bucket: fleet.names.buckets.plans,
        Key: `${jobIdOf(countWords, said)}.json`,
        Body: JSON.stringify({ v, chunks }),
      }),
    );
  const small = say("small", "small");
  await store(small, 1);
  await count(worker, small);
  const large = say(manyWords(200), "large");
  await store(large, 1);
  await count(worker, large);
  expect(await fleet.counts()).toEqual([
    ["more", 4],
    ["planned", 3],
    ["small", 1],
  ]);
  const later = say(manyWords(201), "later");
  await store(later, 2);
  expect(await count(worker, later)).toMatchObject({
    outcome: "put off",
    cause: expect.stringContaining("another version"),
  });
  expect(await fleet.counts()).toHaveLength(3);
});

/** A rule that makes the nth call and every later one fail; the worker ends soon after, as nothing it writes arrives. */
function countdownTo(nth: number, kind: "drop-before-apply" | "drop-answer") {
  let calls = 0;
  const end = new AbortController();
  const rule = () => {
    calls += 1;
    if (calls < nth) return undefined;
    if (calls === nth) setTimeout(() => end.abort(), 200);
    return calls === nth ? { kind } : { kind: "drop-before-apply" as const };
  };
  return { rule, stop: end.signal, died: () => calls >= nth };
}

async function planOf({ s3, names }: Parameters<typeof deliver>[0], said: WordsSaid): Promise<unknown> {
  const place = { Bucket: names.buckets.plans, Key: `${jobIdOf(countWords, said)}.json` };
  return s3.send(new GetObjectCommand(place)).catch(() => undefined);
}
