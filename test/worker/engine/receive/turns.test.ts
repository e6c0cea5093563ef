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
  expect(await ask(0)).toBe(10);
  let second: number | undefined;
  void turns.take(1).then((count) => {
    second = count;
  });
  for (const [messages, granted] of [
    [9, undefined],
    [10, 10],
  ] as const) {
    turns.brought(0, 10, messages);
    turns.grant();
    await new Promise((resolve) => setImmediate(resolve));
    expect(second).toBe(granted);
  }
});

test("a small receive that brought all it asked for shows a backlog, too, and an empty one ends it", async () => {
  const { turns, ask } = setup(100);
  turns.brought(0, 3, 3);
  expect(await ask(1)).toBe(10);
  turns.wasEmpty(1);
  expect(await ask(1)).toBeUndefined();
});

test("beside the first consumer one more may receive after a full batch, twice as many after each further one, and half as many after an empty one", async () => {
  const { turns } = setup(10_000);
  let underWay = 0;
  for (let index = 1; index <= 20; index += 1)
    void turns.take(index).then(() => {
      underWay += 1;
    });
  const granted = async () => {
    turns.grant();
    await new Promise((resolve) => setImmediate(resolve));
    return underWay;
  };
  const seen = [await granted()];
  for (let full = 0; full < 4; full += 1) {
    turns.brought(0, 10, 10);
    seen.push(await granted());
  }
  expect(seen).toEqual([0, 1, 2, 4, 8]);
  turns.wasEmpty(1);
  for (let index = 1; index <= 5; index += 1) turns.done(index, 10);
  expect(await granted()).toBe(9);
});

/** A queue of which each batch of the first consumer is full. `after` resolves to the batches after which others received, in vain. */
function busyGroup({ turns, ask }: ReturnType<typeof setup>) {
  const tried: number[] = [];
  let batch = 0;
  const wait = (index: number): void =>
    void turns.take(index).then((asked) => {
      tried.push(batch);
      turns.wasEmpty(index);
      turns.done(index, asked);
      wait(index);
    });
  for (let index = 1; index < 8; index += 1) wait(index);
  const after = async (batches: number): Promise<number[]> => {
    while (batch < batches) {
      batch += 1;
      expect(await ask(0)).toBe(10);
      turns.brought(0, 10, 10);
      turns.done(0, 10);
      turns.grant();
      await new Promise((resolve) => setImmediate(resolve));
    }
    return tried;
  };
  return { after };
}

test("one busy group, of which each batch is full and nothing is left beside it, costs an empty receive in five batches", async () => {
  expect(await busyGroup(setup(10_000)).after(30)).toEqual([1, 3, 6, 10, 15, 20, 25, 30]);
});

test("once a receive beside the first consumer's has brought something, the next full batch allows one again", async () => {
  const queue = setup(10_000);
  const group = busyGroup(queue);
  expect(await group.after(11)).toEqual([1, 3, 6, 10]);
  queue.turns.brought(1, 10, 1);
  expect(await group.after(12)).toEqual([1, 3, 6, 10, 12]);
});

test("room that a receive was promised is free again when it is done, whatever it brought", async () => {
  const { turns, ask } = setup(10);
  for (let receive = 0; receive < 50; receive += 1) {
    expect(await ask(0)).toBe(10);
    turns.done(0, 10);
  }
});

test("two receives never count on the same room, and less than a batch is asked for only when that is worth a call", async () => {
  const { room, turns, ask } = setup(13);
  for (let receive = 0; receive < 2; receive += 1) turns.brought(0, 10, 10);
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
