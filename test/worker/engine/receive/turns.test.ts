// The turns of one queue's consumers, without a queue: who may receive, and for how many messages.
import { expect, test } from "vitest";
import { PollerStopped, Turns } from "../../../../worker/engine/receive/turns.ts";

function setup(free: number, worthFew = true) {
  const room = { free, worthFew };
  const turns = new Turns("fixture-work", { roomFor: () => room.free, worthFew: () => room.worthFew });
  /** What a consumer may ask for by now; nothing while it waits. */
  const ask = async (index: number) => {
    let asked: number | undefined;
    void turns.take(index).then(
      (count) => {
        asked = count;
      },
      () => {},
    );
    await new Promise((resolve) => setImmediate(resolve));
    return asked;
  };
  return { room, turns, ask };
}

test("only the first consumer receives until a receive has brought all it asked for", async () => {
  const { turns, ask } = setup(100);
  expect([await ask(0), await ask(1)]).toEqual([10, undefined]);
  turns.brought(10, 9);
  expect(await ask(2)).toBeUndefined();
  turns.brought(10, 10);
  expect(await ask(3)).toBe(10);
});

test("a small receive that brought all it asked for shows a backlog, too, and an empty one ends it", async () => {
  const { turns, ask } = setup(100);
  turns.brought(3, 3);
  expect(await ask(1)).toBe(10);
  turns.wasEmpty();
  expect(await ask(1)).toBeUndefined();
});

test("room that a receive was promised is free again when it is done, whatever it brought", async () => {
  const { turns, ask } = setup(10);
  for (let receive = 0; receive < 50; receive += 1) {
    expect(await ask(0)).toBe(10);
    turns.done(10);
  }
});

test("two receives never count on the same room, and less than a batch is asked for only when that is worth a call", async () => {
  const { room, turns, ask } = setup(13);
  turns.brought(10, 10);
  expect([await ask(0), await ask(1)]).toEqual([10, 3]);
  Object.assign(room, { free: 22, worthFew: false });
  let third: number | undefined;
  void turns.take(2).then((count) => {
    third = count;
  });
  turns.grant();
  await new Promise((resolve) => setImmediate(resolve));
  expect(third).toBeUndefined();
  // Of 23, 13 are promised: room for exactly one batch.
  room.free = 23;
  turns.grant();
  await new Promise((resolve) => setImmediate(resolve));
  expect(third).toBe(10);
});

test("after the stop every consumer is turned away, those that wait and those that come", async () => {
  const { turns } = setup(0);
  const waits = turns.take(0);
  turns.stop();
  await expect(waits).rejects.toBeInstanceOf(PollerStopped);
  await expect(turns.take(0)).rejects.toBeInstanceOf(PollerStopped);
});
