// A lease alone, with monotonic time given by the test.
import fc from "fast-check";
import { expect, test } from "vitest";
import { Lease, LeaseLost } from "../../../../worker/engine/lease/lease.ts";

const twelveHoursMs = 12 * 60 * 60 * 1000;

test("a lease runs from the moment the receive was sent", () => {
  const lease = new Lease(1000, 60);
  expect(lease.remainingMs(1000)).toBe(60_000);
  expect(lease.check(60_999)).toBe(true);
  expect(lease.check(61_000)).toBe(false);
});

test("an expired lease aborts its job with LeaseLost and is never held again", () => {
  const lease = new Lease(0, 10);
  lease.check(10_000);
  expect(lease.signal.reason).toBeInstanceOf(LeaseLost);
  lease.extended(10_000, 10);
  expect(lease.held).toBe(false);
  expect(lease.check(10_001)).toBe(false);
});

test("a lost lease says whether heartbeats have gone unanswered since SQS last extended it", () => {
  const reasonAfter = (...steps: ((lease: Lease) => void)[]) => {
    const lease = new Lease(0, 60);
    for (const step of steps) step(lease);
    lease.check(1_000_000);
    return lease.signal.reason as LeaseLost;
  };
  const unanswered = (lease: Lease) => lease.unanswered();
  const extended = (lease: Lease) => lease.extended(0, 60);
  expect(reasonAfter().unanswered).toBe(false);
  expect(reasonAfter(unanswered).unanswered).toBe(true);
  expect(reasonAfter(unanswered, extended).unanswered).toBe(false);
  expect(reasonAfter(extended, unanswered).message).toBe("lease lost: its visibility timeout passed");
});

test("a heartbeat is due when less than 60 percent is left, so that two more still fit", () => {
  const lease = new Lease(0, 60);
  expect(lease.wantsHeartbeat(24_000)).toBe(false);
  expect(lease.wantsHeartbeat(24_001)).toBe(true);
});

test("a lease that has ended wants no heartbeat, whether it was settled or lost", async () => {
  const [settled, lost] = [new Lease(0, 60), new Lease(0, 60)];
  await settled.settle();
  lost.lose("taken");
  expect([settled, lost].map((lease) => lease.wantsHeartbeat(50_000))).toEqual([false, false]);
});

test("an extension counts from when it was sent and never shortens the lease", () => {
  const lease = new Lease(0, 60);
  lease.extended(30_000, 60);
  expect(lease.remainingMs(30_000)).toBe(60_000);
  lease.extended(10_000, 60);
  expect(lease.remainingMs(30_000)).toBe(60_000);
});

test("no extension asks for more than SQS's twelve hours, and none is due that would not lengthen the lease", () => {
  const lease = new Lease(0, 600);
  lease.extended(twelveHoursMs - 500_000, lease.extensionSeconds(twelveHoursMs - 500_000));
  expect(lease.extensionSeconds(twelveHoursMs - 500_000)).toBe(500);
  expect(lease.remainingMs(twelveHoursMs - 100_000)).toBe(100_000);
  expect(lease.wantsHeartbeat(twelveHoursMs - 100_000)).toBe(false);
  expect(lease.extensionSeconds(twelveHoursMs - 30_500)).toBe(30);
  expect(lease.extensionSeconds(twelveHoursMs + 5000)).toBe(0);
});

test("settling waits for the heartbeat in flight and for nothing else", async () => {
  const lease = new Lease(0, 60);
  const beat = Promise.withResolvers<void>();
  lease.beating(beat.promise);
  let settled = false;
  const settling = lease.settle().then(() => {
    settled = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(settled).toBe(false);
  expect(lease.held).toBe(false);
  beat.resolve();
  await settling;
});

test("a settling lease can no longer be lost: its job has ended", async () => {
  const lease = new Lease(0, 60);
  await lease.settle();
  lease.lose("late news");
  expect(lease.signal.aborted).toBe(false);
});

type Step = { after: number; does: "check" | "extend" | "lose" | "settle" };
const steps = fc.array(
  fc.record<Step>({
    after: fc.integer({ min: 0, max: 40_000 }),
    does: fc.constantFrom("check", "extend", "extend", "check", "lose", "settle"),
  }),
  { maxLength: 40 },
);

test("whatever happens to a lease, it is held only within its granted time, and its job aborts exactly when it is lost", () => {
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 60 }), (history, seconds) => {
      const lease = new Lease(0, seconds);
      let granted = seconds * 1000;
      let at = 0;
      let ended: "lost" | "settled" | undefined;
      for (const { after, does } of history) {
        at += after;
        const expired = at >= granted;
        if (does === "check") {
          lease.check(at);
          if (expired) ended ??= "lost";
        } else if (does === "extend") {
          lease.extended(at, seconds);
          granted = Math.max(granted, at + seconds * 1000);
        } else if (does === "lose") {
          lease.lose("the test says so");
          ended ??= "lost";
        } else {
          void lease.settle();
          ended ??= "settled";
        }
        expect(lease.held).toBe(ended === undefined);
        expect(lease.signal.aborted).toBe(ended === "lost");
      }
    }),
    { numRuns: 500 },
  );
});
