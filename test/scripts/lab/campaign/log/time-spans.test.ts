// How much of a period some spans of time cover.
import { expect, test } from "vitest";
import { coveredMs } from "../../../../../scripts/lab/campaign/log/time-spans.ts";

test("time covered by several spans counts once, uncovered time not at all", () => {
  const spans = [
    { from: 10, to: 20 },
    { from: 15, to: 25 },
    { from: 40, to: 90 },
  ];
  expect(coveredMs(spans, 0, 100)).toBe(65);
  expect(coveredMs(spans, 12, 42)).toBe(15);
  expect(coveredMs(spans, 25, 40)).toBe(0);
  expect(coveredMs([], 0, 100)).toBe(0);
});
