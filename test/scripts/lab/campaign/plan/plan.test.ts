// A plan depends only on its seed and contains what every run must have.
import fc from "fast-check";
import { expect, test } from "vitest";
import { leaseFor } from "../../../../../scripts/lab/campaign/plan/machine.ts";
import { makeDrainPlan, makeOutagePlan, makePlan } from "../../../../../scripts/lab/campaign/plan/plan.ts";

const seeds = fc.integer({ min: 0, max: 2 ** 31 });
const sizes = fc.integer({ min: 20, max: 2000 });

test("the same seed makes the same plan, another seed a different one", () => {
  fc.assert(
    fc.property(seeds, sizes, (seed, jobs) => {
      expect(makePlan({ seed, jobs })).toEqual(makePlan({ seed, jobs }));
      expect(makePlan({ seed, jobs }).inputs).not.toEqual(makePlan({ seed: seed + 1, jobs }).inputs);
    }),
    { numRuns: 30 },
  );
});

test("every plan has each kind of input, each fate of a picture and each kind of fault, ordered by time", () => {
  fc.assert(
    fc.property(seeds, sizes, (seed, jobs) => {
      const { inputs, faults } = makePlan({ seed, jobs });
      expect([...new Set(inputs.map(({ kind }) => kind))].sort()).toEqual([
        "expiry",
        "file",
        "garbage",
        "mail",
        "pack",
        "picture",
        "removal",
        ...(inputs.some(({ kind }) => kind === "share") ? ["share"] : []),
        "stale-removal",
        "words",
      ]);
      const fates = inputs.flatMap((input) => (input.kind === "picture" ? [input.fate] : []));
      for (const fate of [
        "ready",
        "refused",
        "poisoned",
        "crashing",
        "overwritten",
        "withheld",
        "hostile",
      ] as const)
        if (fates.length >= 12) expect(fates).toContain(fate);
      expect(new Set(faults.map(({ kind }) => kind)).size).toBe(17);
      expect(faults.map(({ at }) => at)).toEqual(faults.map(({ at }) => at).sort((a, b) => a - b));
    }),
    { numRuns: 50 },
  );
});

test("in a plan of drains, workers drain in turn, nothing fails and no request is hit", () => {
  fc.assert(
    fc.property(seeds, sizes, (seed, jobs) => {
      const { inputs, faults, requests } = makeDrainPlan({ seed, jobs });
      const failing = ["poisoned", "crashing", "overwritten", "withheld", "hostile"];
      expect(inputs.filter((input) => input.kind === "picture" && failing.includes(input.fate))).toEqual([]);
      expect(requests.probability).toBe(0);
      expect(new Set(faults.map(({ kind }) => kind))).toEqual(new Set(["sigterm", "spot", "scale-in"]));
      const places = faults.map((fault) => ("worker" in fault ? fault.worker : undefined));
      expect(places).toEqual(faults.map((_, index) => index % 3));
    }),
    { numRuns: 30 },
  );
});

test("a plan makes about as many jobs as requested", () => {
  fc.assert(
    fc.property(seeds, fc.integer({ min: 100, max: 2000 }), (seed, jobs) => {
      const made = makePlan({ seed, jobs }).inputs.map(({ kind }) =>
        kind === "words" ? 3 : kind === "mail" ? 2 : 1,
      );
      expect(Math.abs(made.reduce<number>((sum, count) => sum + count, 0) - jobs)).toBeLessThanOrEqual(
        Math.max(6, jobs * 0.03),
      );
    }),
    { numRuns: 50 },
  );
});

test("every failing picture is followed by a good one with the same key, so that its group must continue", () => {
  fc.assert(
    fc.property(seeds, sizes, (seed, jobs) => {
      const pictures = makePlan({ seed, jobs }).inputs.filter((input) => input.kind === "picture");
      for (const [index, { key, fate }] of pictures.entries())
        if (fate === "poisoned" || fate === "crashing")
          expect(pictures.slice(index + 1).find((later) => later.key === key)?.fate).toBe("ready");
    }),
    { numRuns: 30 },
  );
});

test("leases grow as the machine has less capacity, within limits", () => {
  expect([1, 0.61, 0.3, 0.1, 0].map(leaseFor)).toEqual([5, 5, 10, 30, 30]);
});

test("a large run has outages of every way, two services at once and a long one, none during the rollout", () => {
  const ways = new Set<string>();
  fc.assert(
    fc.property(seeds, (seed) => {
      const { faults } = makePlan({ seed, jobs: 2500 });
      const outages = faults.filter((fault) => fault.kind === "outage");
      const lists = outages.map((fault) => fault.outages);
      for (const { service, how } of lists.flat()) ways.add(`${service} ${how}`);
      expect(lists.some((list) => list.length === 2)).toBe(true);
      expect(Math.max(...lists.flat().map(({ minutes }) => minutes))).toBeGreaterThanOrEqual(10);
      for (const { minutes } of lists.flat()) expect(minutes).toBeGreaterThanOrEqual(1);
      const rollout = faults.filter(({ kind }) => kind === "newer-producers" || kind === "newer-workers");
      const [begins = 0, ends = 0] = rollout.map(({ at }) => at);
      expect(outages.filter(({ at }) => at > begins - 0.05 && at < ends + 0.01)).toEqual([]);
    }),
    { numRuns: 300 },
  );
  for (const service of ["s3", "sqs", "dynamodb", "ses"]) expect(ways).toContain(`${service} denied`);
  for (const service of ["s3", "sqs", "dynamodb"]) expect(ways).toContain(`${service} partial`);
});

test("outages last up to half an hour, with one seed of four up to six, and with one of twenty six; of small runs three minutes", () => {
  const longest = (seed: number, jobs: number) =>
    Math.max(
      ...makePlan({ seed, jobs }).faults.flatMap((fault) =>
        fault.kind === "outage" ? fault.outages.map(({ minutes }) => minutes) : [],
      ),
    );
  const among = (of: (seed: number) => boolean) =>
    Array.from({ length: 200 }, (_, seed) => seed)
      .filter(of)
      .map((seed) => longest(seed, 2500));
  expect(new Set(among((seed) => seed % 20 === 0))).toEqual(new Set([360]));
  expect(Math.max(...among((seed) => seed % 4 !== 0))).toBeLessThanOrEqual(30);
  const hours = among((seed) => seed % 4 === 0 && seed % 20 !== 0);
  expect(Math.max(...hours)).toBeGreaterThan(240);
  expect(Math.max(...hours)).toBeLessThan(360);
  expect(hours.filter((minutes) => minutes > 30).length).toBeGreaterThan(hours.length / 2);
  for (const seed of [1, 2, 3, 20]) expect(longest(seed, 500)).toBeLessThanOrEqual(3);
});

test("triggers are deployed first in some plans, workers first in others", () => {
  const first = [1, 2, 3, 4, 5, 6].map(
    (seed) => makePlan({ seed, jobs: 500 }).faults.find(({ kind }) => kind.startsWith("newer-"))?.kind,
  );
  expect(new Set(first)).toEqual(new Set(["newer-producers", "newer-workers"]));
});

test("in a plan of outages nothing else goes wrong", () => {
  const { inputs, faults, requests } = makeOutagePlan({ seed: 3, jobs: 2500 });
  expect(new Set(faults.map(({ kind }) => kind))).toEqual(new Set(["outage"]));
  expect(requests.probability).toBe(0);
  const fates = inputs.flatMap((input) => (input.kind === "picture" ? [input.fate] : []));
  expect(new Set(fates)).toEqual(new Set(["ready", "refused"]));
});
