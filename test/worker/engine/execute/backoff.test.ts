// The backoff as a pure function.
import fc from "fast-check";
import { expect, test } from "vitest";
import { backoffSeconds } from "../../../../worker/engine/execute/backoff.ts";

test("without luck the delay doubles from the first to the largest", () => {
  const delays = [1, 2, 3, 4, 5, 6].map((attempt) =>
    backoffSeconds({ first: 2, max: 30 }, attempt, () => 0.999_999),
  );
  expect(delays).toEqual([2, 4, 8, 16, 30, 30]);
});

test("a delay is whole, between half and all of the doubled one, and never above the largest", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 100 }),
      fc.integer({ min: 0, max: 43_000 }),
      fc.integer({ min: 1, max: 5000 }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (first, more, attempt, luck) => {
        const max = first + more;
        const delay = backoffSeconds({ first, max }, attempt, () => luck);
        const full = Math.min(max, first * 2 ** (attempt - 1));
        expect(Number.isInteger(delay)).toBe(true);
        expect(delay).toBeGreaterThanOrEqual(full / 2);
        expect(delay).toBeLessThanOrEqual(max);
      },
    ),
  );
});

test("jitter spreads the retries of many jobs that failed together", () => {
  const luck = [0, 0.25, 0.5, 0.75];
  const delays = luck.map((value) => backoffSeconds({ first: 100, max: 100 }, 1, () => value));
  expect(delays).toEqual([50, 63, 75, 88]);
});
