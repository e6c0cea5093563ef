// Statistics of measured values.
import { expect, test } from "vitest";
import { median, megabytes, percentile, significant } from "../../../../scripts/lab/measure/statistics.ts";

test("the median is the middle value, or the mean of the two in the middle", () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([9, 1, 5, 7])).toBe(6);
  expect(median([])).toBeNaN();
});

test("figures are rounded to significant digits", () => {
  expect(significant(1234.5)).toBe(1230);
  expect(significant(0.012345, 2)).toBe(0.012);
  expect(significant(Number.NaN)).toBeNaN();
});

test("a percentile is a measured value, the last one at most", () => {
  const values = [40, 10, 30, 20];
  expect([0, 0.25, 0.5, 0.99, 1].map((share) => percentile(values, share))).toEqual([10, 20, 30, 40, 40]);
  expect(percentile([], 0.5)).toBeUndefined();
  expect(values).toEqual([40, 10, 30, 20]);
});

test("megabytes are not rounded", () => {
  expect(megabytes(1024 * 1536)).toBe(1.5);
});
