// The growth command as a process, with small sizes, and the arithmetic behind its verdict.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { growthChart } from "../../../../scripts/lab/growth/chart.ts";
import { isTooSteep, slopeOf } from "../../../../scripts/lab/growth/slope.ts";

const entry = fileURLToPath(new URL("../../../../scripts/lab.ts", import.meta.url));
const growth = (...args: string[]) => promisify(execFile)(process.execPath, [entry, "growth", ...args]);
const sizes = [10, 100, 1000, 10_000];
const points = (cost: (size: number) => number) => sizes.map((size) => ({ size, cost: cost(size) }));
const grown = (slope: number, allowed: number) => ({
  name: "x",
  unit: "y",
  slope,
  allowed,
  points: points(() => 1),
});

test("the slope is the exponent: 0 for a constant, 1 for a proportional cost, 2 for a square", () => {
  expect(slopeOf(points(() => 7))).toBeCloseTo(0, 9);
  expect(slopeOf(points((size) => 3 * size))).toBeCloseTo(1, 9);
  expect(slopeOf(points((size) => size ** 2 / 5))).toBeCloseTo(2, 9);
});

test("n log n is allowed where a unit grows, a square is not, nor growth where there should be none", () => {
  const ofOrder = slopeOf(points((size) => size * Math.log(size)));
  expect(isTooSteep(grown(ofOrder, 1))).toBe(false);
  expect(isTooSteep(grown(2, 1))).toBe(true);
  expect(isTooSteep(grown(0.5, 0))).toBe(true);
});

test("the chart has a line and a name for every dimension", () => {
  expect(growthChart([grown(0, 0), grown(1, 1)]).match(/<polyline/g)).toHaveLength(2);
});

test("groups up to ten are measured end to end", async () => {
  const args = ["--only", "groups", "--most", "10", "--rounds", "1", "--json"];
  const { stdout } = await growth(...args).catch((error: { code: unknown; stdout: string }) => {
    // A busy machine may bend a line of two points.
    if (error.code !== 1 || error.stdout === "") throw error;
    return error;
  });
  const positive = (size: number) => ({ size, cost: expect.any(Number) });
  expect(JSON.parse(stdout).growth).toMatchObject([{ points: [positive(1), positive(10)] }]);
}, 180_000);

test("an unknown dimension ends with code 2 and the names there are", async () => {
  const failure = await growth("--only", "nothing").catch((error: unknown) => error);
  expect(failure).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/the rows are messages waiting, /),
  });
});
