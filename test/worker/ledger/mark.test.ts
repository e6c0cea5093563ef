// Marks against a real DynamoDB: written before a job's end, under the newest fence only, once whatever answers get lost.
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { Effect } from "../../../worker/jobs/handler.ts";
import { type Claim, EffectRefused, FenceLost } from "../../../worker/ledger/ledger.ts";
import { createFakeClock } from "../../support/fake-clock.ts";
import { type LedgerDatabase, newJob, startLedgerDatabase } from "../../support/ledger-database.ts";

/** A clock whose sleeps cost no time, so that conflicts are tried again at once. */
const clock = { ...createFakeClock(), sleep: async () => {} };
let database: LedgerDatabase;
beforeAll(async () => {
  database = await startLedgerDatabase(clock);
});
afterAll(() => database.close());
afterEach(() => void database.gateway.faults.splice(0));

async function claimed(job = newJob()): Promise<Claim> {
  const found = await database.ledger().claim(job);
  if (found.state !== "claimed") throw new Error(`found ${found.state}`);
  return found.claim;
}

const counting = (id: string): Effect => ({
  Update: {
    TableName: database.books,
    Key: { id },
    UpdateExpression: "ADD times :one",
    ExpressionAttributeValues: { ":one": 1 },
  },
});
const onlyIfThere = (id: string): Effect => ({
  ConditionCheck: { TableName: database.books, Key: { id }, ConditionExpression: "attribute_exists(id)" },
});
const times = async (id: string) => (await database.book(id))?.times;

test("a mark is written while the job goes on, which commits as if there were none", async () => {
  const claim = await claimed();
  await database.ledger().mark(claim, [counting("marked-1"), counting("marked-2")]);
  expect([await times("marked-1"), await times("marked-2")]).toEqual([1, 1]);
  expect(await database.row(claim.jobId)).toMatchObject({ status: "running" });
  await database.ledger().commit(claim, { status: "completed", effects: [], result: {} });
  expect(await database.row(claim.jobId)).toMatchObject({ status: "completed" });
});

test("who has lost the job, has handed it back or has ended it marks nothing", async () => {
  const job = newJob();
  const stale = await claimed(job);
  const fresh = await claimed(job);
  await expect(database.ledger().mark(stale, [counting("late")])).rejects.toThrow(FenceLost);
  await database.ledger().release(fresh);
  await expect(database.ledger().mark(fresh, [counting("late")])).rejects.toThrow(FenceLost);
  const last = await claimed(job);
  await database.ledger().commit(last, { status: "completed", effects: [], result: {} });
  await expect(database.ledger().mark(last, [counting("late")])).rejects.toThrow(FenceLost);
  expect(await times("late")).toBeUndefined();
});

test("a mark whose condition does not hold writes nothing and names the effect", async () => {
  const claim = await claimed();
  const mark = database.ledger().mark(claim, [counting("beside"), onlyIfThere("nowhere")]);
  await expect(mark).rejects.toThrow(EffectRefused);
  await expect(mark).rejects.toThrow("effect 1 of job");
  expect(await times("beside")).toBeUndefined();
});

for (const kind of ["drop-answer", "reset-in-body", "duplicate", "drop-before-apply"] as const) {
  test(`a mark under the fault ${kind} takes effect once and succeeds`, async () => {
    const claim = await claimed();
    let hit = 0;
    database.gateway.faults.push(({ action }) =>
      action === "TransactWriteItems" && hit++ === 0 ? { kind } : undefined,
    );
    await database.ledger().mark(claim, [counting(`once-${kind}`)]);
    expect(await times(`once-${kind}`)).toBe(1);
  });
}
