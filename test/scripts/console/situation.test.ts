// The nine situations of a fleet, each from figures, with what to do.
import { expect, test } from "vitest";
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
    "9000 jobs wait",
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
    "S3 does not answer",
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
