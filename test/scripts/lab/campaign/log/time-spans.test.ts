// How much of a period some spans of time cover.
import { expect, test } from "vitest";
import { covered } from "../../../../../scripts/lab/campaign/log/time-spans.ts";

test("time covered by several spans counts once, uncovered time not at all", () => {
  const stretches = [
    { from: 10, to: 20 },
    { from: 15, to: 25 },
    { from: 40, to: 90 },
  ];
  expect(covered(stretches, 0, 100)).toBe(65);
  expect(covered(stretches, 12, 42)).toBe(15);
  expect(covered(stretches, 25, 40)).toBe(0);
  expect(covered([], 0, 100)).toBe(0);
});
