// Which instances leave a fleet that shrinks.
import { expect, test } from "vitest";
import { emptiest } from "../../infra/scaling/emptiest.ts";

const instances = [
  { id: "full", busySlots: 8, held: 30 },
  { id: "one-and-more-held", busySlots: 1, held: 5 },
  { id: "boots" },
  { id: "one", busySlots: 1, held: 1 },
  { id: "idle-but-holds", busySlots: 0, held: 12 },
  { id: "idle", busySlots: 0, held: 0 },
];

test("first those without a worker, then those with the fewest busy slots and the fewest held messages", () => {
  const order = ["boots", "idle", "idle-but-holds", "one", "one-and-more-held", "full"];
  expect(emptiest(instances, 6)).toEqual(order);
  expect(emptiest(instances, 2)).toEqual(["boots", "idle"]);
});

test("none leaves a fleet that does not shrink, and no more than there are", () => {
  expect(emptiest(instances, -3)).toEqual([]);
  expect(emptiest([{ id: "only" }], 4)).toEqual(["only"]);
});
