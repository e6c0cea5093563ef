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

/** The choices of one run: of two runs of a seed, and of one run of two seeds, they have nothing in common. */
export function choicesOf(seed: number, run: number): Choices {
  const fraction = seededRandom(Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(run + 1, 0x85ebca6b));
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
