// How long a put-off job pauses, and how that is said.
import { expect, test } from "vitest";
import { inWords } from "../../../../worker/engine/execute/put-off.ts";

test("a length of time is said in seconds, from a minute and a half in minutes, from an hour and a half in hours", () => {
  expect([0, 45.4, 89, 90, 600, 5399, 5400, 43_200, 45_000].map(inWords)).toEqual([
    ...["0 s", "45 s", "89 s", "2 min", "10 min", "90 min", "1.5 h", "12 h", "12.5 h"],
  ]);
});
