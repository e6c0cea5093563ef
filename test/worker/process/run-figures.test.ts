// How long runs take, as a worker tells it.
import { expect, test } from "vitest";
import { RunFigures } from "../../../worker/process/run-figures.ts";

test("each kind has its count of ended runs and their mean seconds", () => {
  const runs = new RunFigures();
  for (const ms of [1000, 2000, 3000]) runs.add("slow", ms);
  runs.add("quick", 20);
  expect(runs.figures()).toEqual({
    slow: { ended: 3, meanSeconds: 2 },
    quick: { ended: 1, meanSeconds: 0.02 },
  });
});

test("the mean follows when runs become longer, and no single run moves it far", () => {
  const runs = new RunFigures();
  for (let run = 0; run < 1000; run += 1) runs.add("kind", 1000);
  runs.add("kind", 61_000);
  expect(runs.figures().kind?.meanSeconds).toBeCloseTo(2.2, 1);
  for (let run = 0; run < 500; run += 1) runs.add("kind", 10_000);
  expect(runs.figures().kind?.meanSeconds).toBeGreaterThan(9.9);
});

test("a kind without runs is left out", () => {
  expect(new RunFigures().figures()).toEqual({});
});
