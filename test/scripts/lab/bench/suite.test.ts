// Tables and rounds of a benchmark.
import { expect, test } from "vitest";
import { markdownTable, rotated } from "../../../../scripts/lab/bench/suite.ts";

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
