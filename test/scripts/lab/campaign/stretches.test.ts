// How much of a span of time some stretches cover.
import { expect, test } from "vitest";
import { covered } from "../../../../scripts/lab/campaign/log/stretches.ts";

test("time that several cover counts once, time that nobody covers not at all", () => {
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
