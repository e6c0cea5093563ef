import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { closable, fasterClock, realClock, VirtualClock } from "../../../../scripts/local/clock/clock.ts";
import { timeHeap } from "../../../../scripts/local/clock/time-heap.ts";

test("virtual timers run in the order of their times, each at its own time, and only when due", () => {
  const clock = new VirtualClock(0);
  const seen: string[] = [];
  const note = (name: string) => () => seen.push(`${name}@${clock.now()}`);
  clock.at(30, note("c"));
  clock.at(10, note("a"));
  const cancel = clock.at(15, note("cancelled"));
  clock.at(20, () => clock.at(25, note("b")));
  cancel();
  clock.advance(29);
  expect([seen, clock.now()]).toEqual([["a@10", "b@25"], 29]);
  clock.advance(1);
  expect(seen).toEqual(["a@10", "b@25", "c@30"]);
});

test("advancing asynchronously lets a timer's promise set the next timer", async () => {
  const clock = new VirtualClock(0);
  const seen: number[] = [];
  const tick = async () => {
    await new Promise(setImmediate);
    seen.push(clock.now());
    clock.at(clock.now() + 10, tick);
  };
  clock.at(10, tick);
  await clock.advanceAsync(29);
  expect(seen).toEqual([10, 20]);
  await clock.advanceAsync(1);
  expect(seen).toEqual([10, 20, 30]);
});

test("a closed clock runs no timer", () => {
  const clock = new VirtualClock();
  const own = closable(clock);
  let runs = 0;
  own.at(clock.now() + 1, () => {
    runs += 1;
  });
  own.close();
  clock.advance(10);
  expect(runs).toBe(0);
});

test("the real clock fires a timer beyond 24 days at its time, not at once", () => {
  vi.useFakeTimers();
  try {
    let fired = 0;
    const days = 86_400_000;
    realClock.at(Date.now() + 60 * days, () => {
      fired += 1;
    });
    vi.advanceTimersByTime(60 * days - 1);
    expect(fired).toBe(0);
    vi.advanceTimersByTime(1);
    expect(fired).toBe(1);
  } finally {
    vi.useRealTimers();
  }
});

test("a time heap returns its items earliest first, whatever was moved or removed", () => {
  const change = fc.record({
    item: fc.nat(20),
    time: fc.nat(50),
    kind: fc.constantFrom("place", "place", "remove"),
  });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 200 }), (changes) => {
      const items = Array.from({ length: 21 }, (_, id) => ({ id, time: 0, heapIndex: -1 }));
      const heap = timeHeap<(typeof items)[number]>((item) => item.time);
      const inside = new Set<(typeof items)[number]>();
      for (const { item: id, time, kind } of changes) {
        const item = items[id];
        if (item === undefined) continue;
        if (kind === "remove") {
          heap.remove(item);
          inside.delete(item);
        } else {
          item.time = time;
          heap.place(item);
          inside.add(item);
        }
        const earliest = Math.min(...[...inside].map((each) => each.time));
        expect(heap.earliest()?.time ?? Number.POSITIVE_INFINITY).toBe(earliest);
      }
    }),
  );
});

test("a faster clock's timers fire once its own time has come, never before", async () => {
  const clock = fasterClock({ scale: 0.01, originMs: Date.now() });
  const at = clock.now() + 5000;
  const firedAt = await new Promise<number>((resolve) => clock.at(at, () => resolve(clock.now())));
  expect(firedAt).toBeGreaterThanOrEqual(at);
  let fired = false;
  const cancel = clock.at(clock.now() + 1000, () => {
    fired = true;
  });
  cancel();
  await new Promise<void>((resolve) => void clock.at(clock.now() + 3000, resolve));
  expect(fired).toBe(false);
});
