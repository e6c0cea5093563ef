// When a worker counts as in service, and how much of a stretch of time somebody was.
import { expect, test } from "vitest";
import { covered, servicesOf } from "../../../scripts/campaign/report/in-service.ts";
import { CloudLog } from "../../support/campaign/cloud-log.ts";

test("a worker is in service from its first message until it leaves or dies, less what it was held for", () => {
  const log = new CloudLog().sent("a").sent("b").wait(100).received("W1", "a").wait(100).received("W2", "b");
  log.processes.push(
    { at: 0, worker: "W1", what: "started", pid: 1 },
    { at: 300, worker: "W1", what: "held", until: 400 },
    { at: 600, worker: "W1", what: "drain", why: "signal", deadline: 5000 },
    { at: 900, worker: "W1", what: "exited", code: 0, signal: null },
    { at: 500, worker: "W2", what: "killed" },
    { at: 510, worker: "W2", what: "exited", code: null, signal: "SIGKILL" },
    { at: 600, worker: "W3", what: "started", pid: 3 },
  );
  expect(servicesOf(log.evidence({}))).toEqual([
    { worker: "W1", from: 100, to: 300 },
    { worker: "W1", from: 400, to: 600 },
    { worker: "W2", from: 200, to: 500 },
  ]);
});

test("time that several cover counts once, time that nobody covers not at all", () => {
  const stretches = [
    { from: 10, to: 20 },
    { from: 15, to: 25 },
    { from: 40, to: 90 },
  ];
  expect(covered(stretches, 0, 100)).toBe(65);
  expect(covered(stretches, 12, 42)).toBe(15);
  expect(covered(stretches, 25, 40)).toBe(0);
  expect(covered([], 0, 100)).toBe(0);
});
