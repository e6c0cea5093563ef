import fc from "fast-check";
import { expect, test } from "vitest";
import { objectKeys } from "../../../scripts/submit/object-keys.ts";

const inputs = (...names: string[]) => names.map((relative) => ({ path: `somewhere/${relative}`, relative }));

test("a key is the album and the relative path, with spaces, UTF-8 and plus signs as they are", () => {
  expect(objectKeys("Reise 2026", inputs("Straße +1.jpg", "a/b.png"))).toEqual([
    "Reise 2026/Straße +1.jpg",
    "Reise 2026/a/b.png",
  ]);
});

test("inputs of one name get counters before the extension, also where that name is taken itself", () => {
  expect(objectKeys("a", inputs("x.jpg", "x.jpg", "x-2.jpg", "x.jpg", "no", "no", "d.e/f", "d.e/f"))).toEqual(
    ["a/x.jpg", "a/x-2.jpg", "a/x-2-2.jpg", "a/x-3.jpg", "a/no", "a/no-2", "a/d.e/f", "a/d.e/f-2"],
  );
});

test("whatever the names, there is one key an input and no two are alike", () => {
  const name = fc.constantFrom("x.jpg", "x-2.jpg", "x-2-2.jpg", "x", "d/x.jpg", ".jpg");
  fc.assert(
    fc.property(fc.array(name), (names) => {
      const keys = objectKeys("a", inputs(...names));
      expect(keys).toHaveLength(names.length);
      expect(new Set(keys).size).toBe(names.length);
    }),
  );
});

test("a key may have 1024 bytes of UTF-8; longer keys are reported with their inputs", () => {
  const fits = "ä".repeat(511);
  expect(objectKeys("a", inputs(fits))).toEqual([`a/${fits}`]);
  expect(() => objectKeys("a", inputs(fits, `${fits}b`))).toThrow(
    `somewhere/${fits}b would get a key of 1025 bytes; S3 allows at most 1024`,
  );
});
