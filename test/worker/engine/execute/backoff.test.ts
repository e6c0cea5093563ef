// The backoff as a pure function.
import fc from "fast-check";
import { expect, test } from "vitest";
import { backoffSeconds } from "../../../../worker/engine/execute/backoff.ts";

test("without jitter the delay doubles from the first to the longest", () => {
  const delays = [1, 2, 3, 4, 5, 6].map((run) => backoffSeconds({ first: 2, max: 30 }, run, () => 0.999_999));
  expect(delays).toEqual([2, 4, 8, 16, 30, 30]);
});

test("a delay is whole, between half and all of the doubled one, and never above the longest", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 100 }),
      fc.integer({ min: 0, max: 43_000 }),
      fc.integer({ min: 1, max: 5000 }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (first, more, run, luck) => {
        const max = first + more;
        const delay = backoffSeconds({ first, max }, run, () => luck);
        const full = Math.min(max, first * 2 ** (run - 1));
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
