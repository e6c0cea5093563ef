// Effects computed from what the tables contain at the moment of the commit, against a real DynamoDB.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ComputedEffects } from "../../../../worker/engine/job/handler.ts";
import { EffectRefused, type Ending, FenceLost } from "../../../../worker/engine/ledger/ledger.ts";
import { systemClock } from "../../../../worker/fleet/clock.ts";
import { type LedgerDatabase, newJob, startLedgerDatabase } from "../../../support/ledger-database.ts";

let database: LedgerDatabase;
beforeAll(async () => {
  database = await startLedgerDatabase({ ...systemClock, sleep: () => systemClock.sleep(1) });
});
afterAll(() => database.close());

const completedWith = (effects: ComputedEffects): Ending => ({ status: "completed", effects, result: {} });
const heightOf = async (id: string) => Number((await database.book(id))?.times ?? 0);

/** Raises a number by one, on condition that it is still the number that was read. `onRead` is called for every read. */
const raising =
  (id: string, onRead: (refused: number | undefined) => unknown = () => {}): ComputedEffects =>
  async (refused) => {
    const height = await heightOf(id);
    await onRead(refused);
    return [
      {
        Update: {
          TableName: database.books,
          Key: { id },
          UpdateExpression: "SET times = :next",
          ConditionExpression: height === 0 ? "attribute_not_exists(id)" : "times = :seen",
          ExpressionAttributeValues: { ":next": height + 1, ...(height > 0 && { ":seen": height }) },
        },
      },
    ];
  };

test("they are computed again when another writer was faster, with the index of the refused effect", async () => {
  const [slow, fast] = [await database.claimed(), await database.claimed()];
  const asked: unknown[] = [];
  const overtaken = raising("overtaken", async (refused) => {
    asked.push(refused);
    if (asked.length === 1) await database.ledger().commit(fast, completedWith(raising("overtaken")));
  });
  await database.ledger().commit(slow, completedWith(overtaken));
  expect(asked).toEqual([undefined, 0]);
  expect(await heightOf("overtaken")).toBe(2);
});

test("25 jobs that raise one number from what they read raise it to 25", async () => {
  const claims = await Promise.all(Array.from({ length: 25 }, () => database.claimed()));
  await Promise.all(claims.map((claim) => database.ledger().commit(claim, completedWith(raising("hot")))));
  expect(await heightOf("hot")).toBe(25);
});

test("an error they throw ends the commit, and the job is still ours", async () => {
  const claim = await database.claimed();
  const throwing = completedWith(async () => Promise.reject(new Error("the row has changed")));
  await expect(database.ledger().commit(claim, throwing)).rejects.toThrow("the row has changed");
  await database.ledger().commit(claim, completedWith(raising("after")));
  expect(await heightOf("after")).toBe(1);
});

test("a condition that always fails is given up in the end, with the effect's index", async () => {
  const claim = await database.claimed();
  const hopeless: ComputedEffects = async () => [
    {
      ConditionCheck: {
        TableName: database.books,
        Key: { id: "nowhere" },
        ConditionExpression: "attribute_exists(id)",
      },
    },
  ];
  await expect(database.ledger().commit(claim, completedWith(hopeless))).rejects.toThrow(EffectRefused);
});

test("a stale claim is refused, however often it tries", async () => {
  const job = newJob();
  const stale = await database.claimed(job);
  await database.claimed(job);
  await expect(database.ledger().commit(stale, completedWith(raising("stale")))).rejects.toThrow(FenceLost);
  expect(await heightOf("stale")).toBe(0);
});
