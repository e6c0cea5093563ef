// The oracle over hand-written logs: a good log passes every check, and each violation is caught by the right invariant.
import { expect, test } from "vitest";
import { endsIn } from "../../../../../scripts/lab/campaign/log/ledger-writes.ts";
import type { Evidence, Invariant } from "../../../../../scripts/lab/campaign/oracle/evidence.ts";
import { judge } from "../../../../../scripts/lab/campaign/oracle/judge.ts";
import { figuresOf } from "../../../../../scripts/lab/campaign/report/figures.ts";
import { CloudLog, jobsTable } from "../../../../support/campaign/cloud-log.ts";

const invariantsBroken = (evidence: Evidence): Invariant[] => [
  ...new Set(judge(evidence).violations.map(({ invariant }) => invariant)),
];
const broken = (log: CloudLog, more?: Partial<Evidence>) => invariantsBroken(log.evidence(more));
const acknowledged = (...jobs: string[]) => jobs.map((jobId) => ({ jobId, kind: "work", name: jobId }));

test("a log in which everything went well violates nothing, including retries, redrives and drains", () => {
  const log = new CloudLog().sent("a").sent("b").sent("c", "other");
  log.received("W1", "a").claim("W1", "a", 1).wait(11_000);
  log.done("W2", "a", 2).done("W2", "b").end("W1", "a", 1, { applied: false });
  log.received("W1", "c").claim("W1", "c", 1).end("W1", "c", 1, { status: "dead-lettered" });
  log.deadLetter("c").deleted("W1", "c").sent("c", "other");
  log.received("W2", "c").claim("W2", "c", 2, { reopens: true }).end("W2", "c", 2).deleted("W2", "c");
  log.processes.push(
    { at: 0, worker: "W2", what: "drain", why: "signal", deadline: 5000 },
    { at: 4000, worker: "W2", what: "exited", code: 0, signal: null },
  );
  const evidence = log.evidence({
    acknowledged: acknowledged("a", "b", "c"),
    designedDeadLetters: new Set(["c"]),
  });
  expect(judge(evidence)).toMatchObject({ violations: [], staleWritesRejected: 1, collateralDeadLetters: 0 });
});

test("an acknowledged input that never became a job is lost", () => {
  expect(broken(new CloudLog(), { acknowledged: acknowledged("a") })).toEqual(["no loss"]);
});

test("jobs that end in one transaction have all ended, unless the transaction was refused", () => {
  const commit = (applied: boolean) => {
    const log = new CloudLog().end("W1", "a", 1, { applied }).end("W1", "b", 1, { applied });
    const [first, second] = log.records;
    if (first?.what !== "wrote" || second?.what !== "wrote") throw new Error("these are writes");
    return { ...first, writes: [...first.writes, ...second.writes] };
  };
  expect(endsIn(commit(true), jobsTable)).toEqual(["a", "b"]);
  expect(endsIn(commit(false), jobsTable)).toEqual([]);
});

test("a job that nobody claimed ends with its row, once, in order", () => {
  const log = () => new CloudLog().sent("a").sent("b").received("W1", "a");
  const deletedToo = (one: CloudLog) => one.deleted("W1", "a").received("W1", "b").endUnclaimed("W1", "b");
  expect(broken(deletedToo(log().endUnclaimed("W1", "a")).deleted("W1", "b"))).toEqual([]);
  expect(endsIn(log().endUnclaimed("W1", "a").records.at(-1) as never, jobsTable)).toEqual(["a"]);
  const late = log().received("W1", "b").endUnclaimed("W1", "b").endUnclaimed("W1", "a");
  expect(broken(late)).toEqual(["order within a group"]);
  const twice = log().endUnclaimed("W1", "a").endUnclaimed("W2", "a").received("W1", "b");
  expect(broken(twice.endUnclaimed("W1", "b"))).toEqual(["effects equal the reference"]);
  const stale = log().claim("W2", "a", 1).claim("W3", "a", 2).endUnclaimed("W1", "a");
  expect(broken(stale.endUnclaimed("W1", "b"))).toContain("no stale write applied");
});

test("a job without a terminal state is lost", () => {
  const log = new CloudLog().sent("a").received("W1", "a").claim("W1", "a", 1);
  expect(broken(log)).toEqual(["no loss"]);
});

test("a job committed twice is doubled", () => {
  const log = new CloudLog().sent("a").done("W1", "a", 1).end("W1", "a", 1);
  expect(judge(log.evidence())).toMatchObject({
    doubled: 1,
    violations: [{ invariant: "effects equal the reference", jobId: "a" }],
  });
});

test("a commit repeated with its token is the same commit, not a second one", () => {
  const log = new CloudLog().sent("a").received("W1", "a").claim("W1", "a", 1);
  log.end("W1", "a", 1, { token: "t" }).end("W1", "a", 1, { token: "t" }).deleted("W1", "a");
  expect(judge(log.evidence())).toMatchObject({ doubled: 0, violations: [] });
});

test("an effect that differs from the reference is a violation, and counts as doubled where there is too much", () => {
  const effects = [{ what: "album", expected: 1, found: 2, doubled: true }];
  expect(judge(new CloudLog().evidence({ effects }))).toMatchObject({
    doubled: 1,
    violations: [{ invariant: "effects equal the reference" }],
  });
});

test("a job claimed before an earlier one of its group has ended is out of order", () => {
  const log = new CloudLog().sent("a").sent("b");
  log.received("W1", "a").claim("W1", "a", 1).done("W2", "b").end("W1", "a", 1).deleted("W1", "a");
  expect(judge(log.evidence())).toMatchObject({ orderViolations: 1, violations: [{ jobId: "b" }] });
});

test("jobs of other groups may overtake each other", () => {
  const log = new CloudLog().sent("a", "one").sent("b", "two").done("W1", "b").done("W1", "a");
  expect(broken(log)).toEqual([]);
});

test("a write that overlaps with the claim that outdates it may have been applied first", () => {
  const log = new CloudLog().sent("a").received("W1", "a").claim("W1", "a", 1).claim("W2", "a", 2);
  const stale = (givenAfter: number) => {
    const [last] = log.end("W1", "a", 1).records.splice(-1);
    const other = new CloudLog();
    other.records.push(...log.records, { ...last, givenAfter } as typeof last & object);
    return judge(other.evidence()).staleWritesApplied;
  };
  const claimed = log.records.length - 1;
  expect([stale(claimed - 1), stale(claimed)]).toEqual([0, 1]);
});

test("a commit applied with an old fence is a stale write", () => {
  const log = new CloudLog().sent("a").received("W1", "a").claim("W1", "a", 1).received("W2", "a");
  log.claim("W2", "a", 2).end("W1", "a", 1).deleted("W2", "a");
  expect(judge(log.evidence())).toMatchObject({
    staleWritesApplied: 1,
    staleWritesRejected: 0,
    violations: [{ invariant: "no stale write applied" }],
  });
});

test("a commit refused with the newest fence is not a stale write", () => {
  const log = new CloudLog().sent("a").done("W1", "a").end("W1", "a", 1, { applied: false });
  expect(judge(log.evidence())).toMatchObject({ staleWritesRejected: 0, violations: [] });
});

test("a message deleted before its job's terminal state is caught", () => {
  const early = new CloudLog().sent("a").received("W1", "a").claim("W1", "a", 1).deleted("W1", "a");
  expect(broken(early.end("W1", "a", 1))).toEqual(["no delete before a terminal state"]);
});

test("a dead-lettered job's message may only be deleted after its dead letter was sent", () => {
  const dead = { status: "dead-lettered" };
  const log = new CloudLog().sent("a").received("W1", "a").claim("W1", "a", 1).end("W1", "a", 1, dead);
  log.deleted("W1", "a").deadLetter("a");
  expect(broken(log, { designedDeadLetters: new Set(["a"]) })).toEqual(["no delete before a terminal state"]);
});

const originals = [
  { bucket: "uploads", deleterOf: (_: string, versionId: string) => (versionId === "v1" ? "a" : undefined) },
];

test("deleting an original without a version, before the commit, or by the wrong job is caught; after the commit it is fine", () => {
  const fine = new CloudLog().sent("a").done("W1", "a").removed("W1", "v1");
  expect(broken(fine, { originals })).toEqual([]);
  for (const wrong of [
    new CloudLog().sent("a").done("W1", "a").removed("W1", undefined),
    new CloudLog().sent("a").done("W1", "a").removed("W1", "v2"),
    new CloudLog().sent("a").removed("W1", "v1").done("W1", "a"),
  ])
    expect(broken(wrong, { originals })).toEqual(["original safe"]);
});

test("people may delete anything", () => {
  const log = new CloudLog().removed("somebody", undefined);
  expect(broken(log, { originals })).toEqual([]);
});

test("a worker that writes long after its lease has expired is not silent", () => {
  const log = new CloudLog().sent("a").received("W1", "a").claim("W1", "a", 1).wait(13_000);
  log.put("W1", "a").done("W2", "a", 2);
  expect(broken(log)).toEqual(["silence after a lost lease"]);
});

test("accepted heartbeats extend the lease", () => {
  const log = new CloudLog().sent("a").received("W1", "a").claim("W1", "a", 1).wait(9000);
  log.extended("W1", "a", 10).wait(9000).put("W1", "a").end("W1", "a", 1).deleted("W1", "a");
  expect(broken(log)).toEqual([]);
});

test("time during which a worker was frozen does not count against its silence", () => {
  const log = new CloudLog().sent("a").received("W1", "a").claim("W1", "a", 1);
  log.processes.push({ at: 5000, worker: "W1", what: "held", until: 30_000 });
  log.wait(30_500).put("W1", "a").done("W2", "a", 2);
  expect(broken(log)).toEqual([]);
});

test("returning a message ends its lease", () => {
  const log = new CloudLog().sent("a").received("W1", "a").claim("W1", "a", 1).extended("W1", "a", 0);
  log.wait(3000).put("W1", "a").done("W2", "a", 2);
  expect(broken(log)).toEqual(["silence after a lost lease"]);
});

const drain = { at: 0, worker: "W1", what: "drain", why: "spot", deadline: 5000 } as const;

test("time during which a worker was frozen does not count against its drain", () => {
  const ended = (at: number) => {
    const log = new CloudLog();
    const held = { at: 500, worker: "W1", what: "held", until: 3000 } as const;
    log.processes.push(drain, held, { at, worker: "W1", what: "exited", code: 0, signal: null });
    return broken(log);
  };
  expect([ended(7000), ended(8000)]).toEqual([[], ["drain finished before its deadline"]]);
});

test("a drain that ends late, with an error or never is caught", () => {
  for (const exit of [
    [{ at: 6000, worker: "W1", what: "exited", code: 0, signal: null } as const],
    [{ at: 1000, worker: "W1", what: "exited", code: 1, signal: null } as const],
    [],
  ]) {
    const log = new CloudLog();
    log.processes.push(drain, ...exit);
    expect(broken(log)).toEqual(["drain finished before its deadline"]);
  }
});

test("a drain is not judged if the worker was killed, or if the signal came before the first receive", () => {
  const killed = new CloudLog();
  killed.processes.push(drain, { at: 1, worker: "W1", what: "killed" });
  expect(broken(killed)).toEqual([]);
  const starting = new CloudLog();
  starting.processes.push(drain, { at: 9, worker: "W1", what: "exited", code: null, signal: "SIGTERM" });
  expect(broken(starting)).toEqual([]);
});

test("a worker that ends without being told is caught, whatever its exit code, also when it is told afterwards", () => {
  const told = { at: 2000, worker: "W1", what: "killed" } as const;
  const exited = { at: 1000, worker: "W1", what: "exited", signal: null } as const;
  for (const code of [0, 1]) {
    const log = new CloudLog();
    log.processes.push({ at: 0, worker: "W1", what: "started", pid: 1 }, { ...exited, code }, told);
    expect(broken(log)).toEqual(["a worker ends only when it is told to"]);
  }
  const log = new CloudLog();
  log.processes.push({ ...told, at: 500 }, { ...exited, code: null });
  expect(broken(log)).toEqual([]);
});

test("a group that stops behind its dead letter is caught, as is the loss", () => {
  const log = new CloudLog().sent("a").sent("b").received("W1", "a").claim("W1", "a", 1);
  log.end("W1", "a", 1, { status: "dead-lettered" }).deadLetter("a").deleted("W1", "a");
  expect(broken(log, { designedDeadLetters: new Set(["a"]) })).toEqual(["no loss", "poisoned groups resume"]);
});

test("an undesigned dead letter is collateral; a designed one that is missing is caught", () => {
  const log = new CloudLog().sent("a").received("W1", "a").claim("W1", "a", 1);
  log.end("W1", "a", 1, { status: "dead-lettered" }).deadLetter("a").deleted("W1", "a");
  expect(judge(log.evidence())).toMatchObject({
    collateralDeadLetters: 1,
    violations: [{ invariant: "dead letters as designed", jobId: "a" }],
  });
  const missed = new CloudLog().sent("a").done("W1", "a");
  expect(broken(missed, { designedDeadLetters: new Set(["a"]) })).toEqual(["dead letters as designed"]);
});

test("each process, file and row left behind is an orphan", () => {
  const leftovers = { processes: [1], files: ["f"], rows: ["the row of a says running"] };
  expect(judge(new CloudLog().evidence({ leftovers })).violations).toHaveLength(3);
});

const outage = { service: "s3", how: "total", minutes: 10, from: 1000, until: 2000, calls: 0 } as const;

test("workers that call a failing service a few times a minute are calm; all the time, they hammer it", () => {
  const calls = (count: number, more = {}) =>
    broken(new CloudLog(), { outages: [{ ...outage, calls: count, ...more }] });
  // Three workers, ten minutes.
  expect(calls(30 * 400)).toEqual([]);
  expect(calls(30 * 401)).toEqual(["calm during outages"]);
  // Slow answers are answers, and of a short outage the first calls were under way.
  expect(calls(30 * 401, { how: "slow" })).toEqual([]);
  expect(calls(30 * 401, { minutes: 1.5 })).toEqual([]);
});

test("recovery after an outage is the time until the job that waited first in each group has ended", () => {
  const log = new CloudLog().sent("a").sent("b").sent("c", "other").sent("poison", "third");
  log.wait(500).done("W1", "c").wait(1600).done("W1", "a").wait(3000).done("W1", "b").sent("later", "fourth");
  log.done("W1", "later").wait(60_000).end("W1", "poison", 1, { status: "dead-lettered" });
  const { recoveryAfterOutage, mostCallsPerMinute, outages } = figuresOf(
    log.evidence({ outages: [{ ...outage, calls: 90 }], designedDeadLetters: new Set(["poison"]) }),
  );
  expect({ recoveryAfterOutage, mostCallsPerMinute, outages }).toEqual({
    recoveryAfterOutage: [0.12],
    mostCallsPerMinute: 3,
    outages: 1,
  });
});
