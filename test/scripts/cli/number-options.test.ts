// The parsers of numbers on command lines: bounds are included, and only numbers are accepted.
import { InvalidArgumentError } from "commander";
import { expect, test } from "vitest";
import { numberFrom, wholeNumberFrom } from "../../../scripts/cli/number-options.ts";

test("bounds are included, and a value beyond them is refused with the bounds", () => {
  const whole = wholeNumberFrom(0, 20);
  expect([whole("0"), whole("20")]).toEqual([0, 20]);
  for (const text of ["-1", "21"]) expect(() => whole(text)).toThrow("It takes a whole number from 0 to 20.");
  const any = numberFrom(0.2, 5);
  expect([any("0.2"), any("5")]).toEqual([0.2, 5]);
  for (const text of ["0.1", "5.1"]) expect(() => any(text)).toThrow("It takes a number from 0.2 to 5.");
});

test.for(["", " ", "many", "NaN", "Infinity", "1e400", "1,5"])("%j is no number", (text) => {
  expect(() => numberFrom(0, 20)(text)).toThrow(InvalidArgumentError);
  expect(() => wholeNumberFrom(0, 20)(text)).toThrow(InvalidArgumentError);
});

test("a fraction is no whole number", () => {
  expect(() => wholeNumberFrom(0, 20)("1.5")).toThrow(InvalidArgumentError);
});
