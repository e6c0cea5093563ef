// Random choices that follow from a seed alone, so that every fuzz run can be repeated.
import { seededRandom } from "../../local/gateway/faults.ts";

/** A source of choices. */
export type Choices = {
  /** Uniform in [0, 1). */
  fraction: () => number;
  /** A whole number from 0 to `below` - 1; 0 when `below` is under 1. */
  below: (below: number) => number;
  /** One of the things. @throws RangeError when there are none */
  of: <Thing>(things: readonly Thing[]) => Thing;
  chance: (probability: number) => boolean;
};

/**
 * The choices of one run. Every run of a seed starts at its own place on the cycle of `seededRandom`. The places are
 * scattered, but not kept apart: among 10,000 runs some pairs (0 to 41 in 30 seeds) start within 100 numbers of each other and then use some of
 * the same numbers, for other decisions. A run of another seed may even start at the same place.
 */
export function choicesOf(seed: number, run: number): Choices {
  const fraction = seededRandom(seedOf(seed, run));
  const below = (limit: number) => (limit < 1 ? 0 : Math.floor(fraction() * limit));
  return {
    fraction,
    below,
    of: (things) => {
      if (things.length === 0) throw new RangeError("nothing to choose from");
      return things[below(things.length)] as (typeof things)[number];
    },
    chance: (probability) => fraction() < probability,
  };
}

/** The generator's seed of a run: a different one for every run of a seed. */
export const seedOf = (seed: number, run: number): number =>
  Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(run + 1, 0x85ebca6b);
