// One delivery from claim to outcome, with a ledger in memory that the ledger's model test vouches for.
import type { S3Client } from "@aws-sdk/client-s3";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { pino } from "pino";
import { expect, test } from "vitest";
import { z } from "zod";
import { InputRejected } from "../../../worker/errors.ts";
import { defineJob, jobIdOf } from "../../../worker/jobs/define-job.ts";
import type { Handler, JobContext, JobResult } from "../../../worker/jobs/handler.ts";
import { type Ending, FenceLost, type Ledger } from "../../../worker/ledger/ledger.ts";
import type { Delivery } from "../../../worker/queue/delivery.ts";
import { type ExecuteOptions, execute, type RunnableJob } from "../../../worker/queue/execute.ts";
import { Lease } from "../../../worker/queue/lease.ts";
import { DrainEnded } from "../../../worker/queue/run-errors.ts";
import { resourceNames } from "../../../worker/resources.ts";
import { deliveryNamed } from "../../support/deliveries.ts";
import { createFakeClock, settled } from "../../support/fake-clock.ts";
import { createMemoryLedger } from "../../support/memory-ledger.ts";
import { noSandbox } from "../../support/no-sandbox.ts";

type Payload = { text: string };
const job = defineJob({
  kind: "fixture-work",
  payload: z.object({ text: z.string() }),
  messageGroupId: ({ text }) => text,
  deduplicationId: ({ text }) => text,
  policy: { timeoutSeconds: 10, attempts: 3, backoffSeconds: { first: 4, max: 60 } },
});
const jobId = jobIdOf(job, { text: "hello" });
const request = { jobId, kind: job.kind, group: "g", traceId: "t", enqueuedAt: "", redrives: 0 };
const done: JobResult = { effects: [], result: { answer: 42 } };
const neverStop = new AbortController().signal;

function bodyOf(overrides: Record<string, unknown> = {}): string {
  const enqueuedAt = new Date(0).toISOString();
  const payload = { text: "hello" };
  return JSON.stringify({
    v: 1,
    kind: "fixture-work",
    jobId,
    payload,
    enqueuedAt,
    traceId: "t",
    ...overrides,
  });
}

/** Everything around one handler; `deliver` runs one delivery of its message. */
function setup(handler: Partial<Handler<Payload>> = {}, ledgerChanges: Partial<Ledger> = {}) {
  const clock = createFakeClock();
  const endings: Ending[] = [];
  const memory = createMemoryLedger((_, ending) => void endings.push(ending));
  const ledger = { ...memory, ...ledgerChanges };
  const logged: string[] = [];
  const runnable = {
    definition: job,
    handler: { run: async () => done, ...handler },
  } as unknown as RunnableJob;
  const options: ExecuteOptions = {
    jobs: new Map([[job.kind, runnable]]),
    ledger,
    clock,
    random: () => 0.999_999,
    log: pino({ level: "info" }, { write: (line: string) => void logged.push(line) }),
    clients: {
      names: resourceNames("test"),
      s3: {} as S3Client,
      db: {} as DynamoDBDocumentClient,
      sandbox: noSandbox,
    },
    timeScale: 1,
    onRun: () => {},
  };
  const deliver = (overrides: Partial<Delivery> = {}, stop: AbortSignal = neverStop) =>
    execute(
      options,
      deliveryNamed("m", { body: bodyOf(), lease: new Lease(clock.monotonic(), 60), ...overrides }),
      stop,
    );
  return { clock, memory, endings, options, deliver, logged };
}

const failing = {
  run: async () => {
    throw new Error("broken");
  },
};

test("a run that succeeds is committed with its effects and its result", async () => {
  const effect = { Put: { TableName: "t", Item: { id: "x" } } };
  const { deliver, endings } = setup({ run: async () => ({ effects: [effect], result: { n: 1 } }) });
  expect(await deliver()).toEqual({ outcome: "completed", replayed: false });
  expect(endings).toEqual([{ status: "completed", effects: [effect], result: { n: 1 } }]);
});

test("the handler is told who it is, which attempt this is, and since when the job waits", async () => {
  const contexts: JobContext[] = [];
  const { deliver, clock } = setup({
    run: async (_, context) => {
      contexts.push(context);
      if (contexts.length === 1) throw new Error("once more");
      return done;
    },
  });
  await deliver();
  await deliver();
  const expected = { jobId, traceId: "t", enqueuedAt: new Date(0).toISOString() };
  expect(contexts).toMatchObject([
    { ...expected, attempt: 1 },
    { ...expected, attempt: 2 },
  ]);
  expect(contexts[0]?.now()).toBe(clock.now());
});

test("a redelivery of a completed job runs nothing but the work after the commit, with the result of the first run", async () => {
  let runs = 0;
  const followed: unknown[] = [];
  const { deliver } = setup({
    run: async () => {
      runs += 1;
      return done;
    },
    afterCommit: async (payload, result) => void followed.push([payload, result]),
  });
  await deliver();
  expect(await deliver()).toEqual({ outcome: "completed", replayed: true });
  expect(runs).toBe(1);
  expect(followed).toEqual([
    [{ text: "hello" }, { answer: 42 }],
    [{ text: "hello" }, { answer: 42 }],
  ]);
});

test("work after the commit that fails is tried again with backoff, without running the job again", async () => {
  let tries = 0;
  const { deliver, endings } = setup({
    afterCommit: async () => {
      tries += 1;
      if (tries < 3) throw new Error("not yet");
    },
  });
  const cause = "AfterCommitFailed: committed, but the work after the commit failed: not yet";
  expect(await deliver()).toEqual({ outcome: "retried", cause, attempt: 1, delaySeconds: 4 });
  expect(await deliver({ receiveCount: 2 })).toMatchObject({ outcome: "retried", delaySeconds: 8 });
  expect(await deliver({ receiveCount: 3 })).toEqual({ outcome: "completed", replayed: true });
  expect(endings).toHaveLength(1);
});

test("work after the commit that never succeeds ends in the dead-letter queue, the job stays completed", async () => {
  const { deliver, memory } = setup({
    afterCommit: async () => {
      throw new Error("never");
    },
  });
  await deliver();
  expect(await deliver({ receiveCount: 12 })).toMatchObject({
    outcome: "dead-lettered",
    jobId,
    unsent: true,
  });
  expect(memory.rows.get(jobId)?.status).toBe("completed");
});

test("work after the commit that hangs is timed out", async () => {
  const { deliver, clock } = setup({ afterCommit: () => new Promise(() => {}) });
  const outcome = deliver();
  await clock.advance(10_000);
  expect(await outcome).toMatchObject({ outcome: "retried" });
});

test("a run that fails is noted and retried with a delay that doubles, until its attempts are used up", async () => {
  const { deliver, memory, endings } = setup(failing);
  const cause = "Error: broken";
  expect(await deliver()).toEqual({ outcome: "retried", cause, attempt: 1, delaySeconds: 4 });
  expect(memory.rows.get(jobId)).toMatchObject({ status: "waiting", lastError: cause });
  expect(await deliver()).toEqual({ outcome: "retried", cause, attempt: 2, delaySeconds: 8 });
  expect(await deliver()).toEqual({
    outcome: "dead-lettered",
    cause,
    attempts: 3,
    jobId,
    redrives: 0,
    unsent: true,
  });
  expect(endings).toEqual([{ status: "dead-lettered", cause }]);
});

test("how often SQS handed the message out counts for nothing: an innocent follower is run as if for the first time", async () => {
  const { deliver } = setup(failing);
  expect(await deliver({ receiveCount: 900 })).toMatchObject({ outcome: "retried", attempt: 1 });
});

test("a crash counts as an attempt: after as many as are allowed the job is dead-lettered without another run", async () => {
  let runs = 0;
  const { deliver, memory } = setup({
    run: async () => {
      runs += 1;
      return done;
    },
  });
  for (let crash = 1; crash <= 3; crash += 1) await memory.claim(request);
  expect(await deliver()).toMatchObject({
    outcome: "dead-lettered",
    cause: "none of 3 runs came to an end: each time the worker died or lost its lease",
    unsent: true,
  });
  expect(runs).toBe(0);
});

test("a dead-lettered job whose letter was not sent is reported unsent again, one that was sent is not", async () => {
  const { deliver, memory } = setup(failing);
  for (const _ of [1, 2, 3]) await deliver();
  expect(await deliver()).toMatchObject({ outcome: "dead-lettered", unsent: true, attempts: 3 });
  await memory.deadLetterSent(jobId);
  expect(await deliver()).toMatchObject({ outcome: "dead-lettered", unsent: false });
});

test("a job that an operator sent back is run again, from attempt 1", async () => {
  const { deliver } = setup(failing);
  for (const _ of [1, 2, 3]) await deliver();
  expect(await deliver({ body: bodyOf({ redrives: 1 }) })).toMatchObject({ outcome: "retried", attempt: 1 });
});

test("an input that can never succeed is rejected at once, with the rows that come with it, and never run again", async () => {
  let runs = 0;
  const effects = [{ Put: { TableName: "t", Item: { id: "refused" } } }];
  const { deliver, endings } = setup({
    run: async () => {
      runs += 1;
      throw new InputRejected("no-picture", "This is no picture.", { effects });
    },
  });
  const rejected = { outcome: "rejected", code: "no-picture", reason: "This is no picture." };
  expect(await deliver()).toEqual({ ...rejected, replayed: false });
  expect(await deliver()).toEqual({ ...rejected, replayed: true });
  expect(endings).toEqual([
    { status: "rejected", code: "no-picture", reason: "This is no picture.", effects },
  ]);
  expect(runs).toBe(1);
});

test("a run that takes too long is aborted, told why, and retried, even if it ignores its signal", async () => {
  const reasons: unknown[] = [];
  const { deliver, clock } = setup({
    run: (_, { signal }) => {
      signal.addEventListener("abort", () => reasons.push(signal.reason));
      return new Promise(() => {});
    },
  });
  const outcome = deliver();
  await clock.advance(10_000);
  const cause = "RunTimedOut: the run took longer than 10 seconds";
  expect(await outcome).toMatchObject({ outcome: "retried", cause, attempt: 1 });
  expect(reasons).toHaveLength(1);
});

test("a lost lease aborts the run; nothing is written and nothing noted", async () => {
  const { deliver, memory, clock } = setup({ run: () => new Promise(() => {}) });
  const lease = new Lease(clock.monotonic(), 60);
  const outcome = deliver({ lease });
  await settled();
  lease.lose("taken away");
  expect(await outcome).toEqual({ outcome: "lost", cause: "LeaseLost: lease lost: taken away" });
  expect(memory.rows.get(jobId)).toEqual({ status: "running", fence: 1, releases: 0, redrives: 0 });
});

test("a handler that turns its lost lease into an error of its own is lost all the same, not failed", async () => {
  const lease = new Lease(0, 60);
  const { deliver, memory } = setup({
    run: async () => {
      lease.lose("taken away");
      throw new Error("the child died");
    },
  });
  expect(await deliver({ lease })).toMatchObject({ outcome: "lost" });
  expect(memory.rows.get(jobId)?.status).toBe("running");
});

test("a message whose lease has run out is not even claimed", async () => {
  const { deliver, memory, clock } = setup();
  await clock.advance(60_000);
  expect(await deliver({ lease: new Lease(0, 60) })).toMatchObject({ outcome: "lost" });
  expect(memory.rows.size).toBe(0);
});

test("a run that ends after another worker has claimed the job commits nothing and is lost", async () => {
  const { deliver, memory, endings } = setup({
    run: async () => {
      await memory.claim(request);
      return done;
    },
  });
  expect(await deliver()).toMatchObject({ outcome: "lost" });
  expect(endings).toEqual([]);
});

test("a run that fails after another worker has claimed the job notes nothing and is lost", async () => {
  const { deliver, memory } = setup({
    run: async () => {
      await memory.claim(request);
      throw new Error("too late");
    },
  });
  expect(await deliver()).toMatchObject({ outcome: "lost" });
  expect(memory.rows.get(jobId)).toMatchObject({ status: "running", fence: 2 });
  expect(memory.rows.get(jobId)).not.toHaveProperty("lastError");
});

test("the end of a drain aborts the run and hands the job back: not an attempt", async () => {
  const stop = new AbortController();
  const { deliver, memory } = setup({ run: () => new Promise(() => {}) });
  const outcome = deliver({}, stop.signal);
  await settled();
  stop.abort(new DrainEnded());
  expect(await outcome).toEqual({ outcome: "released" });
  expect(memory.rows.get(jobId)).toMatchObject({ status: "waiting", fence: 1, releases: 1 });
});

test("a drain that ended before the run starts no run and costs no attempt", async () => {
  let runs = 0;
  const { deliver, memory } = setup({
    run: async () => {
      runs += 1;
      return done;
    },
  });
  expect(await deliver({}, AbortSignal.abort(new DrainEnded()))).toEqual({ outcome: "released" });
  expect(runs).toBe(0);
  expect(memory.rows.get(jobId)).toMatchObject({ fence: 1, releases: 1 });
});

test("any number of interruptions leaves the attempts as they were", async () => {
  const { deliver } = setup({
    run: async (_, { attempt }) => {
      expect(attempt).toBe(1);
      throw new Error("aborted");
    },
  });
  for (let round = 0; round < 10; round += 1)
    expect(await deliver({}, AbortSignal.abort(new DrainEnded()))).toEqual({ outcome: "released" });
  expect(await deliver()).toMatchObject({ outcome: "retried", attempt: 1 });
});

test("while the ledger cannot be reached nothing runs; the message waits longer with every delivery", async () => {
  let runs = 0;
  const unreachable = async () => {
    throw new Error("no answer");
  };
  const { deliver } = setup(
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

test("a commit whose fate is unknown is retried; the redelivery finds what happened", async () => {
  let lost = false;
  const { deliver, endings, memory } = setup(
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
  const { deliver } = setup(failing, {
    fail: async () => {
      throw new Error("no answer");
    },
  });
  expect(await deliver()).toMatchObject({ outcome: "retried", cause: "Error: broken", delaySeconds: 4 });
});

test("a note refused because of a newer claim makes the run lost", async () => {
  const { deliver } = setup(failing, {
    fail: async ({ jobId: id, fence }) => {
      throw new FenceLost(id, fence);
    },
  });
  expect(await deliver()).toMatchObject({ outcome: "lost" });
});

const unreadable: [string, string, RegExp][] = [
  ["no JSON", "{not json", /not JSON/],
  ["no envelope", JSON.stringify({ hello: "world" }), /not a job message: v: /],
  ["a later version", bodyOf({ v: 2 }), /not a job message: v: /],
  ["another kind", bodyOf({ kind: "send-mail" }), /of kind send-mail, its queue of kind fixture-work/],
  ["a wrong payload", bodyOf({ payload: { text: 7 } }), /payload does not fit fixture-work: text: /],
];
for (const [name, body, why] of unreadable)
  test(`a message with ${name} is dead-lettered as it came, without a run, and its row says why`, async () => {
    const { deliver, memory } = setup({
      run: async () => {
        throw new Error("must not run");
      },
    });
    const outcome = await deliver({ body, messageId: "id-of-sqs" });
    expect(outcome).toMatchObject({
      outcome: "dead-lettered",
      cause: expect.stringMatching(why),
      attempts: 1,
      jobId: "fixture-work/unreadable-id-of-sqs",
      unsent: true,
    });
    expect(memory.rows.get("fixture-work/unreadable-id-of-sqs")).toMatchObject({ status: "dead-lettered" });
  });

test("a message that cannot be read is dead-lettered once: its redelivery finds the letter sent", async () => {
  const { deliver, memory } = setup();
  await deliver({ body: "?" });
  await memory.deadLetterSent("fixture-work/unreadable-m");
  expect(await deliver({ body: "?" })).toMatchObject({ outcome: "dead-lettered", unsent: false });
});

test("each outcome is one info line with job, group and receive count, and never the payload", async () => {
  const { deliver, logged } = setup();
  await deliver({ group: "album-7", receiveCount: 2 });
  const lines = logged.map((line) => JSON.parse(line));
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatchObject({
    level: 30,
    msg: "job outcome",
    outcome: "completed",
    kind: "fixture-work",
    jobId,
    group: "album-7",
    receiveCount: 2,
    traceId: "t",
  });
  expect(logged.join()).not.toContain("hello");
});
