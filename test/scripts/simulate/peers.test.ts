// Each peer's rule gives what its own documentation says it gives.
import { expect, test } from "vitest";
import { buildkite, instancesFor } from "../../../scripts/simulate/policies/buildkite.ts";
import { policies } from "../../../scripts/simulate/policies/catalog.ts";
import { keda, podsFor } from "../../../scripts/simulate/policies/keda.ts";
import type { SimulatedPolicy } from "../../../scripts/simulate/policies/policy.ts";
import { queueProcessing, stepFor } from "../../../scripts/simulate/policies/queue-processing.ts";
import {
  acceptableBacklog,
  targetTracking,
  trackedCapacity,
} from "../../../scripts/simulate/policies/target-tracking.ts";
import { trickle } from "../../../scripts/simulate/traces/catalog.ts";

const quiet = { at: 0, waiting: 0, inFlight: 0, busySlots: 0, idleSlots: 0, inService: 0, ended: 0 };
const nobody = { waitingByKind: {}, secondsByKind: {} };

/** What a policy wants for figures that stay the same, minute by minute, from a desired capacity. */
function wants(policy: SimulatedPolicy, figures: Partial<typeof quiet>, desired: number, minutes: number) {
  const decide = policy.start(trickle());
  const seen: number[] = [];
  for (let minute = 0; minute < minutes; minute++)
    seen.push(decide({ ...quiet, ...nobody, ...figures }, { desired, now: minute * 60 }).wanted);
  return seen;
}

test("target tracking, by AWS's example: 0.1 s a message and 10 s of latency make 100 an instance, and 1,500 messages on 10 instances add 5", () => {
  expect(acceptableBacklog(10, 0.1)).toBeCloseTo(100);
  expect(trackedCapacity(1500, 10, 100)).toBe(15);
});

test("target tracking cannot leave zero, since its metric divides by the instances in service", () => {
  expect(wants(targetTracking, { waiting: 1000 }, 1, 5)).toEqual([1, 1, 1, 1, 1]);
});

test("target tracking shrinks only after fifteen minutes below the target", () => {
  const seen = wants(targetTracking, { waiting: 0, inService: 4 }, 4, 16);
  expect([seen.lastIndexOf(4), seen.indexOf(1)]).toEqual([15, 14]);
});

test("QueueProcessing, by the CDK's defaults: one less at none, one more from 100, five more from 500", () => {
  expect([0, 1, 99, 100, 499, 500, 5000].map(stepFor)).toEqual([-1, 0, 0, 1, 1, 5, 5]);
});

test("QueueProcessing ignores a scale-in within its cooldown of 300 seconds and never goes below one", () => {
  expect(wants(queueProcessing, { waiting: 0 }, 3, 6)).toEqual([2, 3, 3, 3, 3, 2]);
  expect(wants(queueProcessing, { waiting: 0 }, 1, 1)).toEqual([1]);
});

test("KEDA, by its example: a pod handles 10 messages and 30 wait, so there are 3 pods; by default a pod handles 5", () => {
  expect(podsFor(30, 10)).toBe(3);
  expect(podsFor(30)).toBe(6);
});

test("KEDA activates one pod from zero and goes back to zero after its cooldown of 300 seconds", () => {
  expect(wants(keda, { waiting: 50 }, 0, 1)).toEqual([1]);
  expect(wants(keda, {}, 1, 1)).toEqual([0]);
});

test("Buildkite, by its own tests: 10 scheduled and 2 running make 12 instances of one agent, 3 of four, 6 of two, 3 of five, 1 of twenty", () => {
  expect([1, 4, 2, 5, 20].map((agents) => instancesFor(10, 2, agents))).toEqual([12, 3, 6, 3, 1]);
});

test("Buildkite leaves scale-in to instances that idle", () => {
  expect(wants(buildkite, {}, 5, 2)).toEqual([5, 5]);
  expect(buildkite.leaveAfterIdleSeconds).toBe(600);
});

test("every policy says where its rule is written down, under a name of its own", () => {
  expect(policies.every(({ source }) => source.length > 10)).toBe(true);
  expect(new Set(policies.map(({ name }) => name)).size).toBe(policies.length);
});
