// What holds of the seeded random numbers: where sequences start on their common cycle, and so how far they are apart.
import { expect, test } from "vitest";
import { choicesOf, seedOf } from "../../../../scripts/lab/fuzz/random.ts";
import { seededRandom } from "../../../../scripts/local/gateway/faults.ts";

const cycle = 2 ** 32;

/** The number of steps of the generator's counter (0x6d2b79f5 each) from seed 0 to a seed. */
const placeOf = (seed: number) => Math.imul(seed, 3_696_798_301) >>> 0;

const apart = (one: number, other: number) => {
  const ahead = (placeOf(one) - placeOf(other)) >>> 0;
  return Math.min(ahead, cycle - ahead);
};

test("a seed's numbers are those of another seed, shifted by the distance of their places", () => {
  const [far, near] = [seededRandom(0x6d2b79f5 * 3), seededRandom(0)];
  expect(placeOf(0x6d2b79f5 * 3)).toBe(3);
  for (let skipped = 0; skipped < 3; skipped += 1) near();
  expect(Array.from({ length: 5 }, far)).toEqual(Array.from({ length: 5 }, near));
});

test("seeds that differ by less than 2,000 start more than 680,000 numbers apart", () => {
  const distances = Array.from({ length: 1999 }, (_, index) => apart(index + 1, 0));
  expect(Math.min(...distances)).toBe(680_841);
});

test("10,000 runs of a fuzz seed all start at different places, few of them within 100 numbers of another", () => {
  for (let seed = 0; seed < 30; seed += 1) {
    const places = Array.from({ length: 10_000 }, (_, run) => placeOf(seedOf(seed, run))).sort(
      (a, b) => a - b,
    );
    const gaps = places.map((place, index) => place - (places[index - 1] ?? place - cycle));
    expect(Math.min(...gaps)).toBeGreaterThan(0);
    expect(gaps.filter((gap) => gap < 100).length).toBeLessThan(50);
  }
});

test("runs of one seed differ from each other and from those of another seed", () => {
  const draw = (first: number, run: number) => choicesOf(first, run).fraction();
  const drawn = new Set(Array.from({ length: 1000 }, (_, run) => draw(run % 10, run)));
  expect(drawn.size).toBe(1000);
});
