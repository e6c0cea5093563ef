// What has arrived since the count before.
import fc from "fast-check";
import { expect, test } from "vitest";
import { addArrivals, arrivalsSince } from "../../../triggers/metrics-due/arrivals.ts";

const counts = fc.dictionary(fc.constantFrom("a", "b", "c"), fc.nat(50));
const ends = fc.record({ dead: counts, failedEvents: counts });
const none = { dead: {}, failedEvents: {} };

test("what left one queue does not hide what came to another", () => {
  const before = { dead: { a: 5, b: 0 }, failedEvents: { t: 1 } };
  expect(arrivalsSince(before, { dead: { a: 0, b: 2 }, failedEvents: { t: 1 } })).toEqual({
    dead: 2,
    failedEvents: 0,
  });
});

test("a queue that was not there before was empty; without a count before nothing is known", () => {
  const now = { dead: { a: 3 }, failedEvents: { t: 1 } };
  expect(arrivalsSince(none, now)).toEqual({ dead: 3, failedEvents: 1 });
  expect(arrivalsSince(undefined, now)).toEqual({ dead: 0, failedEvents: 0 });
});

test("over any counts, arrivals are never fewer than the standing count has risen, and nothing arrives where nothing changes", () => {
  const sum = (all: Record<string, number>) => Object.values(all).reduce((total, count) => total + count, 0);
  fc.assert(
    fc.property(fc.array(ends, { minLength: 2, maxLength: 8 }), (all) => {
      let total = { dead: 0, failedEvents: 0 };
      for (const [index, now] of all.entries())
        if (index > 0) total = addArrivals(total, arrivalsSince(all[index - 1], now));
      const [first = none, last = none] = [all[0], all.at(-1)];
      expect(total.dead).toBeGreaterThanOrEqual(sum(last.dead) - sum(first.dead));
      expect(arrivalsSince(last, last)).toEqual({ dead: 0, failedEvents: 0 });
    }),
  );
});
