// Commits with additions and steps: several jobs share a transaction, each is applied once and under its own fence.
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import type { LocalService } from "../../../../scripts/local/gateway/service.ts";
import type { Effect } from "../../../../worker/engine/job/handler.ts";
import type { Addition } from "../../../../worker/engine/ledger/addition.ts";
import {
  type Claim,
  EffectRefused,
  type Ending,
  FenceLost,
} from "../../../../worker/engine/ledger/ledger.ts";
import { type Clock, systemClock } from "../../../../worker/fleet/clock.ts";
import { type ConflictReport, cancelled, conflicting } from "../../../support/conflicting-dynamodb.ts";
import { type LedgerDatabase, newJob, startLedgerDatabase } from "../../../support/ledger-database.ts";

/** The machine's clock without sleeps, so that conflicts are retried immediately. */
let pauses = true;
const slept: number[] = [];
const clock: Clock = {
  ...systemClock,
  sleep: async (ms, signal) => {
    slept.push(ms);
    if (pauses) await systemClock.sleep(ms, signal);
  },
};
let database: LedgerDatabase;
let report: ConflictReport = { applied: 0, cancelled: 0 };
/** Transactions take this long, as they do on AWS. */
const transactionMs = 10;
beforeAll(async () => {
  const wrap = (service: LocalService) => {
    const wrapped = conflicting(service, transactionMs);
    report = wrapped.report;
    return wrapped.service;
  };
  database = await startLedgerDatabase(clock, wrap);
});
afterAll(() => database.close());
beforeEach(() => void Object.assign(report, { applied: 0, cancelled: 0 }));
afterEach(() => void database.gateway.faults.splice(0));

const adding = (id: string, amount: number): Addition => ({
  table: database.books,
  key: { id },
  attribute: "times",
  amount,
});
const ending = (additions: Addition[], effects: Effect[] = []): Ending => ({
  status: "completed",
  effects,
  additions,
  result: {},
});
const statusOf = async ({ jobId }: Claim) => (await database.row(jobId))?.status;

test("64 jobs of one worker that add to the same items share a few transactions, none of which conflicts", async () => {
  const claims = await Promise.all(Array.from({ length: 64 }, () => database.claimed()));
  const ledger = database.ledger();
  const same = Array.from({ length: 30 }, (_, word) => adding(`one-${word}`, word + 1));
  await Promise.all(claims.map((claim) => ledger.commit(claim, ending(same))));
  for (let word = 0; word < 30; word += 1) expect(await database.times(`one-${word}`)).toBe(64 * (word + 1));
  expect(report.cancelled).toBe(0);
  // The first is committed alone; 69 others would fit beside the 30 sums of the second.
  expect(report.applied).toBe(2);
});

test("with 64 workers that all add to the same items no job fails, and the sums are exact", async () => {
  const claims = await Promise.all(Array.from({ length: 64 }, () => database.claimed()));
  const same = Array.from({ length: 10 }, (_, word) => adding(`many-${word}`, 1));
  await Promise.all(claims.map((claim) => database.ledger().commit(claim, ending(same))));
  for (let word = 0; word < 10; word += 1) expect(await database.times(`many-${word}`)).toBe(64);
  expect(report.applied).toBe(64);
  expect(report.cancelled).toBeGreaterThan(0);
});

test("a job with a lost fence or a refused effect delays no other job of its transaction", async () => {
  const jobs = [newJob(), newJob(), newJob(), newJob()] as const;
  const [first, stale, refused, last] = await Promise.all(jobs.map((job) => database.claimed(job)));
  if (first === undefined || stale === undefined || refused === undefined || last === undefined)
    throw new Error("four claims");
  await database.claimed(jobs[1]);
  const ledger = database.ledger();
  const missing: Effect = {
    ConditionCheck: {
      TableName: database.books,
      Key: { id: "nothing" },
      ConditionExpression: "attribute_exists(id)",
    },
  };
  const add = [adding("mixed", 1)];
  const ended = await Promise.allSettled([
    ledger.commit(first, ending(add)),
    ledger.commit(stale, ending(add)),
    ledger.commit(refused, ending(add, [missing])),
    ledger.commit(last, ending(add)),
  ]);
  expect(ended.map((one) => (one.status === "rejected" ? one.reason.constructor : one.status))).toEqual([
    "fulfilled",
    FenceLost,
    EffectRefused,
    "fulfilled",
  ]);
  expect(await database.times("mixed")).toBe(2);
  expect([await statusOf(first), await statusOf(refused), await statusOf(last)]).toEqual([
    "completed",
    "running",
    "completed",
  ]);
});

test("a transaction that fails for an unknown reason is repeated job by job, and only the guilty job fails", async () => {
  const claims = await Promise.all([database.claimed(), database.claimed(), database.claimed()]);
  const ledger = database.ledger();
  // An item cannot be that large: DynamoDB refuses the whole transaction.
  const tooLarge = { ...adding("apart-large", 1), fixed: { text: "x".repeat(500_000) } };
  const ended = await Promise.allSettled(
    claims.map((claim, index) => ledger.commit(claim, ending([index === 1 ? tooLarge : adding("apart", 1)]))),
  );
  expect(ended.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect([await database.times("apart"), await database.times("apart-large")]).toEqual([2, undefined]);
});

test("a job that arrives while jobs are repeated one by one is not put into one transaction with them", async () => {
  const claims = await Promise.all([0, 1, 2, 3].map(() => database.claimed()));
  const [first, guilty, innocent, late] = claims as [Claim, Claim, Claim, Claim];
  const ledger = database.ledger();
  const tooLarge = { ...adding("late-large", 1), fixed: { text: "x".repeat(500_000) } };
  const commits: Promise<void>[] = [];
  let transactions = 0;
  database.gateway.faults.push(({ action }) => {
    if (action === "TransactWriteItems") transactions += 1;
    // The guilty one is now tried alone.
    if (transactions === 3 && commits.length === 3)
      commits.push(ledger.commit(late, ending([adding("late", 1)])));
    return undefined;
  });
  commits.push(ledger.commit(first, ending([adding("late", 1)])));
  commits.push(ledger.commit(guilty, ending([tooLarge])));
  commits.push(ledger.commit(innocent, ending([adding("late", 1)])));
  const ended = await Promise.allSettled(commits);
  expect(ended.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  await commits[3];
  expect([await database.times("late"), report.applied, transactions]).toEqual([3, 3, 5]);
});

test("a job has at most 100 actions, its own row included; one more is refused before anything is sent", async () => {
  const claim = await database.claimed();
  const many = (count: number) => Array.from({ length: count }, (_, index) => adding(`act-${index}`, 1));
  const over = database.ledger().commit(claim, ending(many(100)));
  await expect(over).rejects.toThrow("has 101 actions, at most 100 fit one commit");
  expect([report.applied, report.cancelled]).toEqual([0, 0]);
  await database.ledger().commit(claim, ending(many(99)));
  expect(await database.times("act-98")).toBe(1);
});

test("jobs that together exceed 100 actions or two megabytes go in several transactions", async () => {
  const claims = await Promise.all(Array.from({ length: 100 }, () => database.claimed()));
  const ledger = database.ledger();
  const shared = [adding("full", 1)];
  // The first goes alone; 98 beside their sum make 99 actions, and the last has two more.
  const commits = claims.map((claim, index) =>
    ledger.commit(claim, ending(shared, index === 99 ? [database.counting("full-extra")] : [])),
  );
  await Promise.all(commits);
  expect([await database.times("full"), await database.times("full-extra"), report.applied]).toEqual([
    100, 1, 3,
  ]);
  Object.assign(report, { applied: 0 });
  const large = (index: number) => ({ ...adding(`bytes-${index}`, 1), fixed: { text: "x".repeat(300_000) } });
  const others = await Promise.all(Array.from({ length: 8 }, () => database.claimed()));
  await Promise.all(others.map((claim, index) => ledger.commit(claim, ending([large(index)]))));
  expect(report.applied).toBe(3);
});

test.each([
  [49, 2],
  [50, 3],
])(
  "jobs share a transaction up to 100 actions, sums that the later one brings included: %i sums and 49 others",
  async (sums, transactions) => {
    const claims = await Promise.all(Array.from({ length: 3 }, () => database.claimed()));
    const ledger = database.ledger();
    let sent = 0;
    database.gateway.faults.push(({ action }) => {
      if (action === "TransactWriteItems") sent += 1;
      return undefined;
    });
    // The first goes alone, since nothing else waits yet.
    const commits = [1, sums, 49].map((count, job) => {
      const own = Array.from({ length: count }, (_, index) => adding(`own-${sums}-${job}-${index}`, 1));
      return ledger.commit(claims[job] as Claim, ending(own));
    });
    await Promise.all(commits);
    expect([sent, report.applied]).toEqual([transactions, transactions]);
  },
);

test("of several refused effects the first is named, and a refusal that cannot be judged fails instead of hanging", async () => {
  const claim = await database.claimed();
  const ledger = database.ledger();
  const refused = [database.onlyIfThere("nowhere-1"), database.onlyIfThere("nowhere-2")];
  const add = [adding("refused", 1)];
  await expect(ledger.commit(claim, ending(add, refused))).rejects.toThrow("effect 0 of job");
  database.gateway.faults.push(({ action }) =>
    action === "GetItem"
      ? { kind: "error", status: 400, code: "AccessDeniedException", message: "no" }
      : undefined,
  );
  await expect(ledger.commit(claim, ending(add, refused))).rejects.toMatchObject({
    name: "AccessDeniedException",
  });
});

test("a commit whose answer was lost and whose repetition is refused is recognised as done", async () => {
  database.renewClient();
  const claim = await database.claimed();
  const ledger = database.ledger();
  await ledger.commit(claim, ending([adding("lost", 1)]));
  await ledger.commit(claim, ending([adding("lost", 1)]));
  expect(await database.times("lost")).toBe(1);
});

test("endless conflicts leave the job unchanged for its next run, after waits that double up to 400 ms", async () => {
  const claim = await database.claimed();
  const random = vi.spyOn(Math, "random").mockReturnValue(0.5);
  onTestFinished(() => random.mockRestore());
  slept.splice(0);
  const answers = Array.from({ length: 60 }, () => cancelled(["None", "TransactionConflict"]));
  database.answerNext("TransactWriteItems", ...answers);
  pauses = false;
  onTestFinished(() => {
    pauses = true;
  });
  const commit = database.ledger().commit(claim, ending([adding("never", 1)]));
  await expect(commit).rejects.toThrow(/TransactionConflict/);
  expect([await statusOf(claim), await database.times("never")]).toEqual(["running", undefined]);
  expect(slept.slice(0, 7)).toEqual([10, 20, 40, 80, 160, 200, 200]);
  expect(Math.max(...slept)).toBe(200);
});

test("steps are applied once and in order, and a stale claim applies none", async () => {
  const job = newJob();
  const stale = await database.claimed(job);
  const ledger = database.ledger();
  await ledger.applyStep(stale, 0, [adding("step-0", 1)]);
  await ledger.applyStep(stale, 0, [adding("step-0", 1)]);
  const fresh = await database.claimed(job);
  expect([stale.steps, fresh.steps]).toEqual([0, 1]);
  await expect(ledger.applyStep(stale, 1, [adding("step-1", 1)])).rejects.toThrow(FenceLost);
  await expect(ledger.applyStep(stale, 0, [adding("step-0", 1)])).rejects.toThrow(FenceLost);
  await expect(ledger.commit(stale, ending([adding("step-2", 1)]))).rejects.toThrow(FenceLost);
  await ledger.applyStep(fresh, 1, [adding("step-1", 1)]);
  await expect(ledger.applyStep(fresh, 3, [adding("step-3", 1)])).rejects.toThrow(FenceLost);
  await ledger.commit(fresh, ending([adding("step-2", 1)]));
  expect(await Promise.all(["step-0", "step-1", "step-2", "step-3"].map(database.times))).toEqual([
    1,
    1,
    1,
    undefined,
  ]);
});

test("a run that made progress counts as the first run, one that did not as a further run", async () => {
  const job = newJob();
  const ledger = database.ledger();
  const runs: number[] = [];
  for (const gotOn of [false, false, true, true, false]) {
    const claim = await database.claimed(job);
    runs.push(claim.run);
    if (gotOn) await ledger.applyStep(claim, claim.steps, [adding("runs", 1)]);
  }
  runs.push((await database.claimed(job)).run);
  expect(runs).toEqual([1, 2, 3, 2, 2, 3]);
});

test("failures are forgotten once a later run makes progress", async () => {
  const job = newJob();
  const ledger = database.ledger();
  await ledger.noteFailure(await database.claimed(job), "no luck");
  const claim = await database.claimed(job);
  await ledger.applyStep(claim, claim.steps, [adding("failures", 1)]);
  expect([claim.failures, (await database.claimed(job)).failures]).toEqual([1, 0]);
});

type Act = { worker: number; does: "claim" | "step" | "commit"; fault: string };
const acts = fc.array(
  fc.record<Act>({
    worker: fc.nat({ max: 2 }),
    does: fc.constantFrom("claim", "claim", "step", "step", "step", "commit"),
    fault: fc.constantFrom("none", "none", "drop-answer", "duplicate", "drop-before-apply"),
  }),
  { minLength: 4, maxLength: 20 },
);

test("whatever three workers do with a job of four steps, under any faults, every step counts once", async () => {
  await fc.assert(
    fc.asyncProperty(acts, async (history) => {
      database.renewClient();
      const job = newJob();
      const claims: (Claim | undefined)[] = [];
      for (const [at, { worker, does, fault }] of history.entries()) {
        const claim = claims[worker];
        let hit = fault === "none";
        database.gateway.faults.push(({ action }) => {
          if (hit || action === "GetItem") return undefined;
          hit = true;
          return { kind: fault as "duplicate" };
        });
        const ledger = database.ledger(`w${worker}-${at}`);
        const step = claim?.steps ?? 0;
        const act = async () => {
          if (does === "claim") {
            const found = await ledger.claim(job);
            if (found.state === "claimed") claims[worker] = found.claim;
          } else if (claim !== undefined && step < 4) {
            await ledger.applyStep(claim, step, [adding(`${job.jobId}-${step}`, 1)]);
            claims[worker] = { ...claim, steps: step + 1 };
          } else if (claim !== undefined && does === "commit")
            await ledger.commit(claim, ending([adding(`${job.jobId}-4`, 1)]));
        };
        await act().catch((error: unknown) => {
          if (!(error instanceof FenceLost)) throw error;
        });
        database.gateway.faults.splice(0);
      }
      const row = await database.row(job.jobId);
      for (let step = 0; step < 4; step += 1)
        expect(await database.times(`${job.jobId}-${step}`)).toBe((row?.steps ?? 0) > step ? 1 : undefined);
      expect(await database.times(`${job.jobId}-4`)).toBe(row?.status === "completed" ? 1 : undefined);
    }),
    { numRuns: 40, interruptAfterTimeLimit: 60_000 },
  );
});
