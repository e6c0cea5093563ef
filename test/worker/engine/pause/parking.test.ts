// Parking alone: which message of a paused group is parked, what is returned in which order, and when parking ends.
import { expect, test } from "vitest";
import { Lease } from "../../../../worker/engine/lease/lease.ts";
import { Parking } from "../../../../worker/engine/pause/parking.ts";
import type { Delivery } from "../../../../worker/engine/receive/delivery.ts";
import { deliveryNamed } from "../../../support/deliveries.ts";
import { createFakeClock } from "../../../support/fake-clock.ts";

const hour = 3600;

function setup() {
  const clock = createFakeClock();
  const returned: { names: string[]; delaySeconds: number }[] = [];
  const parking = new Parking({
    clock,
    returnToQueue: async (deliveries, delaySeconds) => {
      const names = deliveries.map(({ messageId }) => messageId);
      if (names.length > 0) returned.push({ names, delaySeconds });
    },
  });
  /** A message of the paused group whose lease starts now. */
  const message = (name: string, more: Partial<Delivery> = {}) =>
    deliveryNamed(name, { lease: new Lease(clock.monotonic(), 60), ...more });
  return { clock, parking, returned, message };
}

const paused = new Set(["fixture-work/g"]);

test("of a paused group the oldest message is parked and the others are returned immediately", async () => {
  const { parking, returned, message } = setup();
  parking.pause(paused);
  const oldest = message("1");
  expect(parking.isPaused(oldest)).toBe(true);
  await parking.parkOrReturn([oldest, message("2"), message("3")], 7);
  expect(returned).toEqual([{ names: ["2", "3"], delaySeconds: 0 }]);
});

test("when a group is resumed, its message is returned; messages of groups still paused stay parked", async () => {
  const { parking, returned, message } = setup();
  parking.pause(new Set(["fixture-work/g", "fixture-work/h"]));
  await parking.parkOrReturn([message("g1")], 0);
  await parking.parkOrReturn([message("h1", { group: "h" })], 0);
  expect(parking.pause(new Set(["fixture-work/h"]))).toBe(true);
  expect(returned).toEqual([{ names: ["g1"], delaySeconds: 0 }]);
  expect(parking.pause(new Set(["fixture-work/h"]))).toBe(false);
  expect(returned).toHaveLength(1);
});

test("pausing one group instead of another is a change", () => {
  const { parking } = setup();
  parking.pause(new Set(["fixture-work/g"]));
  expect(parking.pause(new Set(["fixture-work/h"]))).toBe(true);
});

test("an older message of the group takes the place of a younger one", async () => {
  const { parking, returned, message } = setup();
  parking.pause(paused);
  await parking.parkOrReturn([message("2")], 0);
  await parking.parkOrReturn([message("1")], 0);
  expect(returned).toEqual([{ names: ["2"], delaySeconds: 0 }]);
  parking.pause(new Set());
  expect(returned.at(-1)?.names).toEqual(["1"]);
});

test("a younger message that gives up its place is returned last, after those between", async () => {
  const { parking, returned, message } = setup();
  parking.pause(paused);
  await parking.parkOrReturn([message("3")], 0);
  await parking.parkOrReturn([message("1"), message("2")], 0);
  expect(returned).toEqual([{ names: ["2", "3"], delaySeconds: 0 }]);
});

test("a message whose lease has run out is not parked, and the next one is", async () => {
  const { clock, parking, returned, message } = setup();
  parking.pause(paused);
  const expired = message("1");
  await clock.advance(61_000);
  await parking.parkOrReturn([expired, message("2"), message("3")], 0);
  expect(returned).toEqual([{ names: ["1", "3"], delaySeconds: 0 }]);
});

test("a parked message keeps no body, which may be a megabyte", async () => {
  const { parking, message } = setup();
  parking.pause(paused);
  const [parked, other] = [message("1", { body: "long" }), message("2", { body: "long" })];
  await parking.parkOrReturn([parked, other], 0);
  expect([parked.body, other.body]).toEqual(["", "long"]);
});

test("messages are returned with their delay when their group is not paused, or their kind is paused as a whole", async () => {
  const { parking, returned, message } = setup();
  await parking.parkOrReturn([message("1"), message("2")], 7);
  parking.pause(new Set(["fixture-work"]));
  expect([parking.isKindPaused("fixture-work"), parking.isPaused(message("3"))]).toEqual([true, true]);
  await parking.parkOrReturn([message("3")], 0);
  parking.pause(new Set(["fixture-work", "fixture-work/g"]));
  await parking.parkOrReturn([message("4")], 0);
  expect(returned).toEqual([
    { names: ["1", "2"], delaySeconds: 7 },
    { names: ["3"], delaySeconds: 0 },
    { names: ["4"], delaySeconds: 0 },
  ]);
});

test("a message is returned a minute before its visibility ends after twelve hours", async () => {
  const { clock, parking, returned, message } = setup();
  parking.pause(paused);
  const parked = message("1");
  await parking.parkOrReturn([parked], 0);
  await clock.advance((12 * hour - 61) * 1000);
  parked.lease.extended(clock.monotonic(), 60);
  parking.pause(paused);
  expect(returned).toEqual([]);
  await clock.advance(2000);
  parking.pause(paused);
  expect(returned).toEqual([{ names: ["1"], delaySeconds: 0 }]);
});

test("a message with a lease of twelve hours can be parked too", async () => {
  const { clock, parking, returned, message } = setup();
  parking.pause(paused);
  await parking.parkOrReturn([message("1", { lease: new Lease(clock.monotonic(), 12 * hour) })], 0);
  await clock.advance(hour * 1000);
  parking.pause(paused);
  expect(returned).toEqual([]);
});

test("a message whose lease was lost is forgotten", async () => {
  const { parking, returned, message } = setup();
  parking.pause(paused);
  const parked = message("1");
  await parking.parkOrReturn([parked], 0);
  parked.lease.lose("refused");
  parking.pause(paused);
  await parking.close();
  expect(returned).toEqual([]);
});

test("a drain returns parked messages, and nothing is parked any more", async () => {
  const { parking, returned, message } = setup();
  parking.pause(paused);
  await parking.parkOrReturn([message("1")], 0);
  await parking.close();
  await parking.parkOrReturn([message("2"), message("3")], 0);
  parking.pause(new Set());
  expect(returned.map(({ names }) => names)).toEqual([["1"], ["2", "3"]]);
});
