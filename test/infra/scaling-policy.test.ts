// The scaling decision: signals in, desired count out.
import fc from "fast-check";
import { expect, test } from "vitest";
import { decideCapacity, type ScalingSignals, scalingPolicy } from "../../infra/scaling-policy.ts";

const quiet: ScalingSignals = {
  visible: 0,
  inFlight: 0,
  busySlots: 0,
  idleSlots: 0,
  desired: 0,
  emptySeconds: 1e6,
};

test("a single waiting message takes the fleet from zero to one", () => {
  expect(decideCapacity(scalingPolicy, { ...quiet, visible: 1, emptySeconds: 0 })).toEqual({
    desired: 1,
    reason: "from-zero",
  });
});

test("a backlog with every slot busy adds instances, and a longer one adds more", () => {
  const busy = { ...quiet, desired: 1, busySlots: 8, inFlight: 8, emptySeconds: 0 };
  expect(decideCapacity(scalingPolicy, { ...busy, visible: 19 }).desired).toBe(1);
  expect(decideCapacity(scalingPolicy, { ...busy, visible: 20 }).desired).toBe(2);
  expect(decideCapacity(scalingPolicy, { ...busy, visible: 200 }).desired).toBe(3);
  expect(decideCapacity(scalingPolicy, { ...busy, visible: 1000 }).desired).toBe(5);
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
  expect(decideCapacity(scalingPolicy, bound)).toEqual({ desired: 2, reason: "group-bound" });
});

test("the fleet waits for an instance that has not reported its slots yet", () => {
  const booting = { ...quiet, desired: 1, visible: 5000, emptySeconds: 0 };
  expect(decideCapacity(scalingPolicy, booting)).toEqual({ desired: 1, reason: "steady" });
});

test("an empty fleet shrinks to its minimum only after the whole quiet period", () => {
  const idle = { ...quiet, desired: 3, idleSlots: 24 };
  expect(
    decideCapacity(scalingPolicy, { ...idle, emptySeconds: scalingPolicy.scaleInAfterSeconds - 1 }).desired,
  ).toBe(3);
  expect(decideCapacity(scalingPolicy, { ...idle, emptySeconds: scalingPolicy.scaleInAfterSeconds })).toEqual(
    {
      desired: 0,
      reason: "empty",
    },
  );
});

test("an empty fleet at its minimum is steady, and no decision goes below a minimum", () => {
  const kept = { ...scalingPolicy, min: 2 };
  expect(decideCapacity(kept, { ...quiet, desired: 2 })).toEqual({ desired: 2, reason: "steady" });
  expect(decideCapacity(kept, { ...quiet, desired: 5 })).toEqual({ desired: 2, reason: "empty" });
  expect(decideCapacity(kept, { ...quiet, visible: 1 })).toEqual({ desired: 2, reason: "from-zero" });
});

test("idle slots are no bound while there is no backlog, and a share of exactly the limit is none yet", () => {
  const calm = { ...quiet, desired: 1, busySlots: 1, idleSlots: 7, inFlight: 1, visible: 3 };
  expect(decideCapacity(scalingPolicy, calm).reason).toBe("steady");
  const limit = { ...calm, busySlots: 9, idleSlots: 1, visible: 20 };
  expect(decideCapacity(scalingPolicy, limit)).toEqual({ desired: 2, reason: "backlog" });
});

const count = fc.integer({ min: 0, max: 100_000 });
const signals = fc.record({
  visible: count,
  inFlight: count,
  busySlots: count,
  idleSlots: count,
  desired: fc.integer({ min: scalingPolicy.min, max: scalingPolicy.max }),
  emptySeconds: count,
});

test("the decision stays within the policy's bounds for any signals", () => {
  fc.assert(
    fc.property(signals, (given) => {
      const { desired } = decideCapacity(scalingPolicy, given);
      expect(desired).toBeGreaterThanOrEqual(scalingPolicy.min);
      expect(desired).toBeLessThanOrEqual(scalingPolicy.max);
    }),
  );
});

test("the fleet never shrinks while a message waits or is in flight", () => {
  fc.assert(
    fc.property(signals, (given) => {
      fc.pre(given.visible + given.inFlight > 0);
      expect(decideCapacity(scalingPolicy, given).desired).toBeGreaterThanOrEqual(given.desired);
    }),
  );
});

test("the fleet never stays at zero while something waits", () => {
  fc.assert(
    fc.property(signals, (given) => {
      fc.pre(given.visible > 0);
      expect(decideCapacity(scalingPolicy, { ...given, desired: 0 }).desired).toBeGreaterThan(0);
    }),
  );
});
