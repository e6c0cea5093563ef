// Values that expire, as deduplication ids and receive attempts do.
import { expect, test } from "vitest";
import { expiringMap } from "../../../../scripts/local/sqs/expiring-map.ts";

const newMap = () => expiringMap<{ key: string; at: number; text: string }>(100);

test("a value is there until its time is over", () => {
  const map = newMap();
  map.set({ key: "a", text: "first", at: 1000 });
  expect([map.get("a", 1099)?.text, map.get("a", 1100)]).toEqual(["first", undefined]);
});

test("a key that is set again lives anew and is the newest", () => {
  const map = newMap();
  map.set({ key: "a", text: "first", at: 1000 });
  map.set({ key: "b", text: "other", at: 1010 });
  map.set({ key: "a", text: "second", at: 1020 });
  expect(map.values().map(({ key, text }) => [key, text])).toEqual([
    ["b", "other"],
    ["a", "second"],
  ]);
  expect([map.get("a", 1119)?.text, map.get("a", 1120)]).toEqual(["second", undefined]);
});

test("a value whose time is over is forgotten at the next one, and a deleted one at once", () => {
  const map = newMap();
  map.set({ key: "a", text: "old", at: 1000 });
  map.set({ key: "b", text: "gone", at: 1050 });
  map.delete("b");
  map.set({ key: "c", text: "new", at: 1100 });
  expect(map.values().map(({ key }) => key)).toEqual(["c"]);
});
