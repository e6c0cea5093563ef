// The drain on a fake clock, with real lanes or with lanes made by the test.
import fc from "fast-check";
import { pino } from "pino";
import { expect, test } from "vitest";
import { Drain, type DrainableLanes, type DrainOptions } from "../../../../worker/engine/drain/drain.ts";
import type { Interruption } from "../../../../worker/engine/drain/interruption.ts";
import { DrainEnded } from "../../../../worker/engine/execute/run-errors.ts";
import { Lanes } from "../../../../worker/engine/lanes/lanes.ts";
import type { Outcome } from "../../../../worker/engine/receive/delivery.ts";
import { deliveryNamed } from "../../../support/deliveries.ts";
import { createFakeClock, settled } from "../../../support/fake-clock.ts";

const log = pino({ level: "silent" });
const spot = (secondsLeft: number): Interruption => ({ reason: "spot", action: "terminate", secondsLeft });
const sigterm = (secondsLeft: number): Interruption => ({ reason: "signal", signal: "SIGTERM", secondsLeft });

/** Real lanes with two slots. Jobs end when the test says so, or as returned when they are aborted. */
function setup(overrides: Partial<DrainOptions> = {}) {
  const clock = createFakeClock();
  const end = new Map<string, (outcome: Outcome) => void>();
  const returned: string[] = [];
  const finished: string[] = [];
  const aborts: unknown[] = [];
  const lanes = new Lanes({
    slots: 2,
    costOf: () => 1,
    monotonic: clock.monotonic,
    execute: ({ messageId }, stop) =>
      new Promise((resolve) => {
        end.set(messageId, resolve);
        stop.addEventListener("abort", () => {
          aborts.push(stop.reason);
          resolve({ outcome: "returned" });
        });
      }),
    finish: async ({ messageId }) => void finished.push(messageId),
    returnToQueue: async (deliveries) => void returned.push(...deliveries.map(({ messageId }) => messageId)),
  });
  const drain = new Drain({
    lanes,
    stopReceiving: async () => {},
    hurryReceiving: () => {},
    clock,
    log,
    budgetSeconds: 100,
    marginSeconds: 5,
    ...overrides,
  });
  const complete = (name: string) => end.get(name)?.({ outcome: "completed", replayed: false });
  return { clock, lanes, drain, complete, returned, finished, aborts };
}

const abc = () => ["a", "b", "c"].map((name) => deliveryNamed(name, { group: name }));

test("an idle worker is drained immediately", async () => {
  const { drain } = setup();
  expect(await drain.begin(sigterm(100))).toEqual({
    reason: "signal",
    seconds: 0,
    runningAtStart: 0,
    heldAtStart: 0,
    aborted: 0,
    left: 0,
  });
});

test("waiting messages are returned immediately; running jobs finish and end the drain", async () => {
  let hurried = 0;
  const hurryReceiving = () => {
    hurried += 1;
  };
  const { drain, lanes, complete, returned, finished, clock, aborts } = setup({ hurryReceiving });
  lanes.accept(abc());
  const report = drain.begin(spot(120));
  await settled();
  expect(returned).toEqual(["c"]);
  await clock.advance(30_000);
  complete("a");
  complete("b");
  expect(await report).toMatchObject({
    reason: "spot",
    seconds: 30,
    runningAtStart: 2,
    heldAtStart: 3,
    left: 0,
  });
  expect([finished, aborts, hurried]).toEqual([["a", "b"], [], 0]);
});

test("jobs that do not fit are aborted with DrainEnded at the margin before the deadline, and returned", async () => {
  const { drain, lanes, complete, returned, clock, aborts } = setup();
  lanes.accept(abc());
  const report = drain.begin(spot(60));
  complete("b");
  await clock.advance(54_999);
  expect(aborts).toEqual([]);
  await clock.advance(1);
  expect(await report).toMatchObject({ seconds: 55, aborted: 1, left: 0 });
  expect(aborts).toEqual([expect.any(DrainEnded)]);
  expect(returned).toEqual(["c", "a"]);
});

test("no drain takes longer than its budget, however much time an interruption leaves", async () => {
  const { drain, lanes, clock, aborts } = setup({ budgetSeconds: 40 });
  lanes.accept(abc());
  const report = drain.begin(sigterm(7200));
  await clock.advance(35_000);
  expect(aborts).toHaveLength(2);
  expect(await report).toMatchObject({ seconds: 35 });
});

test("a second interruption brings the deadline forward but never back", async () => {
  const { drain, lanes, clock, aborts } = setup();
  lanes.accept(abc());
  const report = drain.begin(sigterm(90));
  await clock.advance(10_000);
  void drain.begin(spot(20));
  void drain.begin(sigterm(90));
  await clock.advance(14_999);
  expect(aborts).toEqual([]);
  await clock.advance(1);
  expect(await report).toMatchObject({ reason: "signal", seconds: 25, aborted: 2 });
});

test("messages of a receive that lands during the drain are returned before it is over", async () => {
  const landed = Promise.withResolvers<void>();
  const { drain, lanes, returned } = setup({ stopReceiving: () => landed.promise });
  let over = false;
  const report = drain.begin(sigterm(100)).then(() => {
    over = true;
  });
  await settled();
  expect(over).toBe(false);
  lanes.accept([deliveryNamed("late")]);
  landed.resolve();
  await report;
  expect(returned).toEqual(["late"]);
});

test("a receive that is still open at the margin before the deadline is given up, and what it has taken is returned", async () => {
  const landed = Promise.withResolvers<void>();
  const taken = () => {
    lanes.accept([deliveryNamed("taken")]);
    landed.resolve();
  };
  const { drain, lanes, clock, returned } = setup({
    stopReceiving: () => landed.promise,
    hurryReceiving: taken,
  });
  const report = drain.begin(spot(12));
  await clock.advance(6999);
  expect(returned).toEqual([]);
  await clock.advance(1);
  expect(await report).toMatchObject({ seconds: 7, left: 0 });
  expect(returned).toEqual(["taken"]);
});

test("jobs that cannot be aborted do not keep the worker beyond the deadline; the report counts what was left", async () => {
  const clock = createFakeClock();
  const stuck: DrainableLanes = {
    load: { running: 1, held: 1 },
    refuse: async () => {},
    abort: () => {},
    empty: () => new Promise(() => {}),
    changed: () => new Promise(() => {}),
  };
  const drain = new Drain({
    lanes: stuck,
    stopReceiving: async () => {},
    hurryReceiving: () => {},
    clock,
    log,
    budgetSeconds: 100,
    marginSeconds: 5,
  });
  const report = drain.begin(spot(30));
  await clock.advance(30_000);
  expect(await report).toMatchObject({ seconds: 30, aborted: 1, left: 1 });
});

test("receiving stops before messages are returned, and the drain waits for both", async () => {
  const clock = createFakeClock();
  const steps: string[] = [];
  const returned = Promise.withResolvers<void>();
  const lanes: DrainableLanes = {
    load: { running: 0, held: 0 },
    refuse: () => {
      steps.push("return");
      return returned.promise;
    },
    abort: () => {},
    empty: async () => {},
    changed: () => new Promise(() => {}),
  };
  const stopReceiving = async () => void steps.push("stop receiving");
  const drain = new Drain({
    lanes,
    stopReceiving,
    hurryReceiving: () => {},
    clock,
    log,
    budgetSeconds: 100,
    marginSeconds: 5,
  });
  let over = false;
  const report = drain.begin(sigterm(100)).then(() => {
    over = true;
  });
  await settled();
  expect([steps, over]).toEqual([["stop receiving", "return"], false]);
  returned.resolve();
  await report;
  // Nothing of the drain goes on after it.
  expect(clock.sleeping()).toBe(0);
});

test("an interruption that leaves no time aborts immediately", async () => {
  const { drain, lanes, aborts, returned } = setup();
  lanes.accept(abc());
  expect(await drain.begin(spot(0))).toMatchObject({ seconds: 0, aborted: 2 });
  await settled();
  expect(aborts).toHaveLength(2);
  expect(returned.sort()).toEqual(["a", "b", "c"]);
});

test("jobs have all the time before the margin, to the millisecond", async () => {
  const { drain, lanes, clock, aborts } = setup();
  lanes.accept(abc());
  const report = drain.begin(spot(5.001));
  await settled();
  expect(aborts).toEqual([]);
  await clock.advance(1);
  expect(await report).toMatchObject({ seconds: 0.001, aborted: 2 });
});

test("whenever jobs end and interruptions come, the drain is over by the earliest deadline and loses no message", async () => {
  const interruptions = fc.array(
    fc.record({
      afterMs: fc.integer({ min: 0, max: 20_000 }),
      secondsLeft: fc.integer({ min: 0, max: 120 }),
    }),
    { minLength: 1, maxLength: 4 },
  );
  const names = Array.from({ length: 8 }, (_, index) => `m${index}`);
  await fc.assert(
    fc.asyncProperty(
      interruptions,
      fc.array(fc.integer({ min: 0, max: 100_000 }), { minLength: 8, maxLength: 8 }),
      async (interruptions, endings) => {
        const { drain, lanes, clock, complete, returned, finished } = setup();
        for (const [index, at] of endings.entries()) void clock.sleep(at).then(() => complete(`m${index}`));
        lanes.accept(names.map((name, index) => deliveryNamed(name, { group: `g${index % 3}` })));
        let deadline = Number.POSITIVE_INFINITY;
        let over: number | undefined;
        for (const { afterMs, secondsLeft } of interruptions) {
          await clock.advance(afterMs);
          if (over !== undefined) break;
          deadline = Math.min(deadline, clock.monotonic() + Math.min(100, secondsLeft) * 1000);
          void drain.begin(spot(secondsLeft)).then(() => {
            over ??= clock.monotonic();
          });
          await settled();
        }
        await clock.advance(100_000);
        expect(over).toBeLessThanOrEqual(deadline);
        expect([...returned, ...finished].sort()).toEqual(names);
        expect(lanes.load.held).toBe(0);
      },
    ),
    { numRuns: 100 },
  );
});
