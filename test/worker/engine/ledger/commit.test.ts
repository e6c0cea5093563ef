// Commits against a real DynamoDB: all or nothing, only under the newest fence, exactly once even when answers are lost.
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { ServiceResponse } from "../../../../scripts/local/gateway/service.ts";
import type { Effect } from "../../../../worker/engine/job/handler.ts";
import { maxEffects } from "../../../../worker/engine/ledger/commit.ts";
import { EffectRefused, type Ending, FenceLost } from "../../../../worker/engine/ledger/ledger.ts";
import { createFakeClock } from "../../../support/fake-clock.ts";
import { type LedgerDatabase, newJob, startLedgerDatabase } from "../../../support/ledger-database.ts";

/** A clock whose sleeps take no time, so that conflicts are retried immediately; they are noted. */
const sleeps: number[] = [];
const clock = { ...createFakeClock(), sleep: async (ms: number) => void sleeps.push(ms) };
let database: LedgerDatabase;
beforeAll(async () => {
  database = await startLedgerDatabase(clock);
});
afterAll(() => database.close());
afterEach(() => void database.gateway.faults.splice(0));

const completedWith = (...effects: Effect[]): Ending => ({
  status: "completed",
  effects,
  result: { ok: true },
});

test("a commit writes the effects, the result and the ending at once", async () => {
  const claim = await database.claimed();
  await database
    .ledger()
    .commit(claim, completedWith(database.counting("all-1"), database.counting("all-2")));
  expect([await database.times("all-1"), await database.times("all-2")]).toEqual([1, 1]);
  expect(await database.row(claim.jobId)).toMatchObject({
    status: "completed",
    result: { ok: true },
    endedAt: new Date(clock.now()).toISOString(),
    endedShard: expect.stringMatching(/^fixture-work#[0-9a-f]$/),
  });
});

test("a stale claim commits nothing: no effect, no ending", async () => {
  const job = newJob();
  const [stale, fresh] = [await database.claimed(job), await database.claimed(job)];
  await expect(database.ledger().commit(stale, completedWith(database.counting("stale")))).rejects.toThrow(
    FenceLost,
  );
  expect(await database.times("stale")).toBeUndefined();
  await database.ledger().commit(fresh, completedWith(database.counting("fresh")));
  await expect(database.ledger().commit(stale, completedWith(database.counting("stale")))).rejects.toThrow(
    FenceLost,
  );
  expect([await database.times("stale"), await database.times("fresh")]).toEqual([undefined, 1]);
});

test("an interrupted job cannot be committed by the claim that noted the interruption", async () => {
  const claim = await database.claimed();
  await database.ledger().noteInterruption(claim);
  await expect(database.ledger().commit(claim, completedWith(database.counting("back")))).rejects.toThrow(
    FenceLost,
  );
  expect(await database.times("back")).toBeUndefined();
});

for (const kind of ["drop-answer", "reset-in-body", "duplicate", "drop-before-apply"] as const) {
  test(`a commit under the fault ${kind} takes effect once and succeeds`, async () => {
    const claim = await database.claimed();
    let hit = 0;
    database.gateway.faults.push(({ action }) =>
      action === "TransactWriteItems" && hit++ === 0 ? { kind } : undefined,
    );
    await database.ledger().commit(claim, completedWith(database.counting(`once-${kind}`)));
    expect(await database.times(`once-${kind}`)).toBe(1);
  });
}

test("a commit whose answers are all lost takes effect once, and its second try finds that out", async () => {
  const claim = await database.claimed();
  database.gateway.faults.push(({ action }) =>
    action === "TransactWriteItems" ? { kind: "drop-answer" } : undefined,
  );
  const ending = completedWith(database.counting("unanswered"));
  await expect(database.ledger().commit(claim, ending)).rejects.toThrow();
  database.gateway.faults.splice(0);
  await database.ledger().commit(claim, ending);
  expect(await database.times("unanswered")).toBe(1);
});

test("an effect whose condition fails refuses the whole commit at once and is named by its index; the job is still ours", async () => {
  const claim = await database.claimed();
  sleeps.splice(0);
  const commit = database
    .ledger()
    .commit(claim, completedWith(database.counting("beside"), database.onlyIfThere("nowhere")));
  await expect(commit).rejects.toThrow(EffectRefused);
  await expect(commit).rejects.toThrow("effect 1 of job");
  expect(await database.times("beside")).toBeUndefined();
  // The same effects would be refused again.
  expect(sleeps).toEqual([]);
  await database.ledger().noteFailure(claim, "refused");
  expect(await database.row(claim.jobId)).toMatchObject({ status: "waiting" });
});

test("a stale claim with a refused effect reports the lost fence, not the effect", async () => {
  const job = newJob();
  const stale = await database.claimed(job);
  await database.claimed(job);
  await expect(
    database.ledger().commit(stale, completedWith(database.onlyIfThere("nowhere"))),
  ).rejects.toThrow(FenceLost);
});

/** DynamoDB's answer to a transaction cancelled for these reasons. */
const cancelled = (...codes: string[]): ServiceResponse => ({
  status: 400,
  headers: { "content-type": "application/x-amz-json-1.0" },
  body: JSON.stringify({
    __type: "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
    Message: "Transaction cancelled",
    CancellationReasons: codes.map((Code) => ({ Code })),
  }),
});

test("a commit that conflicts with other transactions is repeated until it succeeds", async () => {
  const claim = await database.claimed();
  const conflict = cancelled("None", "TransactionConflict");
  sleeps.splice(0);
  const passing = [cancelled("ThrottlingError", "None"), cancelled("None", "ProvisionedThroughputExceeded")];
  database.answerNext("TransactWriteItems", conflict, conflict, ...passing);
  await database.ledger().commit(claim, completedWith(database.counting("conflict")));
  expect(await database.times("conflict")).toBe(1);
  expect(sleeps).toHaveLength(4);
  for (const [tries, ms] of sleeps.entries()) {
    expect(ms).toBeGreaterThan(0);
    expect(ms).toBeLessThanOrEqual(20 * 2 ** (tries + 1));
  }
});

test("a transaction that was cancelled for no reason is not repeated", async () => {
  const claim = await database.claimed();
  database.answerNext("TransactWriteItems", cancelled("None", "None"));
  const commit = database.ledger().commit(claim, completedWith(database.counting("no-reason")));
  await expect(commit).rejects.toMatchObject({ name: "TransactionCanceledException" });
  expect(await database.times("no-reason")).toBeUndefined();
});

test("effects may be computed although a job has an empty list of additions, but not beside additions", async () => {
  const claim = await database.claimed();
  const computed = {
    status: "completed",
    effects: async () => [database.counting("few")],
    result: {},
  } as const;
  await database.ledger().commit(claim, { ...computed, additions: [] });
  expect(await database.times("few")).toBe(1);
  const additions = [{ table: database.books, key: { id: "more" }, attribute: "times", amount: 1 }];
  const both = async () => database.ledger().commit(claim, { ...computed, additions });
  await expect(both()).rejects.toThrow("its effects must not be computed");
});

test("a commit that conflicts again and again gives up with the reason; the job is still ours", async () => {
  const claim = await database.claimed();
  const conflicts = Array.from({ length: 8 }, () => cancelled("None", "TransactionConflict"));
  database.answerNext("TransactWriteItems", ...conflicts);
  let tries = 0;
  database.gateway.faults.push(({ action }) => {
    if (action === "TransactWriteItems") tries += 1;
    return undefined;
  });
  await expect(
    database.ledger().commit(claim, completedWith(database.counting("busy"))),
  ).rejects.toMatchObject({
    name: "TransactionCanceledException",
  });
  expect(tries).toBe(8);
  expect(await database.times("busy")).toBeUndefined();
  await database.ledger().commit(claim, completedWith(database.counting("busy")));
  expect(await database.times("busy")).toBe(1);
});

test("many jobs that change one item at the same time all take effect, once each", async () => {
  const claims = await Promise.all(Array.from({ length: 20 }, () => database.claimed()));
  await Promise.all(
    claims.map((claim) => database.ledger().commit(claim, completedWith(database.counting("hot")))),
  );
  expect(await database.times("hot")).toBe(20);
});

test("98 effects fit one commit, 99 are an error that says so before anything is written", async () => {
  const effects = (count: number, name: string) =>
    Array.from({ length: count }, (_, index) => database.counting(`${name}-${index}`));
  const claim = await database.claimed();
  const tooMany = database.ledger().commit(claim, completedWith(...effects(maxEffects + 1, "over")));
  await expect(tooMany).rejects.toThrow("has 99 effects, at most 98 fit one commit");
  await database.ledger().commit(claim, completedWith(...effects(maxEffects, "fit")));
  expect(await database.times("fit-97")).toBe(1);
});

test("a rejection writes its reason and the rows that come with it", async () => {
  const claim = await database.claimed();
  const ending = {
    code: "unsupported-format",
    reason: "This is no picture.",
    effects: [database.counting("refused")],
  };
  await database.ledger().commit(claim, { status: "rejected", ...ending });
  expect(await database.times("refused")).toBe(1);
  expect(await database.row(claim.jobId)).toMatchObject({
    status: "rejected",
    code: "unsupported-format",
    reason: "This is no picture.",
  });
});

test("an error text of any length fits the row: it is cut to 1,000 characters, never within a character", async () => {
  const long = `${"x".repeat(999)}${"\u{1f600}".repeat(300_000)}`;
  const [dead, refused] = [await database.claimed(), await database.claimed()];
  await database.ledger().commit(dead, { status: "dead-lettered", cause: long });
  await database.ledger().commit(refused, { status: "rejected", code: "c", reason: long, effects: [] });
  const cut = `${"x".repeat(999)}\ufffd`;
  expect(await database.row(dead.jobId)).toMatchObject({ cause: cut });
  expect(await database.row(refused.jobId)).toMatchObject({ reason: cut });
});
