// One delivery from claim to outcome, with the in-memory ledger that the ledger's model test checks.
import { expect, test } from "vitest";
import { RunTimedOut } from "../../../../worker/engine/execute/run-errors.ts";
import type { JobContext } from "../../../../worker/engine/job/handler.ts";
import { InputRejected } from "../../../../worker/engine/job/input-rejected.ts";
import { bodyOf, done, jobId, setupExecution } from "../../../support/execution.ts";

test("a run that succeeds is committed with its effects and its result", async () => {
  const effect = { Put: { TableName: "t", Item: { id: "x" } } };
  const { deliver, endings } = setupExecution({ run: async () => ({ effects: [effect], result: { n: 1 } }) });
  expect(await deliver()).toEqual({ outcome: "completed", replayed: false });
  expect(endings).toEqual([{ status: "completed", effects: [effect], result: { n: 1 } }]);
});

test("the handler gets the job's id, which run this is, and since when the job waits", async () => {
  const contexts: JobContext[] = [];
  const { deliver, clock } = setupExecution({
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
    { ...expected, run: 1 },
    { ...expected, run: 2 },
  ]);
  expect(contexts[0]?.now()).toBe(clock.now());
});

test("a redelivery of a completed job runs nothing but the work after the commit, with the result of the first run", async () => {
  let runs = 0;
  const followed: unknown[] = [];
  const { deliver } = setupExecution({
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

test("failed work after the commit is retried with the first backoff first, however often it was received, without running the job again", async () => {
  let tries = 0;
  const { deliver, endings } = setupExecution({
    afterCommit: async () => {
      tries += 1;
      if (tries < 3) throw new Error("not yet");
    },
  });
  const cause = "AfterCommitFailed: committed, but the work after the commit failed: not yet";
  expect(await deliver()).toEqual({ outcome: "retried", cause, run: 1, delaySeconds: 4 });
  expect(await deliver({ receiveCount: 900 })).toMatchObject({ outcome: "retried", delaySeconds: 8 });
  expect(await deliver()).toEqual({ outcome: "completed", replayed: true });
  expect(endings).toHaveLength(1);
});

test("work after the commit that never succeeds ends in the dead-letter queue; the job stays completed", async () => {
  const { deliver, memory } = setupExecution({
    afterCommit: async () => {
      throw new Error("never");
    },
  });
  for (let failure = 1; failure < 12; failure += 1)
    expect(await deliver({ receiveCount: 12 })).toMatchObject({ outcome: "retried", run: failure });
  expect(await deliver()).toMatchObject({ outcome: "dead-lettered", jobId, unsent: true });
  expect(memory.rows.get(jobId)?.status).toBe("completed");
});

test("work after the commit that hangs is timed out", async () => {
  const { deliver, clock } = setupExecution({ afterCommit: () => new Promise(() => {}) });
  const outcome = deliver();
  await clock.advance(10_000);
  expect(await outcome).toMatchObject({ outcome: "retried" });
});

test("an input that can never succeed is rejected immediately, together with its rows, and never run again", async () => {
  let runs = 0;
  const effects = [{ Put: { TableName: "t", Item: { id: "refused" } } }];
  const { deliver, endings } = setupExecution({
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

const unreadable: [string, string, RegExp][] = [
  ["no JSON", "{not json", /not JSON/],
  ["no envelope", JSON.stringify({ hello: "world" }), /not a job message: v: /],
  ["a version that cannot be", bodyOf({ v: "2" }), /not a job message: v: /],
  ["a wrong payload", bodyOf({ payload: { text: 7 } }), /payload does not fit fixture-work: text: /],
];
for (const [name, body, why] of unreadable)
  test(`a message with ${name} is dead-lettered unchanged, without a run, and its row says why`, async () => {
    const { deliver, memory } = setupExecution({
      run: async () => {
        throw new Error("must not run");
      },
    });
    const outcome = await deliver({ body, messageId: "id-of-sqs" });
    expect(outcome).toMatchObject({
      outcome: "dead-lettered",
      cause: expect.stringMatching(why),
      runs: 1,
      jobId: "fixture-work/unreadable-id-of-sqs",
      unsent: true,
    });
    expect(memory.rows.get("fixture-work/unreadable-id-of-sqs")).toMatchObject({ status: "dead-lettered" });
  });

test("an unreadable message is dead-lettered once: its redelivery finds the dead letter sent", async () => {
  const { deliver, memory } = setupExecution();
  await deliver({ body: "?" });
  await memory.deadLetterSent({ jobId: "fixture-work/unreadable-m", redrives: 0 });
  expect(await deliver({ body: "?" })).toMatchObject({ outcome: "dead-lettered", unsent: false });
});

const newer: [string, string, string][] = [
  ["a later version", bodyOf({ v: 2 }), "it has version 2, this worker reads 1"],
  ["another kind", bodyOf({ kind: "new-kind" }), "it is of kind new-kind, its queue of kind fixture-work"],
  ["an unknown field", bodyOf({ payload: { text: "hello", colour: 1 } }), "it has a field payload.colour"],
  ["an unknown field beside the payload", bodyOf({ urgent: true }), "it has a field urgent"],
];
for (const [name, body, why] of newer)
  test(`a message with ${name} waits for a newer worker for a rollout's length, in order, and is then dead-lettered`, async () => {
    const { deliver, memory, clock } = setupExecution({
      run: async () => {
        throw new Error("must not run");
      },
    });
    const cause = expect.stringContaining(why);
    expect(await deliver({ body })).toEqual({ outcome: "put off", cause, delaySeconds: 2 });
    await clock.advance(1_800_000);
    expect(await deliver({ body })).toEqual({ outcome: "put off", cause, delaySeconds: 60 });
    await clock.advance(1000);
    expect(await deliver({ body })).toMatchObject({ outcome: "dead-lettered", cause });
    expect([...memory.rows.values()]).toMatchObject([{ status: "dead-lettered" }]);
  });

test("a message with an unknown field runs as its own job once a worker knows the field", async () => {
  const { deliver, memory } = setupExecution();
  await deliver({ body: bodyOf({ payload: { text: "hello", colour: 1 } }) });
  expect([...memory.rows.keys()]).toEqual([jobId]);
  expect(await deliver()).toEqual({ outcome: "completed", replayed: false });
});

test("each outcome is one info line with job, group and receive count, and never the payload", async () => {
  const { deliver, logged } = setupExecution();
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

test("a run reports how long its job waited since it was enqueued, and how long it took, even if it failed", async () => {
  const { deliver, clock, ran } = setupExecution({
    run: async () => {
      await clock.sleep(1500);
      throw new Error("broken");
    },
  });
  const enqueuedAt = new Date(clock.now() - 4000).toISOString();
  const outcome = deliver({ body: bodyOf({ enqueuedAt }) });
  await clock.advance(1500);
  await outcome;
  expect(ran).toEqual([{ kind: "fixture-work", waitMs: 4000, runMs: 1500 }]);
});

test("a job is claimed with its group and its message's id, and a message of an unknown kind is returned unclaimed", async () => {
  const { deliver, claims } = setupExecution();
  await deliver({ group: "album-7", messageId: "id-of-sqs" });
  expect(claims).toMatchObject([{ jobId, group: "album-7", messageId: "id-of-sqs", redrives: 0 }]);
  expect(await deliver({ kind: "nobody-knows" })).toEqual({ outcome: "returned" });
  expect(claims).toHaveLength(1);
});

test("an unreadable message is traced by its own id", async () => {
  const { deliver, claims, logged } = setupExecution();
  await deliver({ body: "?", messageId: "id-of-sqs" });
  expect(claims).toMatchObject([{ traceId: "id-of-sqs" }]);
  expect(JSON.parse(logged.at(-1) ?? "")).toMatchObject({ traceId: "id-of-sqs" });
});

test("a later run knows which steps earlier runs have applied, and adds none after its end", async () => {
  const applied: number[] = [];
  const { deliver, memory } = setupExecution({
    run: async (_, { steps }) => {
      applied.push(steps?.applied ?? -1);
      await steps?.apply(steps.applied, []);
      if (applied.length < 3) throw new Error("and then it broke");
      return done;
    },
  });
  for (const _ of [1, 2, 3]) await deliver();
  expect(applied).toEqual([0, 1, 2]);
  expect(memory.rows.get(jobId)?.steps).toBe(3);
});

test("a run that was aborted and goes on regardless applies no further step", async () => {
  const goOn = Promise.withResolvers<void>();
  const tried = Promise.withResolvers<unknown>();
  const { deliver, memory, clock } = setupExecution({
    run: async (_, { steps }) => {
      await goOn.promise;
      await steps?.apply(0, []).then(tried.resolve, tried.resolve);
      return done;
    },
  });
  const outcome = deliver();
  await clock.advance(10_000);
  expect(await outcome).toMatchObject({ outcome: "retried" });
  goOn.resolve();
  expect(await tried.promise).toBeInstanceOf(RunTimedOut);
  expect(memory.rows.get(jobId)).not.toHaveProperty("steps");
});

test("work after the commit counts as its first run, however often the message came, and can mark nothing any more", async () => {
  const seen: unknown[] = [];
  const { deliver } = setupExecution({
    afterCommit: async (_, __, context) => {
      seen.push(context.run, context.repeated, await context.mark([]).catch((error: Error) => error.name));
    },
  });
  expect(await deliver({ receiveCount: 7 })).toMatchObject({ outcome: "completed" });
  expect(seen).toEqual([1, true, "TypeError"]);
});
