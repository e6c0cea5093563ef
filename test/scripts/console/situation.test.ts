// The nine situations of a fleet, each from figures, with what to do.
import { expect, test } from "vitest";
import type { SlotJob } from "../../../scripts/console/fleet/running.ts";
import { situationOf } from "../../../scripts/console/fleet/situation.ts";
import type { FleetStatus, QueueStatus, WorkerStatus } from "../../../scripts/status/fleet-status.ts";
import { verdictOf } from "../../../scripts/status/verdict.ts";

const queue = (more: Partial<QueueStatus> = {}): QueueStatus => {
  return { kind: "resize-image", visible: 0, inFlight: 0, dead: 0, oldestSeconds: 0, ...more };
};
const worker = (busySlots: number, idleSlots: number): WorkerStatus => {
  const kinds = ["resize-image"];
  return { id: "w", state: "ready", busySlots, idleSlots, instance: null, kinds, seenSecondsAgo: 1 };
};
const failing = { since: "2026-01-01T12:00:00.000Z", message: "no Spot capacity" };
const trouble = { service: "s3", since: failing.since, code: "SlowDown", resources: ["b"] };
const pause = { kind: "resize-image", group: "g", pausedAt: failing.since, pausedBy: "ann" };

type Figures = {
  queue?: Partial<QueueStatus>;
  workers?: WorkerStatus[];
  capacity?: FleetStatus["capacity"];
  troubles?: FleetStatus["troubles"];
  pauses?: (typeof pause)[];
};

function situation({ queue: one, workers = [], capacity, troubles = [], pauses = [] }: Figures) {
  const queues = [queue(one)];
  const verdict = verdictOf({ queues, workers, capacity });
  return situationOf({ v: 1, queues, workers, verdict, troubles, scaling: null, capacity }, pauses);
}

const waits = { visible: 5, oldestSeconds: 2 };

test.each<[string, Figures, string | RegExp, string]>([
  ["idle", {}, "Nothing waits", ""],
  ["working", { queue: waits, workers: [worker(8, 0)] }, "5 waiting", ""],
  [
    "overloaded",
    { queue: { visible: 9000, oldestSeconds: 2 }, workers: [worker(8, 0)] },
    "9,000 jobs wait",
    "largest size",
  ],
  [
    "group-bound",
    { queue: { visible: 50, oldestSeconds: 2 }, workers: [worker(1, 7)] },
    "same group",
    "do not help",
  ],
  [
    "workers-dead",
    { queue: { visible: 5, oldestSeconds: 400 } },
    "no live worker for resize-image",
    "Their log",
  ],
  [
    "no-capacity",
    { queue: waits, capacity: { desired: 2, inService: 0, pending: 0, onDemand: 0, launchError: failing } },
    "no Spot capacity",
    "runbook",
  ],
  [
    "service-down",
    { queue: waits, workers: [worker(0, 8)], troubles: [trouble] },
    "S3 refuses requests",
    "Nothing is lost",
  ],
  [
    "poison",
    { queue: { dead: 3 }, workers: [worker(0, 8)] },
    "3 of resize-image",
    "send them back or discard",
  ],
  [
    "paused",
    { queue: { inFlight: 1, oldestSeconds: 9 }, workers: [worker(0, 8)], pauses: [pause] },
    /group g of resize-image \(by ann since 01 Jan \d\d:\d\d\)/,
    "Resume",
  ],
])("%s", (name, figures, sentence, advice) => {
  const found = situation(figures);
  expect(found.name).toBe(name);
  expect(found.sentence).toMatch(sentence);
  expect(found.todo.map(({ text }) => text).join(" ")).toContain(advice);
  expect(found.todo.length === 0).toBe(advice === "");
});

test("a pause of one kind does not hide that another one waits", () => {
  const queues = [queue(waits), queue({ kind: "parse-mail", visible: 1, oldestSeconds: 1 })];
  const workers = [worker(8, 0)];
  const status = { v: 1 as const, queues, workers, verdict: "working" as const, troubles: [], scaling: null };
  expect(situationOf(status, [pause]).name).toBe("working");
});

test("a paused group does not hide that jobs of its kind run or that nobody is there to run them", () => {
  const group = { ...pause, pausedAt: "2026-01-01T12:00:00.000Z" };
  const queues = [queue({ ...waits, oldestSeconds: 400 })];
  const named = (workers: WorkerStatus[], running: readonly SlotJob[]) => {
    const verdict = verdictOf({ queues, workers });
    const status = { v: 1 as const, queues, workers, verdict, troubles: [], scaling: null };
    return situationOf(status, [group], { running }).name;
  };
  const job = { jobId: "resize-image/1", kind: "resize-image", group: "other", since: group.pausedAt };
  const slot = { ...job, slots: 1, leaseSeconds: 50, worker: "w" };
  expect(named([worker(0, 8)], [])).toBe("paused");
  expect(named([worker(1, 7)], [slot])).not.toBe("paused");
  expect(named([], [])).toBe("workers-dead");
});

test("dead letters are shown with what the last of them died of, and dead workers with when they were seen last", () => {
  const status = { v: 1 as const, troubles: [], scaling: null, workers: [] };
  const died = [{ kind: "resize-image", of: 3, reasons: [{ reason: "no space", count: 2 }] }];
  const poison = { ...status, queues: [queue({ dead: 3 })], verdict: "poison" as const };
  expect(situationOf(poison, [], { died }).evidence).toEqual([
    "Of the last 3 of resize-image: 2 “no space”.",
  ]);
  const gone = { ...worker(0, 8), state: "dead" as const, seenSecondsAgo: 300 };
  const dead = { ...status, queues: [queue(waits)], verdict: "workers-dead" as const };
  expect(situationOf({ ...dead, workers: [gone] }, []).evidence).toEqual(["w was seen last 5 min ago."]);
  expect(situationOf(dead, []).evidence).toEqual(["No worker has announced itself."]);
});

test("what the last decision says of the instances is not said twice", () => {
  const figures = { wanted: 3, desired: 3, gap: 0, inService: 2, need: 3, ended: 0, groups: 1, kinds: {} };
  const slots = { busySlots: 1, idleSlots: 7, backlogSeconds: 0, secondsAgo: 5 };
  const scaling = { reason: "steady" as const, ...figures, ...slots };
  const capacity = { desired: 3, inService: 2, pending: 0, onDemand: 0 };
  const status = { v: 1 as const, queues: [queue()], workers: [], verdict: "idle" as const, troubles: [] };
  const said = (more: Partial<FleetStatus>) =>
    situationOf({ ...status, scaling, capacity, ...more }, []).evidence.join(" ");
  expect(said({})).not.toContain("asked for");
  expect(said({ capacity: { ...capacity, pending: 1 } })).toContain(
    "3 instances asked for, 2 in service, 1 on the way",
  );
  expect(said({ scaling: null })).toContain("3 instances asked for");
});

test("a pause of a kind of which nothing waits is told beside what is paused and waits", () => {
  const whole = { kind: "resize-image", pausedAt: pause.pausedAt, pausedBy: "ann" };
  const queues = [queue(waits), queue({ kind: "parse-mail" })];
  const workers = [worker(0, 8)];
  const status = { v: 1 as const, queues, workers, verdict: "working" as const, troubles: [], scaling: null };
  const found = situationOf(status, [whole, { ...pause, kind: "parse-mail" }]);
  expect(found.sentence).toMatch(/^What waits is paused: resize-image \(by ann since [^)]+\)\.$/);
  expect(found.evidence).toEqual([expect.stringMatching(/^Paused, too: group g of parse-mail \(by ann/)]);
});

test("where the size is not the trouble, the page does not call it steady; a drain is told", () => {
  const figures = { wanted: 1, desired: 1, gap: 0, inService: 1, need: 1, ended: 0, groups: 1, kinds: {} };
  const slots = { busySlots: 0, idleSlots: 8, backlogSeconds: 80, secondsAgo: 5 };
  const scaling = { reason: "steady" as const, ...figures, ...slots };
  const drain = { reason: "spot" as const, since: failing.since, until: failing.since };
  const workers = [{ ...worker(0, 8), state: "draining" as const, drain }];
  const status = { v: 1 as const, queues: [queue(waits)], workers, scaling, verdict: "working" as const };
  const size = "1 in service, 0 of 8 slots busy, 10 s of work waits for 8 slots; 5 s ago.";
  const drains = "1 worker drains (spot interruption): its jobs end, or go back to their places.";
  const steady = "Size: 1 instance (steady: no other size would serve better); ";
  expect(situationOf({ ...status, troubles: [] }, []).evidence).toEqual([steady + size, drains]);
  expect(situationOf({ ...status, troubles: [trouble] }, []).evidence).toEqual([
    `Size: 1 instance; ${size}`,
    drains,
  ]);
});
