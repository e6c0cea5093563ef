// The outcome of a delivery whose run fails, takes too long, loses its lease or its claim, or is interrupted.
import { expect, test } from "vitest";
import { DrainEnded } from "../../../../worker/engine/execute/run-errors.ts";
import { Lease } from "../../../../worker/engine/lease/lease.ts";
import { FenceLost } from "../../../../worker/engine/ledger/ledger.ts";
import { bodyOf, done, failing, jobId, request, setupExecution } from "../../../support/execution.ts";
import { settled } from "../../../support/fake-clock.ts";

test("a failed run is noted and retried with a doubling delay until the job has failed as often as allowed", async () => {
  const { deliver, memory, endings } = setupExecution(failing);
  const cause = "Error: broken";
  expect(await deliver()).toEqual({ outcome: "retried", cause, run: 1, delaySeconds: 4 });
  expect(memory.rows.get(jobId)).toMatchObject({ status: "waiting", lastError: cause });
  expect(await deliver()).toEqual({ outcome: "retried", cause, run: 2, delaySeconds: 8 });
  expect(await deliver()).toEqual({
    outcome: "dead-lettered",
    cause,
    runs: 3,
    jobId,
    redrives: 0,
    unsent: true,
  });
  expect(endings).toEqual([{ status: "dead-lettered", cause }]);
});

test("SQS's receive count does not matter: an innocent follower runs as if for the first time", async () => {
  const { deliver } = setupExecution(failing);
  expect(await deliver({ receiveCount: 900 })).toMatchObject({ outcome: "retried", run: 1 });
});

test("runs that ended without a note are not counted as failures", async () => {
  const { deliver, memory } = setupExecution(failing);
  for (let crash = 1; crash <= 3; crash += 1) await memory.claim(request);
  expect(await deliver()).toMatchObject({ outcome: "retried", run: 4 });
  expect(await deliver()).toMatchObject({ outcome: "retried", run: 5 });
  expect(await deliver()).toMatchObject({ outcome: "dead-lettered", runs: 6 });
});

test("however they end, a job gets at most three runs more than the failures it may have", async () => {
  const { deliver, memory } = setupExecution(failing);
  for (let crash = 1; crash <= 5; crash += 1) await memory.claim(request);
  expect(await deliver()).toMatchObject({ outcome: "dead-lettered", runs: 6 });
});

test("a crash counts as a run: after the last allowed run the job is dead-lettered without another one", async () => {
  let runs = 0;
  const { deliver, memory } = setupExecution({
    run: async () => {
      runs += 1;
      return done;
    },
  });
  for (let crash = 1; crash <= 6; crash += 1) await memory.claim(request);
  expect(await deliver()).toMatchObject({
    outcome: "dead-lettered",
    cause: "none of 6 runs came to an end: each time the worker died or lost its lease",
    unsent: true,
  });
  expect(runs).toBe(0);
});

test("a dead-lettered job is reported as unsent again until its dead letter is sent", async () => {
  const { deliver, memory } = setupExecution(failing);
  for (const _ of [1, 2, 3]) await deliver();
  expect(await deliver()).toMatchObject({ outcome: "dead-lettered", unsent: true, runs: 3 });
  await memory.deadLetterSent(jobId);
  expect(await deliver()).toMatchObject({ outcome: "dead-lettered", unsent: false });
});

test("a redriven job runs again, from run 1", async () => {
  const { deliver } = setupExecution(failing);
  for (const _ of [1, 2, 3]) await deliver();
  expect(await deliver({ body: bodyOf({ redrives: 1 }) })).toMatchObject({ outcome: "retried", run: 1 });
});

test("a run that takes too long is aborted with the reason and retried, even if it ignores its signal", async () => {
  const reasons: unknown[] = [];
  const { deliver, clock } = setupExecution({
    run: (_, { signal }) => {
      signal.addEventListener("abort", () => reasons.push(signal.reason));
      return new Promise(() => {});
    },
  });
  const outcome = deliver();
  await clock.advance(10_000);
  const cause = "RunTimedOut: the run took longer than 10 seconds";
  expect(await outcome).toMatchObject({ outcome: "retried", cause, run: 1 });
  expect(reasons).toHaveLength(1);
});

test("a lost lease aborts the run; nothing is written or noted", async () => {
  const { deliver, memory, clock } = setupExecution({ run: () => new Promise(() => {}) });
  const lease = new Lease(clock.monotonic(), 60);
  const outcome = deliver({ lease });
  await settled();
  lease.lose("taken away");
  expect(await outcome).toEqual({ outcome: "lost", cause: "LeaseLost: lease lost: taken away" });
  expect(memory.rows.get(jobId)).toMatchObject({
    status: "running",
    fence: 1,
    interruptions: 0,
    redrives: 0,
  });
  expect(memory.rows.get(jobId)).not.toHaveProperty("failures");
});

test("a run whose handler turns its lost lease into another error is lost, not failed", async () => {
  const lease = new Lease(0, 60);
  const { deliver, memory } = setupExecution({
    run: async () => {
      lease.lose("taken away");
      throw new Error("the child died");
    },
  });
  expect(await deliver({ lease })).toMatchObject({ outcome: "lost" });
  expect(memory.rows.get(jobId)?.status).toBe("running");
});

test("a message whose lease has run out is not even claimed", async () => {
  const { deliver, memory, clock } = setupExecution();
  await clock.advance(60_000);
  expect(await deliver({ lease: new Lease(0, 60) })).toMatchObject({ outcome: "lost" });
  expect(memory.rows.size).toBe(0);
});

test("a run that ends after another worker has claimed the job commits nothing and is lost", async () => {
  const { deliver, memory, endings } = setupExecution({
    run: async () => {
      await memory.claim(request);
      return done;
    },
  });
  expect(await deliver()).toMatchObject({ outcome: "lost" });
  expect(endings).toEqual([]);
});

test("a run that fails after another worker has claimed the job notes nothing and is lost", async () => {
  const { deliver, memory } = setupExecution({
    run: async () => {
      await memory.claim(request);
      throw new Error("too late");
    },
  });
  expect(await deliver()).toMatchObject({ outcome: "lost" });
  expect(memory.rows.get(jobId)).toMatchObject({ status: "running", fence: 2 });
  expect(memory.rows.get(jobId)).not.toHaveProperty("lastError");
});

test("the end of a drain aborts the run and returns its message; the run does not count", async () => {
  const stop = new AbortController();
  const { deliver, memory } = setupExecution({ run: () => new Promise(() => {}) });
  const outcome = deliver({}, stop.signal);
  await settled();
  stop.abort(new DrainEnded());
  expect(await outcome).toEqual({ outcome: "returned" });
  expect(memory.rows.get(jobId)).toMatchObject({ status: "waiting", fence: 1, interruptions: 1 });
});

test("when a drain ends before the run, no run starts and none is counted", async () => {
  let runs = 0;
  const { deliver, memory } = setupExecution({
    run: async () => {
      runs += 1;
      return done;
    },
  });
  expect(await deliver({}, AbortSignal.abort(new DrainEnded()))).toEqual({ outcome: "returned" });
  expect(runs).toBe(0);
  expect(memory.rows.get(jobId)).toMatchObject({ fence: 1, interruptions: 1 });
});

test("any number of interruptions leaves the count of runs unchanged", async () => {
  const { deliver } = setupExecution({
    run: async (_, { run }) => {
      expect(run).toBe(1);
      throw new Error("aborted");
    },
  });
  for (let round = 0; round < 10; round += 1)
    expect(await deliver({}, AbortSignal.abort(new DrainEnded()))).toEqual({ outcome: "returned" });
  expect(await deliver()).toMatchObject({ outcome: "retried", run: 1 });
});

test("while the ledger cannot be reached nothing runs, and the message waits longer after every delivery", async () => {
  let runs = 0;
  const unreachable = async () => {
    throw new Error("no answer");
  };
  const { deliver } = setupExecution(
    {
      run: async () => {
        runs += 1;
        return done;
      },
    },
    { claim: unreachable },
  );
  expect(await deliver()).toMatchObject({ outcome: "retried", delaySeconds: 4 });
  expect(await deliver({ receiveCount: 3 })).toMatchObject({ outcome: "retried", delaySeconds: 16 });
  expect(runs).toBe(0);
});

test("a commit with an unknown result is retried; the redelivery finds out what happened", async () => {
  let lost = false;
  const { deliver, endings, memory } = setupExecution(
    {},
    {
      commit: async (claim, ending) => {
        await memory.commit(claim, ending);
        if (!lost) {
          lost = true;
          throw new Error("no answer");
        }
      },
    },
  );
  expect(await deliver()).toMatchObject({ outcome: "lost" });
  expect(await deliver()).toEqual({ outcome: "completed", replayed: true });
  expect(endings).toHaveLength(1);
});

test("a failure that cannot be noted is still retried with backoff", async () => {
  const { deliver } = setupExecution(failing, {
    noteFailure: async () => {
      throw new Error("no answer");
    },
  });
  expect(await deliver()).toMatchObject({ outcome: "retried", cause: "Error: broken", delaySeconds: 4 });
});

test("a note refused because of a newer claim makes the run lost", async () => {
  const { deliver } = setupExecution(failing, {
    noteFailure: async ({ jobId: id, fence }) => {
      throw new FenceLost(id, fence);
    },
  });
  expect(await deliver()).toMatchObject({ outcome: "lost" });
});
