// UUIDs of the local cloud's requests and messages.
import { expect, test } from "vitest";
import { flatUuid } from "../../../../scripts/local/protocols/flat-uuid.ts";

test("ten thousand are version 4 UUIDs, and no two are the same", () => {
  const made = Array.from({ length: 10_000 }, flatUuid);
  const version4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
  expect(made.filter((id) => !version4.test(id))).toEqual([]);
  expect(new Set(made).size).toBe(made.length);
});

test("every digit that is free takes every value", () => {
  const made = Array.from({ length: 2000 }, flatUuid);
  const valuesAt = (place: number) => new Set(made.map((id) => id[place])).size;
  const free = Array.from({ length: 36 }, (_, place) => place).filter(
    (place) => ![8, 13, 14, 18, 19, 23].includes(place),
  );
  expect(free.map(valuesAt)).toEqual(free.map(() => 16));
  expect(valuesAt(19)).toBe(4);
});
