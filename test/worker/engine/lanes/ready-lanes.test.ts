// The queue of lanes alone, with slots given by the test, and the slots alone.
import { expect, test } from "vitest";
import { ReadyLanes, type SlotsHeld } from "../../../../worker/engine/lanes/ready-lanes.ts";
import { Slots } from "../../../../worker/engine/lanes/slots.ts";

type Named = { kind: string; name: string };
const free: SlotsHeld = { heldBy: () => 0, heldWithOneMore: () => 1, mayStart: () => true };

function queueOf(...names: string[]): ReadyLanes<Named> {
  const ready = new ReadyLanes<Named>();
  for (const name of names) ready.add({ kind: name[0] ?? "", name });
  return ready;
}

test("kinds that use equally many slots are served in turn, and lanes of a kind in their order", () => {
  const ready = queueOf("a1", "a2", "a3", "b1", "b2");
  const served = Array.from({ length: 6 }, () => ready.next(free)?.name);
  expect(served).toEqual(["a1", "b1", "a2", "b2", "a3", undefined]);
  expect(ready.size).toBe(0);
});

test("a kind without lanes takes no turn", () => {
  const ready = queueOf("a1", "b1", "b2", "b3");
  const served = Array.from({ length: 5 }, () => ready.next(free)?.name);
  expect(served).toEqual(["a1", "b1", "b2", "b3", undefined]);
});

test("a kind that comes back after its last lane was served takes its place at the end", () => {
  const ready = queueOf("a1", "b1", "b2");
  expect(ready.next(free)?.name).toBe("a1");
  ready.add({ kind: "a", name: "a2" });
  expect([ready.next(free)?.name, ready.next(free)?.name]).toEqual(["b1", "a2"]);
});

test("a kind that does not fit yet is overtaken by one that then uses as many slots, and by none that uses more", () => {
  const held = (small: number): SlotsHeld => ({
    heldBy: (kind) => (kind === "b" ? 0 : 1),
    heldWithOneMore: (kind) => (kind === "b" ? 2 : small),
    mayStart: (kind) => kind !== "b",
  });
  expect(queueOf("b1", "s1").next(held(2))?.name).toBe("s1");
  expect(queueOf("b1", "s1").next(held(3))).toBeUndefined();
});

test("lanes taken away as a kind are gone, and the kind starts anew", () => {
  const ready = queueOf("a1", "b1", "a2");
  expect(ready.takeKind("a").map(({ name }) => name)).toEqual(["a1", "a2"]);
  expect(ready.size).toBe(1);
  ready.add({ kind: "a", name: "a3" });
  expect([ready.next(free)?.name, ready.next(free)?.name, ready.next(free)]).toEqual(["b1", "a3", undefined]);
});

test("slots count what jobs cost, until they are freed", () => {
  const slots = new Slots({ slots: 3, costOf: (kind) => (kind === "big" ? 2 : 1) });
  expect([slots.heldWithOneMore("big"), slots.heldWithOneMore("small")]).toEqual([2, 1]);
  const give = slots.take("big");
  expect([slots.free, slots.heldBy("big"), slots.heldWithOneMore("big")]).toEqual([1, 2, 4]);
  expect([slots.mayStart("big"), slots.mayStart("small")]).toEqual([false, true]);
  slots.take("small");
  slots.take("other");
  expect([slots.free, slots.mayStart("third")]).toEqual([0, true]);
  give();
  expect([slots.free, slots.heldBy("big")]).toEqual([1, 0]);
});
