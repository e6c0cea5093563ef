// Suspect jobs run one at a time and are not claimed while they wait; other jobs never wait.
import { expect, test } from "vitest";
import { Quarantine } from "../../../../worker/engine/lanes/quarantine.ts";
import { Lease } from "../../../../worker/engine/lease/lease.ts";
import { deliveryNamed } from "../../../support/deliveries.ts";
import { done, jobId, request, setupExecution } from "../../../support/execution.ts";

const suspects = { isSuspect: async () => true };
const never = new AbortController().signal;
const third = (lease = new Lease(0, 60)) => deliveryNamed("m", { receiveCount: 3, lease });

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
  const [first, second, other] = ["a", "b", "c"].map((id) =>
    quarantine.pass({ jobId: id, delivery: third() }, suspects, never),
  );
  const endFirst = await first;
  expect(await settled(second as Promise<unknown>)).toBe(false);
  endFirst?.();
  const endSecond = await second;
  expect(await settled(other as Promise<unknown>)).toBe(false);
  endSecond?.();
  await other;
});

test("a job that is not suspect never waits, and one received fewer than three times is not even looked up", async () => {
  const quarantine = new Quarantine();
  await quarantine.pass({ jobId: "a", delivery: third() }, suspects, never);
  await quarantine.pass({ jobId: "b", delivery: third() }, { isSuspect: async () => false }, never);
  const unasked = {
    isSuspect: async () => {
      throw new Error("looked up");
    },
  };
  await quarantine.pass({ jobId: "c", delivery: deliveryNamed("m", { receiveCount: 2 }) }, unasked, never);
});

test("a waiting suspect gives up with its lease or at the drain, and blocks no other job", async () => {
  const quarantine = new Quarantine();
  const endFirst = await quarantine.pass({ jobId: "a", delivery: third() }, suspects, never);
  const lease = new Lease(0, 60);
  const stop = new AbortController();
  const lost = quarantine.pass({ jobId: "b", delivery: third(lease) }, suspects, never);
  const stopped = quarantine.pass({ jobId: "c", delivery: third() }, suspects, stop.signal);
  const patient = quarantine.pass({ jobId: "d", delivery: third() }, suspects, never);
  lease.lose("test");
  stop.abort(new Error("drain"));
  await expect(lost).rejects.toThrow("lease lost: test");
  await expect(stopped).rejects.toThrow("drain");
  expect(await settled(patient)).toBe(false);
  endFirst();
  await patient;
});

test("a job under which two workers died is not claimed while another such job runs, so that a death beside it costs no run", async () => {
  const { memory, options, deliver } = setupExecution({ run: async () => done });
  await memory.claim(request);
  await memory.claim(request);
  const endOther = await options.quarantine.pass({ jobId: "other", delivery: third() }, suspects, never);
  const outcome = deliver({ receiveCount: 3 });
  expect(await settled(outcome)).toBe(false);
  expect(memory.rows.get(jobId)).toMatchObject({ fence: 2, status: "running" });
  endOther();
  expect(await outcome).toEqual({ outcome: "completed", replayed: false });
  expect(memory.rows.get(jobId)).toMatchObject({ fence: 3 });
});

test("a job whose last run left a note is not suspect, however many runs it had", async () => {
  const { memory, options, deliver } = setupExecution({ run: async () => done });
  const claimed = [await memory.claim(request), await memory.claim(request)].at(-1);
  if (claimed?.state === "claimed") await memory.noteFailure(claimed.claim, "broken");
  await options.quarantine.pass({ jobId: "other", delivery: third() }, suspects, never);
  expect(await deliver({ receiveCount: 3 })).toEqual({ outcome: "completed", replayed: false });
});
