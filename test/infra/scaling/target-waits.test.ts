// The text that says how long jobs may wait.
import { expect, test } from "vitest";
import { readTargetWaits } from "../../../infra/scaling/target-waits.ts";

const read = (text: string | undefined) => readTargetWaits(text, ["parse-mail", "store-file"]);

test("seconds stand for every kind, and for one kind with its name; spaces do not matter", () => {
  expect(read("90, parse-mail=20 ,store-file=1.5")).toEqual({
    every: 90,
    kinds: { "parse-mail": 20, "store-file": 1.5 },
  });
});

test("what the text leaves open is the policy's own minute", () => {
  expect(read(undefined)).toEqual({ every: 60, kinds: {} });
  expect(read("parse-mail=20")).toEqual({ every: 60, kinds: { "parse-mail": 20 } });
});

test("a wait is from one second to a day", () => {
  expect(["1", "86400"].map(read)).toEqual([
    { every: 1, kinds: {} },
    { every: 86_400, kinds: {} },
  ]);
  for (const text of ["0.9", "86401", "0", "-5", "", "soon", "60,,", "parse-mail=", "parse mail=20"])
    expect(read(text)).toBe(
      "takes seconds from 1 to 86400, then KIND=SECONDS for exceptions, e.g. 60,parse-mail=20",
    );
});

test("an exception for a kind that does not exist is a mistake", () => {
  expect(read("60,mow-lawn=20")).toBe("names mow-lawn, which is no job kind");
});
