// Marks against a real DynamoDB: written before a job's end, only under the newest fence, exactly once even when answers
// are lost.
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { EffectRefused, FenceLost } from "../../../../worker/engine/ledger/ledger.ts";
import { cancelled } from "../../../support/conflicting-dynamodb.ts";
import { createFakeClock } from "../../../support/fake-clock.ts";
import { type LedgerDatabase, newJob, startLedgerDatabase } from "../../../support/ledger-database.ts";

/** A clock whose sleeps take no time, so that conflicts are retried immediately. */
const clock = { ...createFakeClock(), sleep: async () => {} };
let database: LedgerDatabase;
beforeAll(async () => {
  database = await startLedgerDatabase(clock);
});
afterAll(() => database.close());
afterEach(() => void database.gateway.faults.splice(0));

test("a mark is written while the job goes on, and the job commits as usual", async () => {
  const claim = await database.claimed();
  await database.ledger().mark(claim, [database.counting("marked-1"), database.counting("marked-2")]);
  expect([await database.times("marked-1"), await database.times("marked-2")]).toEqual([1, 1]);
  expect(await database.row(claim.jobId)).toMatchObject({ status: "running" });
  await database.ledger().commit(claim, { status: "completed", effects: [], result: {} });
  expect(await database.row(claim.jobId)).toMatchObject({ status: "completed" });
});

test("a claim that lost, interrupted or ended its job can mark nothing", async () => {
  const job = newJob();
  const stale = await database.claimed(job);
  const fresh = await database.claimed(job);
  const late = database.ledger().mark(stale, [database.counting("late")]);
  await expect(late).rejects.toThrow(FenceLost);
  await expect(late).rejects.toMatchObject({ jobId: stale.jobId });
  await database.ledger().noteInterruption(fresh);
  await expect(database.ledger().mark(fresh, [database.counting("late")])).rejects.toThrow(FenceLost);
  const last = await database.claimed(job);
  await database.ledger().commit(last, { status: "completed", effects: [], result: {} });
  await expect(database.ledger().mark(last, [database.counting("late")])).rejects.toThrow(FenceLost);
  expect(await database.times("late")).toBeUndefined();
});

test("a mark whose condition fails writes nothing and names the effect", async () => {
  const claim = await database.claimed();
  const mark = database.ledger().mark(claim, [database.counting("beside"), database.onlyIfThere("nowhere")]);
  await expect(mark).rejects.toThrow(EffectRefused);
  await expect(mark).rejects.toThrow("effect 1 of job");
  expect(await database.times("beside")).toBeUndefined();
});

for (const kind of ["drop-answer", "reset-in-body", "duplicate", "drop-before-apply"] as const) {
  test(`a mark under the fault ${kind} takes effect once and succeeds`, async () => {
    const claim = await database.claimed();
    let hit = 0;
    database.gateway.faults.push(({ action }) =>
      action === "TransactWriteItems" && hit++ === 0 ? { kind } : undefined,
    );
    await database.ledger().mark(claim, [database.counting(`once-${kind}`)]);
    expect(await database.times(`once-${kind}`)).toBe(1);
  });
}

test("a mark that conflicts with other transactions is repeated, and given up after eight tries", async () => {
  const claim = await database.claimed();
  const conflicts = (count: number) =>
    Array.from({ length: count }, () => cancelled(["None", "TransactionConflict"]));
  database.answerNext("TransactWriteItems", ...conflicts(8));
  const mark = () => database.ledger().mark(claim, [database.counting("busy")]);
  await expect(mark()).rejects.toMatchObject({ name: "TransactionCanceledException" });
  expect(await database.times("busy")).toBeUndefined();
  database.answerNext("TransactWriteItems", ...conflicts(7));
  await mark();
  expect(await database.times("busy")).toBe(1);
});
