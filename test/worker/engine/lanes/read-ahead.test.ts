// Reading ahead alone: how many messages a kind may hold, from how long its jobs take and who else has messages here.
import { expect, test } from "vitest";
import { ReadAhead } from "../../../../worker/engine/lanes/read-ahead.ts";

function setup(slots = 8) {
  let nowMs = 0;
  const ahead = new ReadAhead({ slots, perSlot: 3, monotonic: () => nowMs });
  const pass = (ms: number) => {
    nowMs += ms;
  };
  const hold = (kind: string, count: number) => {
    for (let one = 0; one < count; one += 1) ahead.count(kind, 1);
  };
  /** Runs one job of a kind that takes so long. */
  const run = (kind: string, ms: number) => {
    const end = ahead.begin(kind);
    pass(ms);
    end();
  };
  /** Room while every slot has work. */
  const room = (kind: string) => ahead.roomFor(kind, false);
  return { ahead, pass, hold, run, room };
}

test("the newest job has an eighth of the weight in how long a kind's jobs take", () => {
  const { run, room } = setup();
  run("slow", 16_000);
  // A mean of 2 s: eight slots start eight more within two seconds.
  expect(room("slow")).toBe(16);
  run("slow", 16_000);
  // A mean of 3.75 s.
  expect(room("slow")).toBe(12);
});

test("a job that did not run after all counts neither as running nor in the mean", () => {
  const { ahead, pass, room } = setup();
  const end = ahead.begin("quick");
  pass(60_000);
  end(false);
  expect(room("quick")).toBe(24);
});

test("a kind whose jobs took long stays one while its newest job has only begun, and becomes one while a first job takes long", () => {
  const { ahead, run, room, pass } = setup();
  run("slow", 16_000);
  ahead.begin("slow");
  expect(room("slow")).toBe(16);
  ahead.begin("new");
  expect(room("new")).toBe(24);
  pass(4000);
  expect(room("new")).toBe(12);
});

test("a job that has ended is no longer running: hours later its kind is as it was", () => {
  const { run, room, pass } = setup();
  run("quick", 0);
  pass(3_600_000);
  expect(room("quick")).toBe(24);
});

test("kinds with messages here share the slots, one that has none yet included, and a kind without any left does not count", () => {
  const { ahead, hold, run, room } = setup();
  run("slow", 16_000);
  hold("other", 1);
  expect(room("slow")).toBe(8);
  hold("slow", 1);
  expect(room("slow")).toBe(7);
  ahead.count("other", -1);
  expect(room("slow")).toBe(15);
});

test("a kind with long jobs may hold one message even where its share is less than a slot", () => {
  const { hold, run, room } = setup(1);
  run("slow", 1_000_000);
  for (const kind of ["a", "b", "c"]) hold(kind, 1);
  expect(room("slow")).toBe(1);
});

test("for a kind with long jobs a small receive is worth its call once half of its waiting messages are missing", () => {
  const { ahead, hold, run } = setup();
  run("slow", 16_000);
  expect(ahead.worthFew("slow")).toBe(true);
  hold("slow", 12);
  expect(ahead.worthFew("slow")).toBe(true);
  hold("slow", 1);
  expect(ahead.worthFew("slow")).toBe(false);
});

test("held messages are counted by kind and in all", () => {
  const { ahead, hold } = setup();
  hold("a", 3);
  hold("b", 2);
  ahead.count("a", -1);
  expect([ahead.held, ahead.heldOf("a"), ahead.heldOf("b"), ahead.heldOf("c")]).toEqual([4, 2, 2, 0]);
});
