// Medians, tables and rounds of a benchmark.
import { expect, test } from "vitest";
import { markdownTable, median, rotated, significant } from "../../../../scripts/lab/bench/suite.ts";

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

test("columns of numbers are right-aligned", () => {
  expect(
    markdownTable(
      ["who", "how many"],
      [
        ["a", 1],
        ["b", 2],
      ],
    ),
  ).toBe("| who | how many |\n| --- | ---: |\n| a | 1 |\n| b | 2 |");
});

test("every round starts with another item and contains all of them", () => {
  expect([0, 1, 2, 3].map((round) => rotated(["a", "b", "c"], round))).toEqual([
    ["a", "b", "c"],
    ["b", "c", "a"],
    ["c", "a", "b"],
    ["a", "b", "c"],
  ]);
});
