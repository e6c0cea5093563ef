// First rows of jobs, several in one call, in a real DynamoDB: first claims, and ends that are the whole of a job.
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import type { Fault } from "../../../../scripts/local/gateway/faults.ts";
import type { Ledger } from "../../../../worker/engine/ledger/ledger.ts";
import { JobKnown } from "../../../../worker/engine/ledger/ledger.ts";
import { systemClock } from "../../../../worker/fleet/clock.ts";
import { type LedgerDatabase, newJob, startLedgerDatabase } from "../../../support/ledger-database.ts";

let database: LedgerDatabase;
/** The calls that write, each with the number of its statements. */
let calls: string[] = [];
beforeAll(async () => {
  database = await startLedgerDatabase(systemClock, (service) => ({
    ...service,
    handle: (request) => {
      const action = service.actionOf(request);
      const { Statements = [] } = JSON.parse(request.body.toString()) as { Statements?: unknown[] };
      if (action !== "GetItem") calls.push(Statements.length > 0 ? `${Statements.length} rows` : action);
      return service.handle(request);
    },
  }));
  await warmUp();
});
afterEach(() => {
  database.gateway.faults.splice(0);
  database.renewClient();
  calls = [];
});
afterAll(() => database.close());

/** The first call of a client is the SDK's own: it is where the lean ones learn the address. */
async function warmUp(): Promise<void> {
  await database.ledger().claim(newJob());
  calls = [];
}

const completed = { status: "completed", effects: [], result: { width: 400 } } as const;
const asNew = (overrides = {}) => newJob({ probablyNew: true, ...overrides });
const jobsOf = (count: number) => Array.from({ length: count }, () => asNew());

/** The fence and run of each claim; other states as they are. */
async function claimAll(ledger: Ledger, jobs: readonly ReturnType<typeof newJob>[]) {
  const found = await Promise.all(jobs.map((job) => ledger.claim(job)));
  return found.map((each) =>
    each.state === "claimed" ? `fence ${each.claim.fence}, run ${each.claim.run}` : each.state,
  );
}

/** What happens to the next batch of rows. Resolves when it has arrived. */
function disturb(fault: Fault): Promise<void> {
  const arrived = Promise.withResolvers<void>();
  let hit = false;
  database.gateway.faults.push(({ action }) => {
    if (hit || action !== "BatchExecuteStatement") return undefined;
    hit = true;
    arrived.resolve();
    return fault;
  });
  return arrived.promise;
}

/** Answers the next batch as if each of its statements had failed with this code. */
function refuse(Code: string, rows: number): void {
  const Responses = Array.from({ length: rows }, () => ({ Error: { Code, Message: "for the test" } }));
  void disturb({ kind: "answer", status: 200, headers: {}, body: JSON.stringify({ Responses }) });
}

test("claims that begin together are one call, and each is as if it had been made alone", async () => {
  const [alone, ...others] = [newJob({ causedBy: "fixture/1" }), ...jobsOf(10)];
  const ledger = database.ledger("w-1");
  await database.claimed(alone, "w-1");
  calls = [];
  expect(await claimAll(ledger, [asNew({ causedBy: "fixture/1" }), ...others])).toEqual(
    Array(11).fill("fence 1, run 1"),
  );
  expect(calls).toEqual(["11 rows"]);
  const [one, other] = [await database.row(alone.jobId), await database.row(others[3]?.jobId ?? "")];
  expect(Object.keys({ ...other, causedBy: "fixture/1" }).sort()).toEqual(Object.keys(one ?? {}).sort());
  expect(other).toMatchObject({ status: "running", fence: 1, interruptions: 0, owner: "w-1" });
});

test("more rows than a batch holds go in several calls", async () => {
  expect(await claimAll(database.ledger(), jobsOf(60))).toEqual(Array(60).fill("fence 1, run 1"));
  expect(calls.sort()).toEqual(["10 rows", "25 rows", "25 rows"]);
});

test("rows that come while a call is on its way wait for each other, but not for that call", async () => {
  const ledger = database.ledger();
  const held = Promise.withResolvers<void>();
  void disturb({ kind: "hold", until: held.promise });
  const first = ledger.claim(asNew());
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(await claimAll(ledger, jobsOf(5))).toEqual(Array(5).fill("fence 1, run 1"));
  held.resolve();
  expect(await first).toMatchObject({ state: "claimed" });
  expect(calls).toEqual(["5 rows", "1 rows"]);
});

test("a job that has a row is claimed or reported as ever; the rows beside it are written", async () => {
  const ledger = database.ledger();
  const [running, ended, ...others] = jobsOf(5) as [ReturnType<typeof newJob>, ReturnType<typeof newJob>];
  await database.claimed(running);
  await ledger.commit(await database.claimed(ended), completed);
  calls = [];
  expect(await claimAll(ledger, [running, ended, ...others])).toEqual([
    ...["fence 2, run 2", "completed"],
    ...Array(3).fill("fence 1, run 1"),
  ]);
  expect(calls).toEqual(["5 rows", "UpdateItem", "UpdateItem"]);
});

test("two messages of one job that come at once are two claims, one after the other", async () => {
  const job = asNew();
  const claimed = await claimAll(database.ledger(), [job, job, asNew()]);
  expect(claimed.slice(0, 2).sort()).toEqual(["fence 1, run 1", "fence 2, run 2"]);
  expect(claimed[2]).toBe("fence 1, run 1");
});

test.each(["drop-answer", "reset-in-body", "duplicate", "drop-before-apply"] as const)(
  "claims under the fault %s count once",
  async (kind) => {
    const jobs = jobsOf(4);
    void disturb({ kind });
    expect(await claimAll(database.ledger(), jobs)).toEqual(Array(4).fill("fence 1, run 1"));
    for (const { jobId } of jobs)
      expect(await database.row(jobId)).toMatchObject({ fence: 1, interruptions: 0, status: "running" });
  },
);

test.each([
  ...["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded", "InternalServerError"],
  ...["RequestLimitExceeded", "ValidationError", "AccessDenied", "A code of later years"],
])("a row whose statement answers %s is written alone", async (code) => {
  refuse(code, 3);
  expect(await claimAll(database.ledger(), jobsOf(3))).toEqual(Array(3).fill("fence 1, run 1"));
  expect(calls).toEqual(["UpdateItem", "UpdateItem", "UpdateItem"]);
});

test("an answer that says less than it was asked counts for nothing", async () => {
  void disturb({ kind: "answer", status: 200, headers: {}, body: "{}" });
  expect(await claimAll(database.ledger(), jobsOf(2))).toEqual(Array(2).fill("fence 1, run 1"));
});

test.each(["AccessDeniedException", "ValidationException"])(
  "where batches are refused as a whole, with %s, each row is written alone",
  async (code) => {
    void disturb({ kind: "error", status: 400, code, message: "not allowed" });
    expect(await claimAll(database.ledger(), jobsOf(3))).toEqual(Array(3).fill("fence 1, run 1"));
    expect(calls).toEqual(["UpdateItem", "UpdateItem", "UpdateItem"]);
  },
);

test("while the table is in trouble, claims end with its error, as alone", async () => {
  database.gateway.faults.push(() => ({
    kind: "error",
    status: 503,
    code: "ServiceUnavailable",
    message: "",
  }));
  const ledger = database.ledger();
  const claims = await Promise.allSettled(jobsOf(2).map((job) => ledger.claim(job)));
  const refused = { status: "rejected", reason: expect.objectContaining({ name: "ServiceUnavailable" }) };
  expect(claims).toEqual([refused, refused]);
});

test("a claim whose lease is lost meanwhile is not sent, and one that waits for its answer ends at once", async () => {
  const ledger = database.ledger();
  const lost = new Error("lease lost");
  const early = asNew();
  await expect(ledger.claim(early, AbortSignal.abort(lost))).rejects.toBe(lost);

  const [waiting, lease, held] = [asNew(), new AbortController(), Promise.withResolvers<void>()];
  const sent = ledger.claim(waiting, lease.signal);
  lease.abort(lost);
  await expect(sent).rejects.toBe(lost);

  const arrived = disturb({ kind: "hold", until: held.promise });
  const [late, slow] = [asNew(), new AbortController()];
  const answered = ledger.claim(late, slow.signal);
  void arrived.then(() => slow.abort(lost));
  await expect(answered).rejects.toBe(lost);
  held.resolve();
  // Its call goes on, and would be counted among those of the next test.
  await vi.waitFor(async () => expect(await database.row(late.jobId)).toBeDefined(), 10_000);

  for (const { jobId } of [early, waiting]) expect(await database.row(jobId)).toBeUndefined();
});

test("jobs whose whole effect is their row end together in one call", async () => {
  const ledger = database.ledger("w-1");
  const claims = Array.from({ length: 12 }, () => ledger.presume(newJob()));
  const rejected = { status: "rejected", code: "c", reason: "r", effects: [] } as const;
  await Promise.all(claims.map((claim, index) => ledger.commit(claim, index === 0 ? rejected : completed)));
  expect(calls).toEqual(["12 rows"]);
  expect(await database.row(claims[0]?.jobId ?? "")).toMatchObject({ status: "rejected", code: "c" });
  expect(await database.row(claims[9]?.jobId ?? "")).toMatchObject({
    ...{ status: "completed", result: { width: 400 }, fence: 1, owner: "w-1" },
  });
});

test.each(["drop-answer", "reset-in-body", "duplicate"] as const)(
  "an end whose answer is lost to the fault %s is known for what it is",
  async (kind) => {
    const ledger = database.ledger();
    const claim = ledger.presume(newJob());
    void disturb({ kind });
    await ledger.commit(claim, completed);
    expect(await database.row(claim.jobId)).toMatchObject({
      status: "completed",
      claimToken: claim.presumed?.token,
    });
  },
);

test("an end of a job that was presumed to be new and was not writes nothing", async () => {
  const ledger = database.ledger();
  const job = newJob();
  const presumed = ledger.presume(job);
  await database.claimed(job);
  await expect(ledger.commit(presumed, completed)).rejects.toThrow(JobKnown);
  expect(await database.row(job.jobId)).toMatchObject({ status: "running", fence: 1 });
});

test("a large row is written alone, whole", async () => {
  const ledger = database.ledger();
  const claim = ledger.presume(newJob());
  const text = "x".repeat(100_000);
  await ledger.commit(claim, { ...completed, result: { text } });
  expect(calls).toEqual(["PutItem"]);
  expect((await database.row(claim.jobId))?.result).toEqual({ text });
});
