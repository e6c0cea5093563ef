// Claims against a real DynamoDB: fences, runs, endings, redrives; with lost answers.
import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { Fault } from "../../../../scripts/local/gateway/faults.ts";
import type { LocalService } from "../../../../scripts/local/gateway/service.ts";
import { standInId } from "../../../../worker/engine/job/stand-in-id.ts";
import { FenceLost } from "../../../../worker/engine/ledger/ledger.ts";
import { systemClock } from "../../../../worker/fleet/clock.ts";
import { type LedgerDatabase, newJob, startLedgerDatabase } from "../../../support/ledger-database.ts";

let database: LedgerDatabase;
/** Bodies of the reads that were made. */
const reads: { ConsistentRead?: boolean }[] = [];
/** Called before a call of an action is passed on; may hold it back. */
let before: (action: string, body: string) => Promise<void> | undefined = () => undefined;
beforeAll(async () => {
  const wrap = (service: LocalService): LocalService => ({
    ...service,
    handle: async (request) => {
      const [action, body] = [service.actionOf(request), request.body.toString()];
      if (action === "GetItem") reads.push(JSON.parse(body));
      await before(action, body);
      return service.handle(request);
    },
  });
  database = await startLedgerDatabase(systemClock, wrap);
});
afterAll(() => database.close());
afterEach(() => {
  database.gateway.faults.splice(0);
  before = () => undefined;
});

/** Applies a fault to the next call of an action. */
function disturb(action: string, fault: Fault): void {
  let hit = false;
  database.gateway.faults.push((call) => {
    if (hit || call.action !== action) return undefined;
    hit = true;
    return fault;
  });
}

const completed = { status: "completed", effects: [], result: { width: 400 } } as const;

test("the first claim of a job is run 1, a claim after a crash is run 2 with a higher fence", async () => {
  const job = newJob();
  expect(await database.claimed(job)).toMatchObject({ ...job, fence: 1, run: 1, failures: 0, steps: 0 });
  expect(await database.claimed(job)).toMatchObject({ fence: 2, run: 2 });
});

test("the row says which worker runs what, since when, and that it expires after 60 days, in DynamoDB's seconds", async () => {
  const job = newJob({ group: "album-7", traceId: "trace-9" });
  const claimedAt = Math.floor(Date.now() / 1000);
  await database.claimed(job, "worker-3");
  const lastsSeconds =
    Number(((await database.row(job.jobId)) as { expiresAt?: number })?.expiresAt) - claimedAt;
  expect(lastsSeconds).toBeGreaterThanOrEqual(60 * 86_400);
  expect(lastsSeconds).toBeLessThan(61 * 86_400);
  expect(await database.row(job.jobId)).toMatchObject({
    status: "running",
    kind: "fixture-work",
    group: "album-7",
    traceId: "trace-9",
    owner: "worker-3",
    enqueuedAt: job.enqueuedAt,
  });
});

test("an interrupted claim does not count as a run, a failed one does", async () => {
  const job = newJob();
  const ledger = database.ledger();
  await ledger.noteInterruption(await database.claimed(job));
  expect(await database.claimed(job)).toMatchObject({ fence: 2, run: 1 });
  const second = await database.claimed(job);
  await ledger.noteFailure(second, "Error: x");
  expect(await database.row(job.jobId)).toMatchObject({ status: "waiting", lastError: "Error: x" });
  expect(await database.claimed(job)).toMatchObject({ fence: 4, run: 3 });
});

for (const kind of ["drop-answer", "reset-in-body", "duplicate", "drop-before-apply"] as const) {
  test(`a claim under the fault ${kind} counts once`, async () => {
    const job = newJob();
    disturb("UpdateItem", { kind });
    expect(await database.claimed(job)).toMatchObject({ fence: 1, run: 1 });
    expect(await database.row(job.jobId)).toMatchObject({ fence: 1, interruptions: 0, status: "running" });
  });

  test(`a note of interruption under the fault ${kind} is written once and is not a lost fence`, async () => {
    const job = newJob();
    const claim = await database.claimed(job);
    disturb("UpdateItem", { kind });
    await database.ledger().noteInterruption(claim);
    expect(await database.row(job.jobId)).toMatchObject({ fence: 1, interruptions: 1, status: "waiting" });
  });

  test(`a note of failure under the fault ${kind} is not a lost fence`, async () => {
    const job = newJob();
    const claim = await database.claimed(job);
    disturb("UpdateItem", { kind });
    await database.ledger().noteFailure(claim, "Error: y");
    expect(await database.claimed(job)).toMatchObject({ fence: 2, run: 2 });
  });

  test(`the claim of a redriven job under the fault ${kind} counts once`, async () => {
    const job = newJob();
    await database.ledger().commit(await database.claimed(job), { status: "dead-lettered", cause: "c" });
    let updates = 0;
    database.gateway.faults.push(({ action }) => {
      if (action !== "UpdateItem") return undefined;
      updates += 1;
      return updates === 2 ? { kind } : undefined;
    });
    expect(await database.claimed({ ...job, redrives: 1 })).toMatchObject({
      fence: 2,
      run: 1,
      redrives: 1,
    });
  });
}

test("of many simultaneous claims each gets its own fence and only the newest may commit", async () => {
  const job = newJob();
  const claims = await Promise.all(
    Array.from({ length: 12 }, (_, index) => database.claimed(job, `w${index}`)),
  );
  expect(claims.map(({ fence }) => fence).sort((a, b) => a - b)).toEqual(claims.map((_, index) => index + 1));
  const commits = await Promise.allSettled(claims.map((claim) => database.ledger().commit(claim, completed)));
  const won = commits.flatMap(({ status }, index) => (status === "fulfilled" ? [claims[index]?.fence] : []));
  expect(won).toEqual([12]);
  for (const commit of commits)
    if (commit.status === "rejected") expect(commit.reason).toBeInstanceOf(FenceLost);
});

test("a claim of an ended job reports how it ended and changes nothing", async () => {
  const [done, refused, dead] = [newJob(), newJob(), newJob()];
  const ledger = database.ledger();
  await ledger.commit(await database.claimed(done), completed);
  await ledger.commit(await database.claimed(refused), {
    status: "rejected",
    code: "bad",
    reason: "No.",
    effects: [],
  });
  await ledger.noteFailure(await database.claimed(dead), "first");
  await ledger.commit(await database.claimed(dead), { status: "dead-lettered", cause: "Error: z" });
  expect(await ledger.claim(done)).toEqual({ state: "completed", result: { width: 400 } });
  expect(await ledger.claim(refused)).toEqual({ state: "rejected", code: "bad", reason: "No." });
  const dying = { state: "dead-lettered", cause: "Error: z", runs: 2, redrives: 0 };
  expect(await ledger.claim(dead)).toEqual({ ...dying, sent: false });
  await ledger.deadLetterSent(dead);
  const row = await database.row(dead.jobId);
  expect(row).toMatchObject({ deadKind: dead.kind });
  expect(Math.abs(Date.parse(row?.deadAt ?? "") - Date.now())).toBeLessThan(3_600_000);
  await wait(5);
  await ledger.deadLetterSent(dead);
  // The letter's age runs from its first note.
  expect((await database.row(dead.jobId))?.deadAt).toBe(row?.deadAt);
  expect(await ledger.claim(dead)).toEqual({ ...dying, sent: true });
  expect(await database.row(done.jobId)).toMatchObject({ fence: 1 });
});

test("failures are counted apart from runs that ended without a note, until a redrive", async () => {
  const job = newJob();
  const ledger = database.ledger();
  await ledger.noteFailure(await database.claimed(job), "no luck");
  await database.claimed(job);
  await ledger.noteFailure(await database.claimed(job), "no luck again");
  const claim = await database.claimed(job);
  expect(claim).toMatchObject({ run: 4, failures: 2 });
  await ledger.commit(claim, { status: "dead-lettered", cause: "for the test" });
  expect(await database.claimed({ ...job, redrives: 1 })).toMatchObject({ run: 1, failures: 0 });
});

test("a redriven job starts from zero; a late copy of its old message does not reopen it", async () => {
  const job = newJob();
  const ledger = database.ledger();
  await ledger.noteFailure(await database.claimed(job), "first");
  await ledger.commit(await database.claimed(job), { status: "dead-lettered", cause: "Error: z" });
  await ledger.deadLetterSent(job);
  const again = { ...job, redrives: 1 };
  const claim = await database.claimed(again);
  expect(claim).toMatchObject({ fence: 3, run: 1 });
  for (const ended of ["cause", "deadKind", "deadAt"])
    expect(await database.row(job.jobId)).not.toHaveProperty(ended);
  await ledger.commit(claim, { status: "dead-lettered", cause: "Error: again" });
  expect(await ledger.claim(job)).toMatchObject({
    state: "dead-lettered",
    cause: "Error: again",
    sent: false,
  });
  expect(await ledger.claim(again)).toMatchObject({ state: "dead-lettered", runs: 1 });
  expect(await database.claimed({ ...job, redrives: 2 })).toMatchObject({ fence: 4, run: 1 });
});

test("a dead job that comes with another message was sent back; the message that died is recognised", async () => {
  const job = newJob({ messageId: "first" });
  const ledger = database.ledger();
  await ledger.commit(await database.claimed(job), { status: "dead-lettered", cause: "c" });
  expect(await ledger.claim(job)).toMatchObject({ state: "dead-lettered", redrives: 0 });
  const back = { ...job, messageId: "second" };
  const claim = await database.claimed(back);
  expect(claim).toMatchObject({ fence: 2, run: 1, redrives: 1 });
  await ledger.commit(claim, { status: "dead-lettered", cause: "c" });
  expect(await ledger.claim(back)).toMatchObject({ state: "dead-lettered", redrives: 1 });
  const third = { ...job, messageId: "third" };
  await ledger.noteFailure(await database.claimed(third), "x");
  // The body of the message still says 0; the row does not forget.
  expect(await database.claimed(third)).toMatchObject({ run: 2, redrives: 2 });
});

test("a completed job stays completed when an operator redrives an old dead letter of it", async () => {
  const job = newJob();
  await database.ledger().commit(await database.claimed(job), completed);
  expect(await database.ledger().claim({ ...job, redrives: 1 })).toMatchObject({ state: "completed" });
});

test("of many workers that claim a redriven job at once, all but the newest lose their fence", async () => {
  const job = newJob();
  await database.ledger().commit(await database.claimed(job), { status: "dead-lettered", cause: "c" });
  const again = { ...job, redrives: 1 };
  const found = await Promise.allSettled(
    Array.from({ length: 8 }, (_, index) => database.ledger(`w${index}`).claim(again)),
  );
  const claims = found.flatMap((result) =>
    result.status === "fulfilled" && result.value.state === "claimed" ? [result.value.claim] : [],
  );
  expect(claims.length).toBeGreaterThan(0);
  const newest = Math.max(...claims.map(({ fence }) => fence));
  for (const claim of claims) {
    const commit = database.ledger().commit(claim, completed);
    if (claim.fence === newest) await commit;
    else await expect(commit).rejects.toThrow(FenceLost);
  }
});

test("a claim that lost its fence can note neither an interruption nor a failure", async () => {
  const job = newJob();
  const stale = await database.claimed(job);
  await database.claimed(job);
  await expect(database.ledger().noteInterruption(stale)).rejects.toThrow(FenceLost);
  await expect(database.ledger().noteFailure(stale, "x")).rejects.toThrow(FenceLost);
  expect(await database.row(job.jobId)).toMatchObject({ fence: 2, interruptions: 0, status: "running" });
});

test("a note that fails for any other reason fails with that, and not as a lost fence", async () => {
  const job = newJob();
  const claim = await database.claimed(job);
  database.gateway.faults.push(({ action }) =>
    action === "UpdateItem"
      ? { kind: "error", status: 400, code: "AccessDeniedException", message: "no" }
      : undefined,
  );
  const refused = { name: "AccessDeniedException" };
  await expect(database.ledger().noteFailure(claim, "x")).rejects.toMatchObject(refused);
  database.gateway.faults.splice(0);
  await database.ledger().noteInterruption(claim);
  expect(await database.row(job.jobId)).toMatchObject({ interruptions: 1, status: "waiting" });
});

test("runs that were put off count neither as runs nor as failures; since when they were is kept until a failure", async () => {
  const job = newJob();
  const ledger = database.ledger();
  for (let run = 0; run < 20; run += 1) {
    const claim = await database.claimed(job);
    expect(claim).toMatchObject({ run: 1, failures: 0 });
    await ledger.notePutOff(claim, "S3 does not answer");
    await ledger.notePutOff(claim, "the same note, repeated after a lost answer");
  }
  const row = await database.row(job.jobId);
  expect(row).toMatchObject({ status: "waiting", interruptions: 20, putOffs: 20 });
  const claim = await database.claimed(job);
  expect(claim.putOffSince).toBe(Date.parse(String(row?.putOffSince)));
  await ledger.noteFailure(claim, "broken");
  expect(await database.claimed(job)).toMatchObject({ run: 2, failures: 1 });
  expect(await database.row(job.jobId)).not.toHaveProperty("putOffSince");
});

test("the row of a put-off message that only a newer worker can read goes within a day; a claim keeps it again", async () => {
  const day = 24 * 60 * 60;
  const keptFor = async (jobId: string) => {
    const row = (await database.row(jobId)) as { expiresAt?: number } | undefined;
    return Number(row?.expiresAt) - Date.now() / 1000;
  };
  const [job, standIn] = [newJob(), { ...newJob(), jobId: standInId("count-words", randomUUID()) }];
  for (const each of [job, standIn])
    await database.ledger().notePutOff(await database.claimed(each), "newer than this worker");
  expect(await keptFor(job.jobId)).toBeGreaterThan(30 * day);
  expect(await keptFor(standIn.jobId)).toBeLessThanOrEqual(day);
  await database.claimed(standIn);
  expect(await keptFor(standIn.jobId)).toBeGreaterThan(30 * day);
});

test("an old copy of a redriven job's message does the job's work, but does not set its row back", async () => {
  const job = newJob();
  await database.ledger().commit(await database.claimed(job), { status: "dead-lettered", cause: "c" });
  await database.claimed({ ...job, redrives: 1 });
  expect(await database.claimed(job)).toMatchObject({ redrives: 1, fence: 3 });
  expect(await database.row(job.jobId)).toMatchObject({ redrives: 1, status: "running" });
});

test("a redriven job is no longer listed among the ended ones", async () => {
  const job = newJob();
  await database.ledger().commit(await database.claimed(job), { status: "dead-lettered", cause: "c" });
  expect(await database.row(job.jobId)).toHaveProperty("endedAt");
  await database.claimed({ ...job, redrives: 1 });
  for (const ended of ["endedAt", "endedShard"])
    expect(await database.row(job.jobId)).not.toHaveProperty(ended);
});

test("a dead letter's note that comes late changes neither a redriven job nor one that has no row", async () => {
  const [job, gone] = [newJob(), newJob()];
  const ledger = database.ledger();
  await ledger.commit(await database.claimed(job), { status: "dead-lettered", cause: "c" });
  const claim = await database.claimed({ ...job, redrives: 1 });
  await ledger.deadLetterSent({ jobId: job.jobId, redrives: 0 });
  for (const note of ["deadLetterSent", "deadKind"])
    expect(await database.row(job.jobId)).not.toHaveProperty(note);
  await ledger.commit(claim, { status: "dead-lettered", cause: "again" });
  await ledger.deadLetterSent({ jobId: job.jobId, redrives: 0 });
  expect(await database.row(job.jobId)).not.toHaveProperty("deadLetterSent");
  await ledger.deadLetterSent({ jobId: gone.jobId, redrives: 0 });
  expect(await database.row(gone.jobId)).toBeUndefined();
});

test("failures after a commit are counted in the completed job's row only", async () => {
  const [job, running] = [newJob(), newJob()];
  const ledger = database.ledger();
  await ledger.commit(await database.claimed(job), completed);
  expect(await ledger.noteAfterCommitFailure(job.jobId, "not deleted")).toBe(1);
  expect(await ledger.noteAfterCommitFailure(job.jobId, "not deleted")).toBe(2);
  await database.claimed(running);
  expect(await ledger.noteAfterCommitFailure(running.jobId, "x")).toBe(1);
  expect(await database.row(running.jobId)).not.toHaveProperty("afterCommitFailures");
});

test("a claim is not sent once its lease has gone, so that it cannot end another worker's run", async () => {
  const job = newJob();
  const lost = AbortSignal.abort(new Error("lease lost"));
  await expect(database.ledger().claim(job, lost)).rejects.toThrow();
  expect(await database.row(job.jobId)).toBeUndefined();
});

test("a job is suspect when two runs of it ended without a note, and only while it is not at rest", async () => {
  const job = newJob();
  const ledger = database.ledger();
  expect(await ledger.isSuspect(job.jobId)).toBe(false);
  await database.claimed(job);
  expect(await ledger.isSuspect(job.jobId)).toBe(false);
  const second = await database.claimed(job);
  expect(await ledger.isSuspect(job.jobId)).toBe(true);
  await ledger.noteFailure(second, "broken");
  expect(await ledger.isSuspect(job.jobId)).toBe(false);
  await ledger.noteInterruption(await database.claimed(job));
  expect(await ledger.isSuspect(job.jobId)).toBe(false);
  await ledger.commit(await database.claimed(job), completed);
  expect(await ledger.isSuspect(job.jobId)).toBe(false);
});

test("every note cuts an error's text, so that the row stays within DynamoDB's limit", async () => {
  const long = "x".repeat(500_000);
  const job = newJob();
  const ledger = database.ledger();
  const noted = async () => (await database.row(job.jobId))?.lastError?.length;
  await ledger.noteFailure(await database.claimed(job), long);
  expect(await noted()).toBe(1000);
  await ledger.notePutOff(await database.claimed(job), `${long}x`);
  expect(await noted()).toBe(1000);
  await ledger.commit(await database.claimed(job), completed);
  await ledger.noteAfterCommitFailure(job.jobId, `${long}xx`);
  expect(await noted()).toBe(1000);
});

test("a dead job that was reopened and died again meanwhile is not reopened by the same redrive", async () => {
  const job = newJob();
  const ledger = database.ledger();
  await ledger.commit(await database.claimed(job), { status: "dead-lettered", cause: "first" });
  const again = { ...job, redrives: 1 };
  const reached = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  before = (action, body) => {
    if (action !== "UpdateItem" || !body.includes('"late"') || !body.includes(":ended")) return undefined;
    reached.resolve();
    return goOn.promise;
  };
  const late = database.ledger("late").claim(again);
  await reached.promise;
  await ledger.commit(await database.claimed(again), { status: "dead-lettered", cause: "second" });
  goOn.resolve();
  expect(await late).toMatchObject({ state: "dead-lettered", cause: "second", redrives: 1 });
  expect(await database.row(job.jobId)).toMatchObject({ fence: 2, status: "dead-lettered" });
});

test("every read of a row that decides something is a consistent one", () => {
  expect(reads.length).toBeGreaterThan(20);
  expect(reads.filter(({ ConsistentRead }) => ConsistentRead !== true)).toEqual([]);
});
