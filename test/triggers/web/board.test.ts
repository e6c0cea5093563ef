// What the leaderboard asks of the stores: one visitor makes it for all, and nobody is shown an old one.
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, expect, test } from "vitest";
import { boardTimes, readBoard } from "../../../triggers/web/words/board.ts";
import { topShard } from "../../../worker/jobs/words/word-row.ts";
import { loggedCalls } from "../../support/call-log.ts";
import { type Provisioned, startProvisioned } from "../../support/provisioned.ts";

let provisioned: Provisioned;
let fleets = 0;

beforeAll(async () => {
  provisioned = await startProvisioned();
});
afterAll(() => provisioned.close());

/** A fleet in which one word was said, and what visitors of its board ask. */
async function world() {
  fleets += 1;
  const names = await provisioned.provision(`board-${fleets}`);
  const { db, calls } = loggedCalls(provisioned.db, names.fleet);
  const clock = { ms: Date.now() };
  const say = (word: string, count: number) =>
    provisioned.db.send(
      new PutCommand({ TableName: names.tables.words, Item: { word, count, shard: topShard(word) } }),
    );
  const look = () => readBoard({ db, names, now: () => clock.ms }, "total");
  /** Calls since the last time, by kind. */
  const asked = () => {
    const found: Record<string, number> = {};
    for (const call of calls.splice(0)) found[call] = (found[call] ?? 0) + 1;
    return found;
  };
  await say("said", 1);
  return { names, clock, say, look, asked };
}

const made = { "GetCommand word-boards": 1, "UpdateCommand word-boards": 1, "PutCommand word-boards": 1 };

test("one visitor in ten seconds makes the board by 16 queries, each other one reads one row", async () => {
  const { clock, say, look, asked } = await world();
  expect(await look()).toEqual([{ key: "said", text: "said", count: 1 }]);
  expect(asked()).toEqual({ ...made, "QueryCommand words": 16 });
  await say("said", 2);
  for (let visitor = 0; visitor < 100; visitor += 1) expect(await look()).toMatchObject([{ count: 1 }]);
  expect(asked()).toEqual({ "GetCommand word-boards": 100 });
  clock.ms += boardTimes.freshMs;
  expect(await look()).toMatchObject([{ count: 2 }]);
  expect(asked()).toEqual({ ...made, "QueryCommand words": 16 });
});

test("of a hundred who come at once when the board is due, one makes it and the others see the one before", async () => {
  const { clock, say, look, asked } = await world();
  await look();
  await say("said", 2);
  clock.ms += boardTimes.freshMs;
  asked();
  const boards = await Promise.all(Array.from({ length: 100 }, look));
  expect(asked()["QueryCommand words"]).toBe(16);
  expect(boards.filter(([word]) => word?.count === 2).length).toBeGreaterThanOrEqual(1);
  expect(boards.every(([word]) => word !== undefined)).toBe(true);
});

test("when whoever makes the board never ends, another does it, and nobody is shown one older than a minute", async () => {
  const { names, clock, say, look, asked } = await world();
  await look();
  await say("said", 2);
  const { tables } = names;
  const dies = async () => {
    const words = [{ key: "said", text: "said", count: 1 }];
    const makingUntil = clock.ms + boardTimes.makeMs;
    const Item = { board: "total", words, madeAt: clock.ms - boardTimes.freshMs, makingUntil };
    await provisioned.db.send(new PutCommand({ TableName: tables.wordBoards, Item }));
    asked();
  };
  await dies();
  expect(await look(), "while it may still be made").toMatchObject([{ count: 1 }]);
  clock.ms += boardTimes.makeMs;
  expect(await look(), "afterwards").toMatchObject([{ count: 2 }]);
  await dies();
  clock.ms += boardTimes.makeMs - 1;
  expect(await look()).toMatchObject([{ count: 1 }]);
  const Item = {
    board: "total",
    words: [],
    madeAt: clock.ms - boardTimes.oldestMs,
    makingUntil: clock.ms + 1,
  };
  await provisioned.db.send(new PutCommand({ TableName: tables.wordBoards, Item }));
  expect(await look(), "an old one").toMatchObject([{ count: 2 }]);
});

test("words of any length fit on the board and say that they go on", async () => {
  const { say, look } = await world();
  for (let at = 0; at < 20; at += 1) await say(`${at} ${"💬".repeat(500)}`, 5);
  const board = await look();
  expect(board).toHaveLength(20);
  for (const { key, text } of board) {
    expect(Array.from(text)).toHaveLength(49);
    expect(key.startsWith(text)).toBe(true);
  }
});
