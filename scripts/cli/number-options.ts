// Numbers on a command line: readers for commander's options, which refuse what is out of bounds and name the bounds.
import { InvalidArgumentError } from "commander";

/** Reads a number from `least` to `most`, both included; an empty text is none. */
export function numberFrom(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = numberOf(text);
    if (!(value >= least && value <= most))
      throw new InvalidArgumentError(`It takes a number from ${least} to ${most}.`);
    return value;
  };
}

/** Reads a whole number from `least` to `most`, both included; an empty text is none. */
export function wholeNumberFrom(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = numberOf(text);
    if (!Number.isInteger(value) || value < least || value > most)
      throw new InvalidArgumentError(`It takes a whole number from ${least} to ${most}.`);
    return value;
  };
}

const numberOf = (text: string): number => (text.trim() === "" ? Number.NaN : Number(text));
