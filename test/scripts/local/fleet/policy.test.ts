// What the start text says about workers follows from the policy.
import { expect, test } from "vitest";
import { decideCapacity } from "../../../../infra/scaling-policy.ts";
import { localPolicy, policyInWords } from "../../../../scripts/local/fleet/policy.ts";

const desiredWith = (visible: number, more: { desired: number; busySlots: number; idleSlots: number }) =>
  decideCapacity(localPolicy({ minWorkers: 0, maxWorkers: 2 }), {
    ...more,
    visible,
    inFlight: 0,
    emptySeconds: 0,
  }).desired;

test("the words name the bounds that the policy keeps", () => {
  expect(policyInWords({ minWorkers: 0, maxWorkers: 2 })).toBe(
    "one starts when a job waits, another while at least 20 jobs wait per worker and all are busy (at most 2)",
  );
  expect(desiredWith(1, { desired: 0, busySlots: 0, idleSlots: 0 })).toBe(1);
  expect(desiredWith(19, { desired: 1, busySlots: 4, idleSlots: 0 })).toBe(1);
  expect(desiredWith(20, { desired: 1, busySlots: 4, idleSlots: 0 })).toBe(2);
  expect(desiredWith(20, { desired: 1, busySlots: 2, idleSlots: 2 })).toBe(1);
  expect(desiredWith(900, { desired: 2, busySlots: 8, idleSlots: 0 })).toBe(2);
});

test("with a fixed number of workers the words say only that number", () => {
  expect(policyInWords({ minWorkers: 2, maxWorkers: 2 })).toBe("2 always run");
  expect(policyInWords({ minWorkers: 0, maxWorkers: 1 })).toBe("one starts when a job waits");
});
