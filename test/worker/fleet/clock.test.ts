// A clock on which time runs faster: everything that waits by it waits shorter, and nothing becomes a hot loop.
import { expect, test } from "vitest";
import { fasterClock } from "../../../worker/fleet/clock.ts";
import { createFakeClock, settled } from "../../support/fake-clock.ts";

const originMs = Date.UTC(2026, 0, 1);

test("a second lasts a fraction of a second on the machine, for wall and monotonic time and for sleep alike", async () => {
  const machine = createFakeClock(originMs);
  const clock = fasterClock({ scale: 0.1, originMs }, machine);
  let awake = false;
  void clock.sleep(60_000).then(() => {
    awake = true;
  });
  await machine.advance(5999);
  await settled();
  expect({ awake, now: clock.now() - originMs, monotonic: clock.monotonic() }).toEqual({
    awake: false,
    now: 59_990,
    monotonic: 59_990,
  });
  await machine.advance(2);
  expect(awake).toBe(true);
});

test("two clocks with the same origin agree, whenever they were made", async () => {
  const machine = createFakeClock(originMs);
  const first = fasterClock({ scale: 0.02, originMs }, machine);
  await machine.advance(1000);
  const second = fasterClock({ scale: 0.02, originMs }, machine);
  await machine.advance(1000);
  expect(second.now()).toBe(first.now());
  expect(first.now() - originMs).toBe(100_000);
});

test("a pause is at least twenty milliseconds on the machine, unless it was shorter itself", async () => {
  const machine = createFakeClock(originMs);
  const clock = fasterClock({ scale: 0.001, originMs }, machine);
  const woken: string[] = [];
  void clock.sleep(1000).then(() => woken.push("second"));
  void clock.sleep(5).then(() => woken.push("five milliseconds"));
  await machine.advance(5);
  expect(woken).toEqual(["five milliseconds"]);
  await machine.advance(14);
  expect(woken).toEqual(["five milliseconds"]);
  await machine.advance(1);
  expect(woken).toEqual(["five milliseconds", "second"]);
});

test("a timer that fires early does not end a sleep early", async () => {
  const machine = createFakeClock(originMs);
  const early = {
    ...machine,
    sleep: (ms: number, signal?: AbortSignal) => machine.sleep(ms > 10 ? ms - 1 : ms, signal),
  };
  const clock = fasterClock({ scale: 0.1, originMs }, early);
  let wokenAt = 0;
  void clock.sleep(1000).then(() => {
    wokenAt = clock.monotonic();
  });
  await machine.advance(150);
  expect(wokenAt).toBe(1000);
});

test("an aborted sleep ends at once", async () => {
  const machine = createFakeClock(originMs);
  const abort = new AbortController();
  let awake = false;
  void fasterClock({ scale: 0.1, originMs }, machine)
    .sleep(60_000, abort.signal)
    .then(() => {
      awake = true;
    });
  abort.abort();
  await settled();
  expect(awake).toBe(true);
});
