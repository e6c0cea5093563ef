// Additions alone: what is one sum and what is not, and how large one is.
import { expect, test } from "vitest";
import { type Addition, addUp, sizeOf } from "../../../../worker/engine/ledger/addition.ts";

const adding = (changes: Partial<Addition> = {}): Addition => ({
  table: "words",
  key: { word: "hello" },
  attribute: "times",
  amount: 1,
  ...changes,
});

test("additions to one number are one sum, in order of first appearance; another table, key or attribute is another sum", () => {
  const others = [
    adding({ table: "hours" }),
    adding({ key: { word: "hallo" } }),
    adding({ attribute: "weight", amount: 5 }),
  ];
  expect(addUp([[adding(), ...others], [adding({ amount: 3 })]])).toEqual([adding({ amount: 4 }), ...others]);
});

test("the order in which a key's parts are written does not matter", () => {
  const [one, other] = [
    { hour: "7", word: "a" },
    { word: "a", hour: "7" },
  ];
  expect(addUp([[adding({ key: one })], [adding({ key: other })]])).toHaveLength(1);
});

test("the size counts the bytes of the key and of the fixed attributes", () => {
  const plain = sizeOf(adding({ key: { word: "" } }));
  expect(sizeOf(adding({ key: { word: "é" } }))).toBe(plain + 2);
  expect(sizeOf(adding({ key: { word: "é" }, fixed: { shard: 12, text: "ü" } }))).toBe(plain + 6);
});
