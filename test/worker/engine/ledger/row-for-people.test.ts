// What a job's row keeps for people beside the notes of its runs: its payload once it fails, its follow-ups, and what it follows.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Effect } from "../../../../worker/engine/job/handler.ts";
import { systemClock } from "../../../../worker/fleet/clock.ts";
import { type LedgerDatabase, newJob, startLedgerDatabase } from "../../../support/ledger-database.ts";

let database: LedgerDatabase;
beforeAll(async () => {
  database = await startLedgerDatabase(systemClock);
});
afterAll(() => database.close());

const payload = { key: "inbox/ann.jpg", size: 3 };
const kept = async (jobId: string) => {
  const { payload: text, payloadBytes, followUps, causedBy } = (await database.row(jobId)) ?? {};
  return { payload: text, payloadBytes, followUps, causedBy };
};
const nothing = { payload: undefined, payloadBytes: undefined, followUps: undefined, causedBy: undefined };

test("the payload of a job that completes at once is not kept", async () => {
  const job = newJob({ payload });
  await database
    .ledger()
    .commit(await database.claimed(job), { status: "completed", effects: [], result: {} });
  expect(await kept(job.jobId)).toEqual(nothing);
});

test("the payload is kept once a run fails, and of a job that is rejected or dies", async () => {
  const [failed, rejected, dead] = [newJob({ payload }), newJob({ payload }), newJob({ payload })];
  const ledger = database.ledger();
  await ledger.noteFailure(await database.claimed(failed), "no route");
  const refusal = { status: "rejected", code: "c", reason: "r", effects: [] } as const;
  await ledger.commit(await database.claimed(rejected), refusal);
  await ledger.commit(await database.claimed(dead), { status: "dead-lettered", cause: "c" });
  for (const { jobId } of [failed, rejected, dead])
    expect(await kept(jobId)).toEqual({ ...nothing, payload: JSON.stringify(payload) });
});

test("of a long payload only the size is kept, and a message without one keeps nothing", async () => {
  const [long, none] = [newJob({ payload: { text: "ä".repeat(1020) } }), newJob()];
  const ledger = database.ledger();
  await ledger.noteFailure(await database.claimed(long), "no route");
  await ledger.noteFailure(await database.claimed(none), "no route");
  expect(await kept(long.jobId)).toEqual({ ...nothing, payloadBytes: 2051 });
  expect(await kept(none.jobId)).toEqual(nothing);
});

/** A row of the outbox, as a follow-up's effect writes it. */
const followUp = (n: number): Effect => ({
  Put: { TableName: database.books, Item: { id: crypto.randomUUID(), followUpId: `fixture-work/${n}` } },
});

test("a row names the jobs that its commit enqueued, twenty at most, and the job that it follows", async () => {
  const [few, many] = [newJob({ causedBy: "fixture-work/first" }), newJob()];
  const ledger = database.ledger();
  const ending = (count: number) => ({
    ...{ status: "completed" as const, result: {} },
    effects: [
      database.counting(crypto.randomUUID()),
      ...Array.from({ length: count }, (_, n) => followUp(n)),
    ],
  });
  await ledger.commit(await database.claimed(few), ending(2));
  await ledger.commit(await database.claimed(many), ending(30));
  expect(await kept(few.jobId)).toEqual({
    ...nothing,
    ...{ followUps: ["fixture-work/0", "fixture-work/1"], causedBy: "fixture-work/first" },
  });
  expect((await kept(many.jobId)).followUps).toHaveLength(20);
});

test("a job that is committed without having been claimed tells the same", async () => {
  const job = newJob({ payload, causedBy: "fixture-work/first" });
  const ledger = database.ledger();
  await ledger.commit(ledger.presume(job), { status: "completed", effects: [followUp(7)], result: {} });
  expect(await kept(job.jobId)).toEqual({
    ...nothing,
    ...{ followUps: ["fixture-work/7"], causedBy: "fixture-work/first" },
  });
});
