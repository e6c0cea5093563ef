// Order, exactly-once effect and isolation of groups, with real worker processes that are killed, stopped and drained.
// Judged by the books that effects keep in their own transactions, never by what a worker says.

import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { randomOf } from "../../scripts/lab/campaign/plan/random.ts";
import { type FixtureCloud, startFixtureCloud } from "../support/fixture-cloud.ts";
import type { FixturePayload } from "../support/fixture-jobs.ts";
import { until } from "../support/until.ts";
import { startWorkerChild, type WorkerChild } from "../support/worker-child.ts";

let fleet: FixtureCloud;
const children: WorkerChild[] = [];

beforeEach(async () => {
  fleet = await startFixtureCloud();
});
afterEach(async () => {
  for (const child of children) child.kill("SIGKILL");
  await Promise.all(children.splice(0).map(({ ended }) => ended));
  await fleet.close();
});

/** Long leases, or short ones where a test needs them to run out. */
const leases = (seconds: number) => ({ FLEET_VISIBILITY_SECONDS: String(seconds) });

async function worker(id: string, env: Record<string, string> = {}): Promise<WorkerChild> {
  const settings = { FLEET_SLOTS: "10", FLEET_WAIT_SECONDS: "1", ...leases(600), ...env };
  const child = await startWorkerChild(id, { ...fleet.env, ...settings });
  children.push(child);
  return child;
}

/** Commits so far, as the cloud applied them. */
const commits = () =>
  fleet.cloud.requests
    .since(0)
    .filter(({ action, status }) => action === "TransactWriteItems" && status < 400).length;

const queueEmpty = () => until("an empty queue", () => fleet.left().queue === 0, 90_000);
const positions = (count: number) => Array.from({ length: count }, (_, n) => n);

test("1,000 jobs in 20 groups, some failing at first, a worker killed midway: every group in order, each effect once", async () => {
  const random = randomOf(Number(process.env.SEED ?? 20261129));
  const payloads: FixturePayload[] = positions(1000).map((index) => ({
    group: `g${index % 20}`,
    n: Math.floor(index / 20),
    sleepMs: random.whole(0, 19),
    ...(random.next() < 0.03 ? { act: "fail", times: 1 } : {}),
  }));
  await fleet.enqueue(payloads);
  const [killed] = await Promise.all([worker("killed", leases(4)), worker("survivor", leases(4))]);
  await until("400 commits", () => commits() >= 400, 90_000);
  killed.kill("SIGKILL");
  await queueEmpty();
  for (const group of positions(20).map((index) => `g${index}`))
    expect(await fleet.order(group)).toEqual(positions(50));
  const counts = await Promise.all(payloads.map((payload) => fleet.effects(payload)));
  expect(counts).toEqual(payloads.map(() => 1));
  expect(fleet.left().dead).toBe(0);
});

test("a job that always fails blocks only its group until it is dead-lettered; its followers run once and are never dead-lettered", async () => {
  const poison: FixturePayload[] = positions(5).map((n) => ({ group: "poisoned", n, traced: true }));
  await fleet.enqueue([{ group: "poisoned", n: 0, act: "fail", traced: true }, ...poison.slice(1)]);
  await fleet.enqueue(positions(5).map((n) => ({ group: "healthy", n })));
  await worker("w");
  await until("the healthy group", async () => (await fleet.order("healthy")).length === 5);
  expect(await fleet.order("poisoned")).toEqual([]);
  await queueEmpty();
  expect(await fleet.trace("poisoned")).toEqual(
    ["start 0", "start 0", "start 0", [1, 2, 3, 4].flatMap((n) => [`start ${n}`, `end ${n}`])].flat(),
  );
  expect(await fleet.order("poisoned")).toEqual([1, 2, 3, 4]);
  expect(await fleet.jobRow({ group: "poisoned", n: 0 })).toMatchObject({
    status: "dead-lettered",
    fence: 3,
    cause: "Error: told to fail run 3",
    deadLetterSent: true,
  });
  for (const n of [1, 2, 3, 4])
    expect(await fleet.jobRow({ group: "poisoned", n })).toMatchObject({ status: "completed", fence: 1 });
  expect(await fleet.deadLetters()).toEqual([
    {
      group: "poisoned",
      body: expect.stringContaining('"payload":{"group":"poisoned","n":0,"act":"fail"'),
      attributes: {
        cause: "Error: told to fail run 3",
        runs: "3",
        redrives: "0",
        jobId: expect.stringMatching(/^fixture-work\//),
      },
    },
  ]);
});

test("a worker that is stopped for longer than its leases during a commit commits nothing when it continues", async () => {
  await fleet.enqueue(positions(4).map((n) => ({ group: "g", n })));
  const commit = fleet.hold("TransactWriteItems");
  const stale = await worker("stale", leases(4));
  await commit.arrived;
  stale.kill("SIGSTOP");
  await worker("fresh", leases(4));
  await until("the other worker's commits", async () => (await fleet.order("g")).length === 4);
  const refused = () =>
    fleet.cloud.requests
      .since(0)
      .filter(({ action, status }) => action === "TransactWriteItems" && status === 400);
  expect(refused()).toEqual([]);
  commit.proceed();
  await until("the refusal of the stale commit", () => refused().length > 0);
  stale.kill("SIGCONT");
  await fleet.enqueue([
    { group: "g", n: 4 },
    ...positions(20).map((index) => ({ group: `h${index}`, n: 0 })),
  ]);
  await queueEmpty();
  expect(await fleet.order("g")).toEqual([0, 1, 2, 3, 4]);
  expect(await fleet.jobRow({ group: "g", n: 0 })).toMatchObject({ fence: 2, owner: "fresh" });
});

test("a worker that is stopped in the middle of a run and continued later gives up the job; order and effects hold", async () => {
  const stale = await worker("stale", leases(4));
  await fleet.enqueue(positions(4).map((n) => ({ group: "g", n, gated: n === 0, traced: true })));
  await until("the first start", async () => (await fleet.trace("g")).length === 1);
  stale.kill("SIGSTOP");
  await fleet.openGate("g");
  await worker("fresh", leases(4));
  await until("the others' commits", async () => (await fleet.order("g")).length === 4);
  stale.kill("SIGCONT");
  await queueEmpty();
  stale.kill("SIGTERM");
  expect(await stale.ended).toEqual({ code: 0, signal: null });
  expect(await fleet.order("g")).toEqual([0, 1, 2, 3]);
  expect(await fleet.jobRow({ group: "g", n: 0 })).toMatchObject({ fence: 2, owner: "fresh" });
});

const twoRunning = () =>
  until("both runs", async () => (await fleet.trace("a")).length + (await fleet.trace("b")).length === 2);

test("on SIGTERM running jobs finish, another worker gets the waiting messages immediately, and the exit code is 0", async () => {
  const long = ["a", "b"].map((group) => ({ group, n: 0, gated: true, traced: true }));
  await fleet.enqueue([...long, ...[1, 2, 3].flatMap((n) => ["c", "d"].map((group) => ({ group, n })))]);
  const leaving = await worker("leaving", { FLEET_SLOTS: "2" });
  await twoRunning();
  expect(fleet.left()).toMatchObject({ visible: 0, inFlight: 8 });
  await worker("staying");
  leaving.kill("SIGTERM");
  await until("the returned messages", () => fleet.left().queue === 2);
  for (const group of ["c", "d"]) expect(await fleet.order(group)).toEqual([1, 2, 3]);
  await Promise.all(long.map(({ group }) => fleet.openGate(group)));
  expect(await leaving.ended).toEqual({ code: 0, signal: null });
  expect(fleet.left().queue).toBe(0);
  for (const { group } of long) {
    expect(await fleet.order(group)).toEqual([0]);
    expect(await fleet.jobRow({ group, n: 0 })).toMatchObject({
      status: "completed",
      fence: 1,
      owner: "leaving",
    });
  }
});

test("a run that does not fit into the drain is returned before the deadline and does not count", async () => {
  const leaving = await worker("leaving", {
    FLEET_DRAIN_SECONDS: "4",
    FLEET_DRAIN_MARGIN_SECONDS: "2",
  });
  await fleet.enqueue([
    { group: "a", n: 0, gated: true, traced: true },
    { group: "b", n: 0, act: "hang", traced: true },
  ]);
  await twoRunning();
  leaving.kill("SIGTERM");
  expect(await leaving.ended).toEqual({ code: 0, signal: null });
  expect(fleet.left()).toMatchObject({ visible: 2, inFlight: 0 });
  for (const group of ["a", "b"])
    expect(await fleet.jobRow({ group, n: 0 })).toMatchObject({
      status: "waiting",
      fence: 1,
      interruptions: 1,
    });
});

test("a handler that ignores its signal forever is timed out, retried and dead-lettered while everything else goes on", async () => {
  const one = await worker("w", { FLEET_SLOTS: "2", FLEET_RUN_SECONDS: "1" });
  await fleet.enqueue([
    { group: "hung", n: 0, act: "hang", traced: true },
    { group: "hung", n: 1 },
  ]);
  await until("the hanging run", async () => (await fleet.trace("hung")).length === 1);
  await fleet.enqueue(positions(100).map((n) => ({ group: `g${n % 5}`, n: Math.floor(n / 5) })));
  await queueEmpty();
  expect(await fleet.trace("hung")).toEqual(["start 0", "start 0", "start 0"]);
  expect(await fleet.order("hung")).toEqual([1]);
  expect(await fleet.jobRow({ group: "hung", n: 0 })).toMatchObject({
    status: "dead-lettered",
    cause: "RunTimedOut: the run took longer than 1 seconds",
  });
  for (const group of positions(5).map((index) => `g${index}`))
    expect(await fleet.order(group)).toEqual(positions(20));
  expect(fleet.left().dead).toBe(1);
  one.kill("SIGTERM");
  expect(await one.ended).toEqual({ code: 0, signal: null });
});

test("failed work after the commit is repeated with the redelivery, the effect is not, and the group waits for it", async () => {
  await fleet.enqueue([
    { group: "g", n: 0, afterCommitFailures: 2, traced: true },
    { group: "g", n: 1, traced: true },
  ]);
  await worker("w");
  await queueEmpty();
  expect(await fleet.trace("g")).toEqual([
    "start 0",
    "end 0",
    "after 0",
    "after 0",
    "after 0",
    "start 1",
    "end 1",
  ]);
  expect(await fleet.effects({ group: "g", n: 0 })).toBe(1);
});

test("an unreadable message is dead-lettered unchanged and its group goes on", async () => {
  const QueueUrl = fleet.urls.queue("fixture-work");
  const garbage = {
    MessageBody: "{neither JSON nor a job",
    MessageGroupId: "g",
    MessageDeduplicationId: "x",
  };
  await fleet.sqs.send(new SendMessageCommand({ QueueUrl, ...garbage }));
  await fleet.enqueue(positions(3).map((n) => ({ group: "g", n })));
  await worker("w");
  await queueEmpty();
  expect(await fleet.order("g")).toEqual([0, 1, 2]);
  expect(await fleet.deadLetters()).toEqual([
    {
      group: "g",
      body: "{neither JSON nor a job",
      attributes: {
        cause: "the message body is not JSON",
        runs: "1",
        redrives: "0",
        jobId: expect.stringMatching(/^fixture-work\/unreadable-/),
      },
    },
  ]);
});

test("a permanent input error is recorded once, takes effect once and does not block its group", async () => {
  await fleet.enqueue([{ group: "g", n: 0, act: "reject" }, ...[1, 2].map((n) => ({ group: "g", n }))]);
  await worker("w");
  await queueEmpty();
  expect(await fleet.order("g")).toEqual([0, 1, 2]);
  expect(await fleet.jobRow({ group: "g", n: 0 })).toMatchObject({
    status: "rejected",
    code: "told-to",
    reason: "The test wants it rejected.",
    fence: 1,
  });
  expect(fleet.left().dead).toBe(0);
});
