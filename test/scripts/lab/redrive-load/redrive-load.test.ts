// `npm run lab -- redrive-load` with a small seed: letters go back in portions while producers go on, each group in order. The
// judge sees what it must.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Placed } from "../../../../scripts/lab/redrive-load/job.ts";
import { judge } from "../../../../scripts/lab/redrive-load/judge.ts";
import { redriveLoad } from "../../../../scripts/lab/redrive-load/redrive-load.ts";
import { startWorld, type World } from "../../../../scripts/lab/redrive-load/world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

test("60 letters of 6 groups go back in portions while producers go on: every job comes once, in its group's order", async () => {
  const report = await redriveLoad(world, { letters: 60, groups: 6, portion: 25, seed: 7 });
  expect(report.problems).toEqual([]);
  expect(report.portions).toEqual([25, 25, 10]);
  expect(report.taken).toBe(60 + report.produced);
  expect(report.produced).toBeGreaterThan(0);
});

test("what overtakes, comes twice or never comes is seen", () => {
  const letter = (n: number): Placed => ({ group: "g", from: "letter", n });
  const fresh: Placed = { group: "g", from: "producer", n: 0 };
  const expected = { letters: [0, 1, 2].map(letter), produced: [fresh] };
  expect(judge([letter(0), fresh, letter(1), letter(2)], expected)).toEqual([]);
  expect(judge([letter(1), letter(0), letter(0), fresh], expected)).toEqual([
    "letter 0 of g came after letter 1",
    "letter 0 of g came after letter 1",
    "letter 0 of g came 2 times",
    "letter 2 of g never came",
  ]);
});
