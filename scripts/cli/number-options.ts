// Numbers on a command line: parsers for commander's options that refuse a value out of bounds and name the bounds.
import { InvalidArgumentError } from "commander";

/** Parses a number from `least` to `most`, both included; refuses an empty text. */
export function numberFrom(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = numberOf(text);
    if (!(value >= least && value <= most))
      throw new InvalidArgumentError(`It takes a number from ${least} to ${most}.`);
    return value;
  };
}

/** Parses a whole number from `least` to `most`, both included; refuses an empty text. */
export function wholeNumberFrom(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = numberOf(text);
    if (!Number.isInteger(value) || value < least || value > most)
      throw new InvalidArgumentError(`It takes a whole number from ${least} to ${most}.`);
    return value;
  };
}

const numberOf = (text: string): number => (text.trim() === "" ? Number.NaN : Number(text));
