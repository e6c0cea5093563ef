// The scaling decision: signals in, desired count out.
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type BeforeSignals,
  beforePolicy,
  decideBefore,
} from "../../../scripts/simulate/policies/before-policy.ts";

const quiet: BeforeSignals = {
  visible: 0,
  inFlight: 0,
  busySlots: 0,
  idleSlots: 0,
  desired: 0,
  emptySeconds: 1e6,
};

test("a single waiting message takes the fleet from zero to one", () => {
  expect(decideBefore(beforePolicy, { ...quiet, visible: 1, emptySeconds: 0 })).toEqual({
    desired: 1,
    reason: "from-zero",
  });
});

test("a backlog with every slot busy adds instances, and a longer one adds more", () => {
  const busy = { ...quiet, desired: 1, busySlots: 8, inFlight: 8, emptySeconds: 0 };
  expect(decideBefore(beforePolicy, { ...busy, visible: 19 }).desired).toBe(1);
  expect(decideBefore(beforePolicy, { ...busy, visible: 20 }).desired).toBe(2);
  expect(decideBefore(beforePolicy, { ...busy, visible: 200 }).desired).toBe(3);
  expect(decideBefore(beforePolicy, { ...busy, visible: 1000 }).desired).toBe(5);
});

test("idle slots beside waiting messages stop the growth: the number of message groups limits the fleet", () => {
  const bound = {
    ...quiet,
    desired: 2,
    busySlots: 1,
    idleSlots: 15,
    inFlight: 1,
    visible: 5000,
    emptySeconds: 0,
  };
  expect(decideBefore(beforePolicy, bound)).toEqual({ desired: 2, reason: "group-bound" });
});

test("the fleet waits for an instance that has not reported its slots yet", () => {
  const booting = { ...quiet, desired: 1, visible: 5000, emptySeconds: 0 };
  expect(decideBefore(beforePolicy, booting)).toEqual({ desired: 1, reason: "steady" });
});

test("an empty fleet shrinks to its minimum only after the whole quiet period", () => {
  const idle = { ...quiet, desired: 3, idleSlots: 24 };
  expect(
    decideBefore(beforePolicy, { ...idle, emptySeconds: beforePolicy.scaleInAfterSeconds - 1 }).desired,
  ).toBe(3);
  expect(decideBefore(beforePolicy, { ...idle, emptySeconds: beforePolicy.scaleInAfterSeconds })).toEqual({
    desired: 0,
    reason: "empty",
  });
});

const count = fc.integer({ min: 0, max: 100_000 });
const signals = fc.record({
  visible: count,
  inFlight: count,
  busySlots: count,
  idleSlots: count,
  desired: fc.integer({ min: beforePolicy.min, max: beforePolicy.max }),
  emptySeconds: count,
});

test("the decision stays within the policy's bounds for any signals", () => {
  fc.assert(
    fc.property(signals, (given) => {
      const { desired } = decideBefore(beforePolicy, given);
      expect(desired).toBeGreaterThanOrEqual(beforePolicy.min);
      expect(desired).toBeLessThanOrEqual(beforePolicy.max);
    }),
  );
});

test("the fleet never shrinks while a message waits or is in flight", () => {
  fc.assert(
    fc.property(signals, (given) => {
      fc.pre(given.visible + given.inFlight > 0);
      expect(decideBefore(beforePolicy, given).desired).toBeGreaterThanOrEqual(given.desired);
    }),
  );
});

test("the fleet never stays at zero while something waits", () => {
  fc.assert(
    fc.property(signals, (given) => {
      fc.pre(given.visible > 0);
      expect(decideBefore(beforePolicy, { ...given, desired: 0 }).desired).toBeGreaterThan(0);
    }),
  );
});
