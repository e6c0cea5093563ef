// Suspect jobs run one at a time and are not claimed while they wait, without a slot; other jobs never wait.
import { expect, test } from "vitest";
import { Quarantine } from "../../../../worker/engine/lanes/quarantine.ts";
import { Lease } from "../../../../worker/engine/lease/lease.ts";
import type { Delivery } from "../../../../worker/engine/receive/delivery.ts";
import { deliveryNamed } from "../../../support/deliveries.ts";
import { done, jobId, request, setupExecution } from "../../../support/execution.ts";

const suspects = { isSuspect: async () => true };
const third = (name = "m", lease = new Lease(0, 60)) => deliveryNamed(name, { receiveCount: 3, lease });
const ask = (quarantine: Quarantine, delivery: Delivery) =>
  quarantine.admit({ jobId: delivery.messageId, delivery }, suspects);

/** Whether a promise has settled once everything that can run has run. */
async function settled(promise: Promise<unknown>): Promise<boolean> {
  let is = false;
  const note = () => {
    is = true;
  };
  promise.then(note, note);
  await new Promise((resolve) => setImmediate(resolve));
  return is;
}

test("a second suspect waits until the first one's turn is over, a third until the second's", async () => {
  const quarantine = new Quarantine();
  const [a, b, c] = [third("a"), third("b"), third("c")];
  expect(await ask(quarantine, a)).toEqual({ admitted: true });
  const second = await ask(quarantine, b);
  const other = await ask(quarantine, c);
  if (second.admitted || other.admitted) throw new Error("they need not wait");
  expect(await settled(second.until)).toBe(false);
  quarantine.leave(a);
  await second.until;
  expect(await ask(quarantine, b)).toEqual({ admitted: true });
  expect(await settled(other.until)).toBe(false);
  quarantine.leave(b);
  await other.until;
  expect(await ask(quarantine, c)).toEqual({ admitted: true });
});

test("a job that is not suspect never waits, and one received fewer than three times is not even looked up", async () => {
  const quarantine = new Quarantine();
  await ask(quarantine, third("a"));
  const innocent = { isSuspect: async () => false };
  expect(await quarantine.admit({ jobId: "b", delivery: third("b") }, innocent)).toEqual({ admitted: true });
  const unasked = {
    isSuspect: async () => {
      throw new Error("looked up");
    },
  };
  const second = deliveryNamed("c", { receiveCount: 2 });
  expect(await quarantine.admit({ jobId: "c", delivery: second }, unasked)).toEqual({ admitted: true });
});

test("a suspect that lost its message while it waited or on its way blocks no other suspect", async () => {
  const quarantine = new Quarantine();
  const [a, b, c, d] = [third("a"), third("b"), third("c"), third("d")];
  await ask(quarantine, a);
  const [lost, onItsWay, patient] = [
    await ask(quarantine, b),
    await ask(quarantine, c),
    await ask(quarantine, d),
  ];
  if (lost.admitted || onItsWay.admitted || patient.admitted) throw new Error("they need not wait");
  b.lease.lose("test");
  quarantine.leave(a);
  await Promise.all([lost.until, onItsWay.until]);
  c.lease.lose("test");
  expect(await settled(patient.until)).toBe(false);
  const late = third("late");
  expect(await ask(quarantine, late)).toMatchObject({ admitted: false });
  await patient.until;
  expect(await ask(quarantine, d)).toEqual({ admitted: true });
});

test("a job under which two workers died is not claimed while another such job runs, so that a death beside it costs no run", async () => {
  const { memory, options, deliver } = setupExecution({ run: async () => done });
  await memory.claim(request);
  await memory.claim(request);
  const other = third("other");
  await ask(options.quarantine, other);
  const outcome = await deliver({ receiveCount: 3 });
  if (outcome.outcome !== "waits") throw new Error("it need not wait");
  expect(await settled(outcome.until)).toBe(false);
  expect(memory.rows.get(jobId)).toMatchObject({ fence: 2, status: "running" });
  options.quarantine.leave(other);
  await outcome.until;
});

test("a job whose last run left a note is not suspect, however many runs it had", async () => {
  const { memory, options, deliver } = setupExecution({ run: async () => done });
  const claimed = [await memory.claim(request), await memory.claim(request)].at(-1);
  if (claimed?.state === "claimed") await memory.noteFailure(claimed.claim, "broken");
  await ask(options.quarantine, third("other"));
  expect(await deliver({ receiveCount: 3 })).toEqual({ outcome: "completed", replayed: false });
});

test("the turn of a suspect ends with its delivery, however that ends, and the next one's comes", async () => {
  const ends = { throws: false };
  const { memory, options, deliver } = setupExecution({
    run: async () => {
      if (ends.throws) throw new Error("broken");
      return done;
    },
  });
  for (ends.throws of [true, false]) {
    await memory.claim(request);
    await memory.claim(request);
    expect(await deliver({ receiveCount: 3 })).toMatchObject({
      outcome: ends.throws ? "retried" : "completed",
    });
    const next = third("next");
    expect(await ask(options.quarantine, next)).toEqual({ admitted: true });
    options.quarantine.leave(next);
  }
});
