// Values that expire, as deduplication ids and receive attempts do.
import { expect, test } from "vitest";
import { expiringMap } from "../../../../scripts/local/sqs/expiring-map.ts";

test("a value is there until its time is over", () => {
  const map = expiringMap<string>(100);
  map.set("a", "first", 1000);
  expect([map.get("a", 1099), map.get("a", 1100)]).toEqual(["first", undefined]);
});

test("a key that is set again lives anew and is the newest", () => {
  const map = expiringMap<string>(100);
  map.set("a", "first", 1000);
  map.set("b", "other", 1010);
  map.set("a", "second", 1020);
  expect(map.entries().map(({ key, value }) => [key, value])).toEqual([
    ["b", "other"],
    ["a", "second"],
  ]);
  expect([map.get("a", 1119), map.get("a", 1120)]).toEqual(["second", undefined]);
});

test("a value whose time is over is forgotten at the next one, and a deleted one at once", () => {
  const map = expiringMap<string>(100);
  map.set("a", "old", 1000);
  map.set("b", "gone", 1050);
  map.delete("b");
  map.set("c", "new", 1100);
  expect(map.entries().map(({ key }) => key)).toEqual(["c"]);
});
