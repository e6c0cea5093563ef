// Our policy on traces of any shape: bounds, zero, no flapping, no starvation; and what it must reach on the named traces.
import fc from "fast-check";
import { expect, test } from "vitest";
import { scalingPolicy } from "../../../infra/scaling/policy.ts";
import { checks, compare } from "../../../scripts/simulate/compare.ts";
import type { Change } from "../../../scripts/simulate/model/record.ts";
import { simulate } from "../../../scripts/simulate/model/simulation.ts";
import {
  type SimulatedJob,
  type Trace,
  usualMeasures,
  usualPools,
} from "../../../scripts/simulate/model/trace.ts";
import { everyMinute, ours } from "../../../scripts/simulate/policies/ours.ts";
import { traces } from "../../../scripts/simulate/traces/catalog.ts";

const { bootSeconds } = usualMeasures;

function traceOf(jobs: readonly SimulatedJob[], max = 10): Trace {
  return {
    name: "any",
    about: "",
    measures: { ...usualMeasures, max },
    jobs: jobs.toSorted((a, b) => a.arrival - b.arrival),
    pools: usualPools,
    reclaims: [],
    noCapacity: [],
    horizonSeconds: 7200,
  };
}

/** Rushes of jobs: when, how many, how long each, in how many groups. */
const rushes = fc
  .array(
    fc.record({
      at: fc.nat(3600),
      count: fc.integer({ min: 1, max: 400 }),
      seconds: fc.integer({ min: 1, max: 60 }),
      groups: fc.integer({ min: 1, max: 100 }),
    }),
    { minLength: 1, maxLength: 6 },
  )
  .map((list) =>
    list.flatMap(({ at, count, seconds, groups }, rush) =>
      Array.from({ length: count }, (_, index) => ({
        arrival: at,
        kind: `kind-${rush}`,
        group: `${rush}-${index % groups}`,
        seconds,
      })),
    ),
  );

const runs = { numRuns: 40 };

test("on any rushes of jobs the fleet stays within its bounds and every job ends", () => {
  fc.assert(
    fc.property(rushes, fc.integer({ min: 1, max: 12 }), (jobs, max) => {
      const outcome = simulate(traceOf(jobs, max), ours);
      expect(outcome.unfinished).toBe(0);
      expect(outcome.changes.every(({ to }) => to >= 0 && to <= max)).toBe(true);
    }),
    runs,
  );
});

/** Work is seen and its end is seen up to a count late each, and the last instance is kept for five minutes at most. */
const latestZero = scalingPolicy.keepSeconds.most + 2 * everyMinute.countSeconds + 10;

test("zero is left within two minutes of the first message, and reached within the longest keeping after the last end", () => {
  fc.assert(
    fc.property(rushes, (jobs) => {
      const trace = traceOf(jobs);
      const { changes, samples } = simulate(trace, ours);
      expect((changes[0]?.at ?? Number.NaN) - (trace.jobs[0]?.arrival ?? 0)).toBeLessThanOrEqual(120);
      const lastWork = samples.findLast(({ backlog }) => backlog > 0)?.at ?? 0;
      const zero = samples.findLast(({ wanted }) => wanted > 0)?.at ?? 0;
      if (lastWork < 6000) expect(zero - lastWork).toBeLessThanOrEqual(latestZero);
    }),
    runs,
  );
});

/** Changes against the direction of the one before, less than a boot time later. */
function reversals(changes: readonly Change[]): Change[] {
  const up = ({ from, to }: Change) => to > from;
  return changes.filter((change, index) => {
    const last = changes[index - 1];
    return last !== undefined && up(change) !== up(last) && change.at - last.at < bootSeconds;
  });
}

test("while jobs arrive evenly, the fleet does not turn within a boot time", () => {
  const even = fc.record({
    every: fc.double({ min: 0.2, max: 5, noNaN: true }),
    seconds: fc.double({ min: 0.5, max: 20, noNaN: true }),
  });
  fc.assert(
    fc.property(even, ({ every, seconds }) => {
      const jobs = Array.from({ length: Math.floor(5400 / every) }, (_, index) => ({
        arrival: index * every,
        kind: "k",
        group: `${index}`,
        seconds,
      }));
      const { changes } = simulate(traceOf(jobs), ours);
      expect(reversals(changes.filter(({ at }) => at < 5400))).toEqual([]);
    }),
    runs,
  );
});

test("on any rushes it turns within a boot time only for new work or for want of any", () => {
  fc.assert(
    fc.property(rushes, (jobs) => {
      const { changes } = simulate(traceOf(jobs), ours);
      const allowed = ["from-zero", "backlog", "bounds", "empty", "idle-slots"];
      const odd = reversals(changes).filter(({ reason }) => !allowed.includes(reason));
      expect(odd).toEqual([]);
    }),
    runs,
  );
});

const held = (name: string) => {
  const comparison = compare((traces[name] as () => Trace)());
  return { ...comparison, failing: checks(comparison).filter(({ holds }) => !holds) };
};

test("on a burst, a trickle, poison and a hot group no policy is better in both cost and wait", () => {
  for (const name of ["burst", "trickle", "poison", "hot-group"])
    expect({ name, failing: held(name).failing.filter(({ text }) => text.includes("better")) }).toEqual({
      name,
      failing: [],
    });
});

test("on burst-then-trickle it costs at most a quarter of before and 1.25 of the clairvoyant", () => {
  const { ours: own, peers, clairvoyant, failing } = held("burst-then-trickle");
  const before = peers.find(({ name }) => name === "before");
  expect(own.cost).toBeLessThanOrEqual((before?.cost ?? 0) / 4);
  expect(own.cost).toBeLessThanOrEqual(1.25 * clairvoyant.cost);
  expect(failing).toEqual([]);
});

test("on the hot group a second instance leaves once workers tell, where policies of depth pay at least double", () => {
  const { ours: own, peers } = held("hot-group");
  expect(own.samples.filter(({ at, wanted }) => at > 600 && wanted > 1)).toEqual([]);
  expect(own.peak).toBeLessThanOrEqual(2);
  const depth = peers.filter(({ name }) => ["target-tracking", "queue-processing", "keda"].includes(name));
  expect(depth.length).toBe(3);
  expect(depth.filter(({ wastedMinutes }) => wastedMinutes < 2 * own.wastedMinutes)).toEqual([]);
});
