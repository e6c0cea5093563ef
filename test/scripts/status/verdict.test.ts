import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type Capacity,
  fleetStatusSchema,
  type QueueStatus,
  type Verdict,
  verdicts,
  type WorkerStatus,
  workerStatusSchema,
} from "../../../scripts/status/fleet-status.ts";
import { verdictOf } from "../../../scripts/status/verdict.ts";
import { verdictInWords } from "../../../scripts/status/verdict-words.ts";

const queue = (some: Partial<QueueStatus> = {}): QueueStatus => ({
  kind: "resize-image",
  visible: 0,
  inFlight: 0,
  dead: 0,
  oldestSeconds: null,
  ...some,
});
const worker = (some: Partial<WorkerStatus> = {}): WorkerStatus => ({
  id: "worker-1",
  state: "ready",
  busySlots: 0,
  idleSlots: 8,
  instance: null,
  kinds: ["resize-image"],
  seenSecondsAgo: 1,
  ...some,
});
const full = worker({ busySlots: 8, idleSlots: 0 });

const failing = { since: new Date(0).toISOString(), message: "There is no Spot capacity." };
const shortOf = (some: Partial<Capacity> = {}): Capacity => ({
  ...{ desired: 3, inService: 1, pending: 0, onDemand: 0, launchError: failing },
  ...some,
});

const cases: [string, Verdict, Partial<QueueStatus>[], WorkerStatus[], Capacity?][] = [
  ["nothing anywhere", "idle", [{}], []],
  ["idle workers and empty queues", "idle", [{}], [worker()]],
  ["a dead worker and empty queues", "idle", [{}], [worker({ state: "dead" })]],
  ["messages in flight", "working", [{ inFlight: 3 }], [worker()]],
  [
    "a busy slot whose message SQS no longer counts",
    "working",
    [{}],
    [worker({ busySlots: 1, idleSlots: 7 })],
  ],
  ["messages wait for full slots", "working", [{ visible: 800, inFlight: 8 }], [full]],
  ["more than 100 messages wait for each slot", "overloaded", [{ visible: 801, inFlight: 8 }], [full]],
  ["the oldest waits five minutes", "working", [{ visible: 1, oldestSeconds: 300 }], [full]],
  ["the oldest waits longer than five minutes", "overloaded", [{ visible: 1, oldestSeconds: 301 }], [full]],
  ["one long job and nothing else", "working", [{ inFlight: 1, oldestSeconds: 900 }], [full]],
  [
    "a quarter of the slots idles beside messages that would fill it",
    "group-bound",
    [{ visible: 2, inFlight: 6 }],
    [worker({ busySlots: 6, idleSlots: 2 })],
  ],
  [
    "fewer messages wait than slots idle",
    "working",
    [{ visible: 1, inFlight: 6 }],
    [worker({ busySlots: 6, idleSlots: 2 })],
  ],
  [
    "less than a quarter of the slots idles",
    "working",
    [{ visible: 50, inFlight: 7 }],
    [worker({ busySlots: 7, idleSlots: 1 })],
  ],
  ["messages have just come to a fleet that has not begun", "working", [{ visible: 50 }], [worker()]],
  [
    "a draining worker's idle slots are not on offer",
    "working",
    [{ visible: 50, inFlight: 7 }],
    [full, worker({ id: "worker-2", state: "draining", busySlots: 1, idleSlots: 7 })],
  ],
  ["messages and no worker, age unknown", "workers-dead", [{ visible: 1 }], []],
  [
    "messages in flight and only a dead worker",
    "workers-dead",
    [{ inFlight: 1 }],
    [worker({ state: "dead" })],
  ],
  ["messages and only a stopped worker", "workers-dead", [{ visible: 1 }], [worker({ state: "stopped" })]],
  ["messages too young for a machine to have started", "working", [{ visible: 1, oldestSeconds: 179 }], []],
  [
    "messages old enough for a machine to have started",
    "workers-dead",
    [{ visible: 1, oldestSeconds: 180 }],
    [],
  ],
  [
    "messages and a worker that starts",
    "working",
    [{ visible: 1 }],
    [worker({ state: "starting", idleSlots: 0 })],
  ],
  ["work in flight at a worker that drains", "working", [{ inFlight: 1 }], [worker({ state: "draining" })]],
  [
    "a kind that no live worker takes",
    "workers-dead",
    [{ inFlight: 1 }, { kind: "send-mail", visible: 1 }],
    [worker()],
  ],
  ["dead letters in a fleet at rest", "poison", [{ dead: 1 }], []],
  ["dead letters in a busy fleet", "poison", [{ dead: 1, visible: 9000, inFlight: 8 }], [full]],
  ["dead letters and dead workers", "workers-dead", [{ dead: 1, visible: 1 }], []],
  ["jobs wait and no launch succeeds", "no-capacity", [{ visible: 1 }], [], shortOf({ inService: 0 })],
  ["jobs wait and some launches fail", "no-capacity", [{ visible: 800, inFlight: 8 }], [full], shortOf()],
  ["launches fail and nothing waits", "working", [{ inFlight: 3 }], [worker()], shortOf()],
  [
    "launches failed, but on-demand instances came",
    "working",
    [{ visible: 9 }],
    [full],
    shortOf({ inService: 3 }),
  ],
  ["the missing instances boot", "working", [{ visible: 9 }], [full], shortOf({ pending: 2 })],
];

test.each(cases)("%s: %s", (_, verdict, queues, workers, capacity) => {
  expect(verdictOf({ queues: queues.map(queue), workers, capacity })).toBe(verdict);
});

test("no-capacity is explained by counts and EC2's own words, and a quota is called one", () => {
  const inWords = (message: string) =>
    verdictInWords({
      ...{ verdict: "no-capacity", workers: [], queues: [queue({ visible: 7 })] },
      capacity: shortOf({ launchError: { ...failing, message } }),
    });
  expect(inWords("There is no Spot capacity.")).toMatch(
    /^7 jobs wait: 3 instances asked for, 1 in service; launches have failed since \d\d:\d\d: There is no Spot capacity\.$/,
  );
  expect(inWords("MaxSpotInstanceCountExceeded - Max spot instance count exceeded")).toContain(
    "(a quota of the account is used up)",
  );
});

test("every verdict is reached by a case above", () => {
  expect(new Set(cases.map(([, verdict]) => verdict))).toEqual(new Set(verdicts));
});

const counts = fc.nat({ max: 2000 });
const anyQueue = fc.record({
  kind: fc.constantFrom("resize-image", "send-mail"),
  visible: counts,
  inFlight: counts,
  dead: fc.nat({ max: 1 }),
  oldestSeconds: fc.option(counts),
});
const anyWorker = fc.record({
  id: fc.string(),
  state: fc.constantFrom(...workerStatusSchema.shape.state.options),
  busySlots: fc.nat({ max: 16 }),
  idleSlots: fc.nat({ max: 16 }),
  instance: fc.constant(null),
  kinds: fc.subarray(["resize-image", "send-mail"]),
  seenSecondsAgo: counts,
});

test("idle is said only of a fleet without messages and without busy slots", () => {
  fc.assert(
    fc.property(fc.array(anyQueue), fc.array(anyWorker), (queues, workers) => {
      if (verdictOf({ queues, workers }) !== "idle") return;
      expect(queues.every(({ visible, inFlight, dead }) => visible + inFlight + dead === 0)).toBe(true);
    }),
  );
});

test("whatever the fleet's state, the verdict is a valid status and has one sentence", () => {
  fc.assert(
    fc.property(fc.array(anyQueue), fc.array(anyWorker), (queues, workers) => {
      const status = fleetStatusSchema.parse({
        v: 1,
        queues,
        workers,
        verdict: verdictOf({ queues, workers }),
      });
      expect(verdictInWords(status)).toMatch(/^[^.\n]+\.$/);
    }),
  );
});

test("the sentence names the kinds concerned", () => {
  const queues = [queue({ dead: 2 }), queue({ kind: "send-mail", visible: 1 })];
  const dead = { v: 1 as const, queues, workers: [], verdict: "workers-dead" as const };
  expect(verdictInWords(dead)).toBe("There are jobs, but no live worker for send-mail.");
  expect(verdictInWords({ ...dead, verdict: "poison" })).toBe(
    "Dead-lettered jobs need attention: 2 of resize-image.",
  );
});
