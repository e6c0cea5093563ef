// The simulated queue, instances and events, and what a run must conserve whatever policy it is played to.
import fc from "fast-check";
import { expect, test } from "vitest";
import { EventQueue } from "../../../scripts/simulate/model/event-queue.ts";
import { GroupQueue } from "../../../scripts/simulate/model/group-queue.ts";
import { waitsOf } from "../../../scripts/simulate/model/record.ts";
import { simulate } from "../../../scripts/simulate/model/simulation.ts";
import { type SimulatedJob, type Trace, usualMeasures } from "../../../scripts/simulate/model/trace.ts";
import type { SimulatedPolicy } from "../../../scripts/simulate/policies/policy.ts";

const pools = [{ name: "a", price: 0.04 }];

function traceOf(jobs: readonly SimulatedJob[], more: Partial<Trace> = {}): Trace {
  const none = { reclaims: [], noCapacity: [], horizonSeconds: 3600 };
  return { name: "t", about: "", measures: usualMeasures, pools, jobs, ...none, ...more };
}

const always = (count: number): SimulatedPolicy => ({
  name: "always",
  source: "a test",
  everySeconds: 10,
  lagSeconds: 0,
  start: () => () => ({ wanted: count, reason: "always" }),
});

const job = (arrival: number, group: string, seconds = 2): SimulatedJob => ({
  arrival,
  kind: "k",
  group,
  seconds,
});

test("events come by time, those of one time in the order in which they were added", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20)), (times) => {
      const queue = new EventQueue<{ at: number; order: number }>();
      for (const [order, at] of times.entries()) queue.add(at, { at, order });
      const taken = times.map(() => queue.take());
      expect(taken).toEqual(
        times.map((at, order) => ({ at, order })).sort((a, b) => a.at - b.at || a.order - b.order),
      );
      expect(queue.take()).toBeUndefined();
    }),
  );
});

test("a group's next job is not taken while one of it runs, and a returned one comes first", () => {
  const queue = new GroupQueue();
  for (const [arrival, group] of [
    [1, "a"],
    [2, "a"],
    [3, "b"],
  ] as const)
    queue.add({ ...job(arrival, group), failed: 0 });
  const first = queue.take();
  expect([first?.arrival, queue.take()?.arrival, queue.take()]).toEqual([1, 3, undefined]);
  if (first !== undefined) queue.giveBack(first);
  expect(queue.take()?.arrival).toBe(1);
});

test("one job costs the boot and its run: it waits for the boot, and the instance is paid to the horizon", () => {
  const outcome = simulate(traceOf([job(0, "a")]), always(1));
  expect(outcome.waits).toEqual({ p50: 120, p95: 120, max: 120 });
  expect(outcome).toMatchObject({ instanceHours: 1, cost: 0.04, launches: 1, unfinished: 0, peak: 1 });
  expect(outcome.wastedMinutes).toBeCloseTo(60 - 2 / 8 / 60);
});

test("jobs of one group run one after another on any number of instances", () => {
  const jobs = Array.from({ length: 10 }, () => job(300, "hot", 10));
  expect(simulate(traceOf(jobs), always(5)).waits.max).toBe(90);
});

test("a poison job blocks its group while it backs off, and no other", () => {
  const poison = { ...job(300, "sick", 1), failures: 5 };
  const outcome = simulate(traceOf([poison, job(300, "sick"), job(300, "well")]), always(1));
  // Five runs of a second and backoffs of 2, 4, 8 and 16.
  expect(outcome.waits).toEqual({ p50: 0, p95: 35, max: 35 });
  expect(outcome.unfinished).toBe(0);
});

test("a reclaim returns what does not fit into its notice, and another instance is launched", () => {
  const jobs = [job(200, "short", 60), job(200, "long", 400)];
  const outcome = simulate(traceOf(jobs, { reclaims: [{ at: 250, pool: "a", count: 1 }] }), always(1));
  expect(outcome).toMatchObject({ interrupted: 1, reclaimed: 1, launches: 2, unfinished: 0 });
});

test("nothing is launched in a pool without capacity until the spell is over", () => {
  const outcome = simulate(
    traceOf([job(0, "a")], { noCapacity: [{ pool: "a", from: 0, to: 600 }] }),
    always(1),
  );
  expect(outcome.waits.max).toBe(720);
});

test("a policy sees figures as old as its lag", () => {
  const seen: number[] = [];
  const late: SimulatedPolicy = {
    ...always(0),
    lagSeconds: 30,
    start:
      () =>
      (figures, { now, desired }) => {
        seen.push(now - figures.at);
        return { wanted: desired, reason: "" };
      },
  };
  simulate(traceOf([]), late);
  expect(new Set(seen)).toEqual(new Set([30]));
});

test("percentiles are of the nearest rank", () => {
  expect(waitsOf(Array.from({ length: 100 }, (_, index) => 100 - index))).toEqual({
    p50: 50,
    p95: 95,
    max: 100,
  });
  expect(waitsOf([])).toEqual({ p50: 0, p95: 0, max: 0 });
});

const anyJob = fc.record({
  arrival: fc.double({ min: 0, max: 3000, noNaN: true }),
  kind: fc.constantFrom("a", "b"),
  group: fc.constantFrom("1", "2", "3", "4", "5"),
  seconds: fc.double({ min: 0.1, max: 100, noNaN: true }),
  failures: fc.nat(3),
});
const anyReclaim = fc.record({ at: fc.nat(3000), pool: fc.constant("a"), count: fc.nat(3) });

test("every job ends, whatever the market does, and no more is worked than paid", () => {
  const anyTrace = fc.record({ jobs: fc.array(anyJob), reclaims: fc.array(anyReclaim, { maxLength: 5 }) });
  fc.assert(
    fc.property(anyTrace, fc.integer({ min: 1, max: 5 }), ({ jobs, reclaims }, size) => {
      const sorted = jobs.toSorted((a, b) => a.arrival - b.arrival);
      const outcome = simulate(traceOf(sorted, { reclaims, horizonSeconds: 7200 }), always(size));
      expect(outcome.unfinished).toBe(0);
      expect(outcome.peak).toBeLessThanOrEqual(size + outcome.reclaimed);
      const work = jobs.reduce((sum, one) => sum + one.seconds * Math.max(1, one.failures), 0);
      expect(outcome.instanceHours * 3600 * 8).toBeGreaterThanOrEqual(work - 1e-6);
    }),
  );
});
