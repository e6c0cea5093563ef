// The outcome of a delivery whose run fails, takes too long, loses its lease or its claim, or is interrupted.
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { expect, onTestFinished, test } from "vitest";
import { DrainEnded } from "../../../../worker/engine/execute/run-errors.ts";
import { Lease } from "../../../../worker/engine/lease/lease.ts";
import { FenceLost } from "../../../../worker/engine/ledger/ledger.ts";
import { CloudTrouble } from "../../../../worker/engine/trouble/cloud-trouble.ts";
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
  expect(await deliver()).toMatchObject({ outcome: "dead-lettered", runs: 6, cause: "Error: broken" });
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
    cause:
      "none of 6 runs left a note of its end: each time the worker died, lost its lease or could not write it",
    unsent: true,
  });
  expect(runs).toBe(0);
});

test("a dead-lettered job is reported as unsent again until its dead letter is sent", async () => {
  const { deliver, memory } = setupExecution(failing);
  for (const _ of [1, 2, 3]) await deliver();
  expect(await deliver()).toMatchObject({ outcome: "dead-lettered", unsent: true, runs: 3 });
  await memory.deadLetterSent(request);
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

test("while the ledger cannot be reached nothing runs and nothing counts, however often the message was received", async () => {
  let runs = 0;
  let reachable = false;
  const { deliver, memory } = setupExecution(
    {
      run: async () => {
        runs += 1;
        return done;
      },
    },
    {
      claim: async (claimed) => {
        if (!reachable) throw new Error("no answer");
        return memory.claim(claimed);
      },
    },
  );
  for (let receiveCount = 1; receiveCount < 100; receiveCount += 1)
    expect(await deliver({ receiveCount })).toMatchObject({ outcome: "put off", delaySeconds: 2 });
  expect(runs).toBe(0);
  reachable = true;
  expect(await deliver({ receiveCount: 100 })).toEqual({ outcome: "completed", replayed: false });
});

/** A handler whose service is in trouble until the test says so. */
function troubledHandler(error: () => Error = () => new CloudTrouble("s3", "S3 does not answer")) {
  const state = { troubled: true, runs: [] as number[] };
  const run = async (_: unknown, { run }: { run: number }) => {
    state.runs.push(run);
    if (state.troubled) throw error();
    return done;
  };
  return { state, handler: { run } };
}

test("a job in the cloud's trouble is put off with pauses that grow with the trouble, and never uses up its failures", async () => {
  const { state, handler } = troubledHandler();
  const { deliver, clock, memory } = setupExecution(handler);
  const pauses: number[] = [];
  while (clock.monotonic() < 11 * 3_600_000) {
    const outcome = await deliver();
    if (outcome.outcome !== "put off") throw new Error(`it was ${outcome.outcome}`);
    pauses.push(outcome.delaySeconds);
    await clock.advance(outcome.delaySeconds * 1000);
  }
  expect(pauses.slice(0, 3)).toEqual([2, 2, 2]);
  expect(pauses).toEqual(pauses.toSorted((a, b) => a - b));
  expect(pauses.at(-1)).toBe(60);
  expect(pauses.length).toBeLessThan(900);
  expect(memory.rows.get(jobId)).toMatchObject({
    status: "waiting",
    lastError: "CloudTrouble: S3 does not answer",
  });
  state.troubled = false;
  expect(await deliver()).toEqual({ outcome: "completed", replayed: false });
  expect(new Set(state.runs)).toEqual(new Set([1]));
});

test("trouble that lasts longer than the setting dead-letters the job, and the cause says so", async () => {
  const { deliver, clock } = setupExecution(troubledHandler().handler);
  await deliver();
  await clock.advance(12 * 3_600_000);
  expect(await deliver()).toMatchObject({ outcome: "put off" });
  await clock.advance(1000);
  expect(await deliver()).toMatchObject({
    outcome: "dead-lettered",
    cause: "put off for 12 h, and still: CloudTrouble: S3 does not answer",
    unsent: true,
  });
});

test("a failure of the job itself ends the count of the trouble's time", async () => {
  let error: Error = new CloudTrouble("s3", "no answer");
  const { deliver, clock } = setupExecution(troubledHandler(() => error).handler);
  await deliver();
  await clock.advance(11 * 3_600_000);
  error = new Error("broken");
  expect(await deliver()).toMatchObject({ outcome: "retried", run: 1 });
  await clock.advance(11 * 3_600_000);
  error = new CloudTrouble("s3", "no answer");
  expect(await deliver()).toMatchObject({ outcome: "put off", delaySeconds: 2 });
});

test("a note that the ledger cannot take is repeated while the message is ours, so that no run counts as silent", async () => {
  let answers = false;
  const { deliver, memory, clock } = setupExecution(troubledHandler().handler, {
    notePutOff: async (claim, cause) => {
      if (!answers) throw Object.assign(new Error("later"), { name: "ThrottlingException", $metadata: {} });
      return memory.notePutOff(claim, cause);
    },
  });
  const outcome = deliver();
  await clock.advance(30_000);
  answers = true;
  await clock.advance(5000);
  expect(await outcome).toMatchObject({ outcome: "put off" });
  expect(memory.rows.get(jobId)).toMatchObject({ status: "waiting", interruptions: 1, fence: 1 });
});

test("a lease lost because SQS answered no heartbeat does not count as a run; any other lost lease does", async () => {
  for (const [unanswered, interruptions] of [
    [true, 1],
    [false, 0],
  ] as const) {
    const { deliver, memory, clock } = setupExecution({ run: () => new Promise(() => {}) });
    const lease = new Lease(clock.monotonic(), 60);
    const outcome = deliver({ lease });
    await settled();
    if (unanswered) lease.unanswered();
    lease.lose("its visibility timeout passed");
    expect(await outcome).toMatchObject({ outcome: "lost" });
    expect(memory.rows.get(jobId)).toMatchObject({ fence: 1, interruptions });
  }
});

test("waiting for a decoder does not use up the run's time", async () => {
  const start = Promise.withResolvers<void>();
  const { deliver, clock, options } = setupExecution({
    run: async (_, { sandbox, signal }) => {
      const directory = { path: "", [Symbol.asyncDispose]: async () => {} };
      const limits = { deadlineMs: 1, memoryBytes: 1, outputBytes: 1 };
      await sandbox.run({ task: "t", input: {} }, { directory, limits, signal });
      return done;
    },
  });
  options.clients.sandbox = {
    ...options.clients.sandbox,
    run: async (_, { onStart }) => {
      await start.promise;
      onStart?.();
      await clock.sleep(9000);
    },
  };
  const outcome = deliver({ lease: new Lease(0, 600) });
  await clock.advance(120_000);
  start.resolve();
  await clock.advance(9000);
  expect(await outcome).toEqual({ outcome: "completed", replayed: false });
});

/** A client of S3 whose calls are never answered. */
function deafS3(): S3Client {
  const handle = () => new Promise<never>(() => {});
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  const s3 = new S3Client({ region: "eu-west-1", credentials, requestHandler: { handle } });
  onTestFinished(() => s3.destroy());
  return s3;
}

test.each([
  ["the run", { run: () => new Promise<never>(() => {}) }],
  ["the work after the commit", { afterCommit: () => new Promise<never>(() => {}) }],
])(
  "%s that takes too long is put off while a call has long waited for its answer, and has failed otherwise",
  async (_, handler) => {
    const { deliver, clock, health } = setupExecution(handler);
    const outcome = async () => {
      const delivered = deliver();
      await clock.advance(10_000);
      return (await delivered).outcome;
    };
    expect(await outcome()).toBe("retried");
    const s3 = deafS3();
    health.watch("s3", s3);
    s3.send(new GetObjectCommand({ Bucket: "b", Key: "k" })).catch(() => {});
    await settled();
    expect(await outcome()).toBe("put off");
  },
);

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

test("the dead letter of a redriven job counts its redrives, whether its runs failed or never came to an end", async () => {
  const { deliver, memory } = setupExecution(failing);
  const redriven = { body: bodyOf({ redrives: 1 }) };
  for (const _ of [1, 2, 3]) await deliver();
  for (const _ of [1, 2]) await deliver(redriven);
  expect(await deliver(redriven)).toMatchObject({ outcome: "dead-lettered", redrives: 1, unsent: true });
  const again = { body: bodyOf({ redrives: 2 }) };
  for (let crash = 1; crash <= 6; crash += 1) await memory.claim({ ...request, redrives: 2 });
  expect(await deliver(again)).toMatchObject({
    outcome: "dead-lettered",
    cause: expect.stringContaining("none of 6 runs"),
    redrives: 2,
  });
});

test("the dead letter of work after the commit counts the redrives of its message", async () => {
  const { deliver } = setupExecution({
    afterCommit: async () => {
      throw new Error("never");
    },
  });
  const body = bodyOf({ redrives: 3 });
  for (let failure = 1; failure < 12; failure += 1) await deliver({ body });
  expect(await deliver({ body })).toMatchObject({ outcome: "dead-lettered", redrives: 3 });
});
