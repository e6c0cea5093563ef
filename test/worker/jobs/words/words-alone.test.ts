// Parts of counting words alone: keys, limits, what a job reports, and reads that are refused or incomplete.
import { expect, test } from "vitest";
import type { JobContext } from "../../../../worker/engine/job/handler.ts";
import { NewerInput } from "../../../../worker/engine/job/newer-input.ts";
import { resourceNames } from "../../../../worker/fleet/resources.ts";
import { countingHandler } from "../../../../worker/jobs/words/counting.ts";
import { readCounts } from "../../../../worker/jobs/words/read-counts.ts";
import { PlanGone, readPlan } from "../../../../worker/jobs/words/word-plan.ts";
import { maxKeyBytes, wordKey } from "../../../../worker/jobs/words/word-row.ts";
import { maxTextBytes, wordsSaidPayload } from "../../../../worker/jobs/words/words-said.ts";
import { never } from "../../../support/sandbox.ts";

const names = resourceNames("test");
const said = { team: "T1", channel: "C1", message: "1" };

test("a word of exactly the key's limit is its own key, one byte more is a hash", () => {
  const longest = "é".repeat(maxKeyBytes / 2);
  expect(wordKey(longest)).toBe(longest);
  expect(wordKey(`${longest.slice(1)}xxx`)).toMatch(/^sha-256 [0-9a-f]{64}$/);
});

test("the limit of a text counts bytes, not characters", () => {
  const fits = (text: string) => wordsSaidPayload.safeParse({ ...said, text }).success;
  expect([fits("é".repeat(maxTextBytes / 2)), fits("é".repeat(maxTextBytes / 2 + 1))]).toEqual([true, false]);
});

test("a job reports how many distinct words it counted, and how much it added in all", async () => {
  const context = { names, enqueuedAt: "2026-11-29T12:00:00.000Z" } as JobContext;
  const { result } = await countingHandler({ factor: 10 }).run({ ...said, text: "a b a a" }, context);
  expect(result).toEqual({ distinct: 2, added: 40, chunks: 1 });
});

/** A database that leaves the second key of every read undone, and counts its reads. */
function hesitantDatabase() {
  const signals: unknown[] = [];
  const send = async (
    { input }: { input: { RequestItems: Record<string, { Keys: { word: string }[] }> } },
    options: { abortSignal?: AbortSignal } = {},
  ) => {
    signals.push(options.abortSignal);
    const { Keys = [] } = input.RequestItems[names.tables.words] ?? {};
    const [done, ...left] = Keys;
    const Responses = { [names.tables.words]: done ? [{ word: done.word, count: 7 }] : [] };
    return { Responses, UnprocessedKeys: left.length > 0 ? { [names.tables.words]: { Keys: left } } : {} };
  };
  return { db: { send } as unknown as JobContext["db"], signals };
}

test("keys that DynamoDB did not process are asked for again", async () => {
  const { db, signals } = hesitantDatabase();
  expect(await readCounts({ db, names }, ["a", "b", "c"])).toEqual(
    new Map([
      ["a", 7],
      ["b", 7],
      ["c", 7],
    ]),
  );
  expect(signals).toEqual([undefined, undefined, undefined]);
});

test("reading counts ends with the signal it is given", async () => {
  const { db, signals } = hesitantDatabase();
  await readCounts({ db, names }, ["a"], never);
  expect(signals).toEqual([never]);
});

test("a plan that cannot be read now is no plan of another version: the store's error stands", async () => {
  const failing = (error: Error) =>
    readPlan({
      s3: { send: () => Promise.reject(error) } as unknown as JobContext["s3"],
      names,
      jobId: "count-words/1",
      signal: never,
    });
  await expect(failing(new Error("no answer"))).rejects.toThrow("no answer");
  await expect(failing(new Error("no answer"))).rejects.not.toBeInstanceOf(PlanGone);
  await expect(failing(new Error("no answer"))).rejects.not.toBeInstanceOf(NewerInput);
});
