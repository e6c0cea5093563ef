// Parking alone: which message of a held group stays, what goes back in which order, and when it ends.
import { expect, test } from "vitest";
import { Lease } from "../../../../worker/engine/lease/lease.ts";
import { Parking } from "../../../../worker/engine/pause/parking.ts";
import type { Delivery } from "../../../../worker/engine/receive/delivery.ts";
import { deliveryNamed } from "../../../support/deliveries.ts";
import { createFakeClock } from "../../../support/fake-clock.ts";

const hour = 3600;

function setup() {
  const clock = createFakeClock();
  const released: { names: string[]; delaySeconds: number }[] = [];
  const parking = new Parking({
    clock,
    release: async (deliveries, delaySeconds) => {
      const names = deliveries.map(({ messageId }) => messageId);
      if (names.length > 0) released.push({ names, delaySeconds });
    },
  });
  /** A message of the held group with a lease from now on. */
  const message = (name: string, more: Partial<Delivery> = {}) =>
    deliveryNamed(name, { lease: new Lease(clock.monotonic(), 60), ...more });
  return { clock, parking, released, message };
}

const held = new Set(["fixture-work/g"]);

test("of a held group the oldest message stays and the others go back at once", async () => {
  const { parking, released, message } = setup();
  parking.hold(held);
  const oldest = message("1");
  expect(parking.isHeld(oldest)).toBe(true);
  await parking.takeBack([oldest, message("2"), message("3")], 7);
  expect(released).toEqual([{ names: ["2", "3"], delaySeconds: 0 }]);
});

test("when the group goes on, its message goes back; who is still held stays", async () => {
  const { parking, released, message } = setup();
  parking.hold(new Set(["fixture-work/g", "fixture-work/h"]));
  await parking.takeBack([message("g1")], 0);
  await parking.takeBack([message("h1", { group: "h" })], 0);
  expect(parking.hold(new Set(["fixture-work/h"]))).toBe(true);
  expect(released).toEqual([{ names: ["g1"], delaySeconds: 0 }]);
  expect(parking.hold(new Set(["fixture-work/h"]))).toBe(false);
});

test("an older message of the group takes the place of a younger one", async () => {
  const { parking, released, message } = setup();
  parking.hold(held);
  await parking.takeBack([message("2")], 0);
  await parking.takeBack([message("1")], 0);
  expect(released).toEqual([{ names: ["2"], delaySeconds: 0 }]);
  parking.hold(new Set());
  expect(released.at(-1)?.names).toEqual(["1"]);
});

test("groups that are not held go back with their delay, as do those of a kind held as a whole", async () => {
  const { parking, released, message } = setup();
  await parking.takeBack([message("1"), message("2")], 7);
  parking.hold(new Set(["fixture-work"]));
  expect([parking.isKindHeld("fixture-work"), parking.isHeld(message("3"))]).toEqual([true, true]);
  await parking.takeBack([message("3")], 0);
  expect(released).toEqual([
    { names: ["1", "2"], delaySeconds: 7 },
    { names: ["3"], delaySeconds: 0 },
  ]);
});

test("a message goes back a minute before SQS would take it after twelve hours", async () => {
  const { clock, parking, released, message } = setup();
  parking.hold(held);
  const parked = message("1");
  await parking.takeBack([parked], 0);
  await clock.advance((12 * hour - 61) * 1000);
  parked.lease.extended(clock.monotonic(), 60);
  parking.hold(held);
  expect(released).toEqual([]);
  await clock.advance(2000);
  parking.hold(held);
  expect(released).toEqual([{ names: ["1"], delaySeconds: 0 }]);
});

test("a lease of twelve hours may be parked, too", async () => {
  const { clock, parking, released, message } = setup();
  parking.hold(held);
  await parking.takeBack([message("1", { lease: new Lease(clock.monotonic(), 12 * hour) })], 0);
  await clock.advance(hour * 1000);
  parking.hold(held);
  expect(released).toEqual([]);
});

test("a message whose lease was lost is forgotten", async () => {
  const { parking, released, message } = setup();
  parking.hold(held);
  const parked = message("1");
  await parking.takeBack([parked], 0);
  parked.lease.lose("refused");
  parking.hold(held);
  await parking.close();
  expect(released).toEqual([]);
});

test("at the drain what is parked goes back, and nothing is parked any more", async () => {
  const { parking, released, message } = setup();
  parking.hold(held);
  await parking.takeBack([message("1")], 0);
  await parking.close();
  await parking.takeBack([message("2"), message("3")], 0);
  expect(released.map(({ names }) => names)).toEqual([["1"], ["2", "3"]]);
});
