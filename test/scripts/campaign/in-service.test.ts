// When a worker counts as able to take messages, and how much of a stretch of time somebody was.
import { expect, test } from "vitest";
import { covered } from "../../../scripts/campaign/log/stretches.ts";
import { freeSlotsOf } from "../../../scripts/campaign/report/in-service.ts";
import { CloudLog } from "../../support/campaign/cloud-log.ts";

test("a worker can take messages from its first one until it leaves or dies, less what it was held for", () => {
  const log = new CloudLog().sent("a").sent("b").wait(100).received("W1", "a").wait(100).received("W2", "b");
  log.sent("c").received("operator", "c");
  log.processes.push(
    { at: 0, worker: "W1", what: "started", pid: 1 },
    { at: 300, worker: "W1", what: "held", until: 400 },
    { at: 600, worker: "W1", what: "drain", why: "signal", deadline: 5000 },
    { at: 900, worker: "W1", what: "exited", code: 0, signal: null },
    { at: 500, worker: "W2", what: "killed" },
    { at: 510, worker: "W2", what: "exited", code: null, signal: "SIGKILL" },
    { at: 600, worker: "W3", what: "started", pid: 3 },
  );
  expect(freeSlotsOf(log.evidence({ slots: 5 }))).toEqual([
    { worker: "W1", from: 100, to: 300 },
    { worker: "W1", from: 400, to: 600 },
    { worker: "W2", from: 200, to: 500 },
  ]);
});

test("while all slots hold claimed jobs none is free; a message that was never claimed holds none", () => {
  const log = new CloudLog().sent("a").sent("b", "h").sent("c", "i");
  log.received("W1", "c").wait(100);
  log.received("W1", "a").claim("W1", "a", 1).wait(100).received("W1", "b").claim("W1", "b", 1).wait(100);
  log.end("W1", "a", 1).deleted("W1", "a").wait(100);
  expect(freeSlotsOf(log.evidence({ slots: 2 }))).toMatchObject([{ from: 0, to: 200 }, { from: 300 }]);
});

test("a worker whose slots fill and empty again and again is told apart each time", () => {
  const log = new CloudLog().sent("a").received("W1", "a");
  for (let n = 0; n < 200; n += 1) {
    log.sent(`${n}`, `${n}`).wait(10).received("W1", `${n}`).claim("W1", `${n}`, 1);
    log.wait(10).end("W1", `${n}`, 1).deleted("W1", `${n}`);
  }
  expect(freeSlotsOf(log.evidence({ slots: 1 }))).toHaveLength(201);
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
