// Counts by hour: as exact as the totals, over crashes, repeats and plans of older versions.
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, expect, test } from "vitest";
import { longWord } from "../../../../scripts/lab/words-run/texts.ts";
import { jobIdOf } from "../../../../worker/engine/job/define-job.ts";
import { countWordsHandler } from "../../../../worker/jobs/words/count-words/handler.ts";
import { countWords } from "../../../../worker/jobs/words/count-words/job.ts";
import { hourOf, lastHours } from "../../../../worker/jobs/words/hour-row.ts";
import { topWordsOfHour } from "../../../../worker/jobs/words/leaderboard.ts";
import { multiplyWordsHandler } from "../../../../worker/jobs/words/multiply-words/handler.ts";
import { multiplyWords } from "../../../../worker/jobs/words/multiply-words/job.ts";
import { readHours } from "../../../../worker/jobs/words/read-hours.ts";
import { planOf, readPlan } from "../../../../worker/jobs/words/word-plan.ts";
import { deliver, say, startWordsCloud, type WordsCloud } from "../../../support/words/words-cloud.ts";

let words: WordsCloud;
beforeAll(async () => {
  words = await startWordsCloud();
});
afterAll(() => words.close());

type Fleet = Awaited<ReturnType<WordsCloud["newFleet"]>>;

/** The counts of a word over the hours of this test, which may run across the end of one. */
async function counted(fleet: Fleet, word: string): Promise<number> {
  const { db, names } = fleet.worker(3);
  const hours = lastHours(Date.now(), 2);
  const found = await readHours({ db, names }, word, { from: hours[0] ?? "", to: hours[1] ?? "" });
  return [...found.values()].reduce((sum, count) => sum + count, 0);
}

test("each occurrence counts once in its hour, however the other subscriber counts and whatever is repeated", async () => {
  const fleet = await words.newFleet();
  const worker = fleet.worker();
  const said = say(`one two two ${longWord(3000)}`, "1");
  for (let times = 0; times < 2; times += 1) {
    await deliver(worker, countWords, countWordsHandler(), said);
    await deliver(worker, multiplyWords, multiplyWordsHandler(), said);
  }
  expect(await counted(fleet, "one")).toBe(1);
  expect(await counted(fleet, "two")).toBe(2);
  expect(await counted(fleet, longWord(3000))).toBe(1);
  expect(await counted(fleet, "three")).toBe(0);
});

test("the top of an hour is that hour's only, highest first, long words in full", async () => {
  const fleet = await words.newFleet();
  const worker = fleet.worker(3);
  const before = hourOf(Date.now());
  await deliver(worker, countWords, countWordsHandler(), say(`a b b ${`${longWord(2500)} `.repeat(3)}`, "1"));
  const hour = hourOf(Date.now());
  const tops = await Promise.all([...new Set([before, hour])].map((each) => topWordsOfHour(worker, each, 2)));
  expect(tops.flat()).toEqual([
    { word: longWord(2500), count: 3 },
    { word: "b", count: 2 },
  ]);
  expect(await topWordsOfHour(worker, "2020-01-01T00", 10)).toEqual([]);
});

test("a plan of an older version, without an hour, is followed as it is", async () => {
  const fleet = await words.newFleet();
  const worker = fleet.worker(3);
  const plan = planOf(new Map([...Array(200).keys()].map((index) => [`w${index}`, 1])), 1);
  const jobId = jobIdOf(countWords, say("any", "old"));
  const Body = JSON.stringify({ v: 1, chunks: plan.chunks });
  await worker.s3.send(
    new PutObjectCommand({ Bucket: fleet.names.buckets.plans, Key: `${jobId}.json`, Body }),
  );
  const signal = new AbortController().signal;
  expect(await readPlan({ ...worker, jobId, signal })).toEqual({ v: 1, chunks: plan.chunks });
  expect(plan.chunks.map(({ length }) => length)).toEqual([98, 98, 4]);
});

test("rows of hours end by themselves a week later", async () => {
  const fleet = await words.newFleet();
  const worker = fleet.worker(3);
  await deliver(worker, countWords, countWordsHandler(), say("brief", "1"));
  const { Items = [] } = await worker.db.send(
    new QueryCommand({
      TableName: fleet.names.tables.wordHours,
      KeyConditionExpression: "word = :word",
      ExpressionAttributeValues: { ":word": "brief" },
    }),
  );
  const week = 7 * 24 * 60 * 60;
  const left = Number(Items[0]?.expiresAt) - Date.now() / 1000;
  expect(left).toBeGreaterThan(week - 60);
  expect(left).toBeLessThanOrEqual(week + 60 * 60);
});
