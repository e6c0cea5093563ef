// `queues pause` and `queues resume` with real worker processes: order is kept, other groups are served, no run is used up.
import { afterEach, beforeEach, expect, test } from "vitest";
import { catalog } from "../../../worker/jobs/catalog.ts";
import { readConfig } from "../../../worker/process/config.ts";
import { type FixtureCloud, startFixtureCloud } from "../../support/fixture-cloud.ts";
import type { FixturePayload } from "../../support/fixture-jobs.ts";
import { fixtureJob, jsonLines, queuesCommand } from "../../support/queues-command.ts";
import { until } from "../../support/until.ts";
import { startWorkerChild, type WorkerChild } from "../../support/worker-child.ts";

const queue = "test-fixture-work.fifo";
let fleet: FixtureCloud;
let queues: ReturnType<typeof queuesCommand>;
let children: WorkerChild[];

beforeEach(async () => {
  fleet = await startFixtureCloud();
  queues = queuesCommand(fleet.env, fixtureJob);
  children = [];
});
afterEach(async () => {
  for (const child of children) child.kill("SIGKILL");
  await Promise.all(children.map(({ ended }) => ended));
  await fleet.close();
});

/** For machines that do much else. */
const patienceMs = 90_000;

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);
const jobs = (group: string, count: number, more: Partial<FixturePayload> = {}): FixturePayload[] =>
  numbers(count).map((n) => ({ group, n, ...more }));

async function worker(id: string): Promise<WorkerChild> {
  const child = await startWorkerChild(id, {
    ...fleet.env,
    FLEET_SLOTS: "2",
    FLEET_WAIT_SECONDS: "1",
    FLEET_VISIBILITY_SECONDS: "4",
    FLEET_PAUSES_SECONDS: "0.1",
  });
  children.push(child);
  return child;
}

const applied = (action: string) =>
  fleet.cloud.requests.since(0).filter((request) => request.action === action).length;

/** Until something has been asked so many times more. */
async function times(action: string, more: number): Promise<void> {
  const before = applied(action);
  await until(`${more} more ${action}`, () => applied(action) >= before + more, patienceMs);
}

/** Until the workers, one if not told, have looked at the pauses anew. */
const looked = (workers = 1) => times("Query", 2 * workers + 1);

const pause = (...args: string[]) => queues(["pause", "fixture-work", ...args]);
const resume = (...args: string[]) => queues(["resume", "fixture-work", ...args]);

/** The highest receive count of the messages that wait. */
function mostReceives(): number {
  let most = 0;
  for (const { receiveCount } of fleet.cloud.sqs.queue(queue).state.bySeq.values())
    most = Math.max(most, receiveCount);
  return most;
}

async function expectDoneInOrder(group: string, count: number): Promise<void> {
  await until(`group ${group}`, async () => (await fleet.order(group)).length === count, patienceMs);
  expect(await fleet.order(group)).toEqual(numbers(count));
  for (const job of jobs(group, count))
    expect(await fleet.jobRow(job)).toMatchObject({ status: "completed", fence: 1, interruptions: 0 });
  expect(fleet.left().dead).toBe(0);
}

test("a paused group waits for many leases while other groups go on, and then runs in order with no run used up", async () => {
  await pause("--group", "a");
  await fleet.enqueue([...jobs("a", 12), ...jobs("b", 12)]);
  await worker("w");
  await expectDoneInOrder("b", 12);
  await times("ChangeMessageVisibilityBatch", 6);
  expect(await fleet.order("a")).toEqual([]);
  expect(fleet.left()).toMatchObject({ queue: 12, inFlight: 1, dead: 0 });
  expect(mostReceives()).toBe(1);
  await fleet.enqueue(jobs("a", 14).slice(12));
  expect((await resume("--group", "a")).code).toBe(0);
  await expectDoneInOrder("a", 14);
});

test("paused groups take no slot, even when there are many more groups than slots", async () => {
  const many = numbers(12).map((n) => `paused-${n}`);
  for (const group of many) await pause("--group", group);
  await fleet.enqueue(many.flatMap((group) => jobs(group, 2)));
  await worker("w");
  await until("all to be parked", () => fleet.left().inFlight === many.length);
  await fleet.enqueue([...jobs("b", 10), ...jobs("c", 10)]);
  await Promise.all([expectDoneInOrder("b", 10), expectDoneInOrder("c", 10)]);
  for (const group of many) await resume("--group", group);
  await Promise.all(many.map((group) => expectDoneInOrder(group, 2)));
});

test("a group that runs is stopped by the next look at the pauses, well within a lease, and nothing else is; it goes on in order", async () => {
  const slow = { traced: true, sleepMs: 50 };
  await fleet.enqueue([...jobs("a", 20, slow), ...jobs("b", 12, slow), ...jobs("c", 12, slow)]);
  await worker("w");
  await until("all three to run", async () =>
    (await Promise.all(["a", "b", "c"].map((group) => fleet.trace(group)))).every(
      (trace) => trace.length > 0,
    ),
  );
  await pause("--group", "a");
  await looked();
  // The job that ran at the look may have ended since; no other began.
  await until("what ran to end", async () => (await fleet.trace("a")).length % 2 === 0);
  const stoppedAt = (await fleet.trace("a")).length;
  expect(stoppedAt).toBeLessThan(40);
  await Promise.all([expectDoneInOrder("b", 12), expectDoneInOrder("c", 12)]);
  // Leases of four seconds are renewed meanwhile.
  await times("ChangeMessageVisibilityBatch", 3);
  expect(await fleet.trace("a")).toHaveLength(stoppedAt);
  await resume("--group", "a");
  await expectDoneInOrder("a", 20);
});

test("workers look at the pauses more often than the shortest lease ends, unless they are told otherwise", () => {
  const needed = { FLEET_NAME: "fleet", AWS_REGION: "eu-west-1", AWS_ENDPOINT_URL: "http://127.0.0.1:9" };
  const leases = Object.values(catalog).map(({ policy }) => policy.visibilitySeconds);
  expect(readConfig(needed).FLEET_PAUSES_SECONDS).toBeLessThan(Math.min(...leases) / 2);
});

test("a job that is running when its group is paused finishes; the next job waits", async () => {
  await fleet.enqueue(jobs("a", 5).map((job) => ({ ...job, gated: job.n === 0, traced: true })));
  await worker("w");
  await until("the first to run", async () => (await fleet.trace("a")).length === 1);
  await pause("--group", "a");
  await looked();
  await fleet.openGate("a");
  await until("the first to end", () => fleet.left().queue === 4);
  await looked();
  expect(await fleet.trace("a")).toEqual(["start 0", "end 0"]);
  await resume("--group", "a");
  await expectDoneInOrder("a", 5);
});

test("a job that fails while its group is paused runs again only after the group is resumed, before the jobs behind it", async () => {
  await fleet.enqueue(
    jobs("a", 4).map((job) => ({
      ...job,
      ...(job.n === 0 && { gated: true, act: "fail", times: 1 }),
      traced: true,
    })),
  );
  await worker("w");
  await until("the first to run", async () => (await fleet.trace("a")).length === 1);
  await pause("--group", "a");
  await looked();
  await fleet.openGate("a");
  await until("the failure", async () => (await fleet.jobRow({ group: "a", n: 0 }))?.status === "waiting");
  await times("ChangeMessageVisibilityBatch", 6);
  expect(await fleet.trace("a")).toEqual(["start 0"]);
  await resume("--group", "a");
  await until("the group", async () => (await fleet.order("a")).length === 4);
  expect(await fleet.order("a")).toEqual(numbers(4));
  expect(fleet.left().dead).toBe(0);
});

test("no message of a paused kind is received, and its jobs run in order afterwards", async () => {
  const one = await worker("w");
  await pause();
  await looked();
  await fleet.enqueue([...jobs("a", 6), ...jobs("b", 6)]);
  await looked();
  await until("what was received to be back", () => fleet.left().visible === 12);
  const receives = applied("ReceiveMessage");
  await looked();
  await looked();
  expect(applied("ReceiveMessage")).toBe(receives);
  expect([await fleet.order("a"), await fleet.order("b"), mostReceives() <= 1]).toEqual([[], [], true]);
  await resume();
  await Promise.all([expectDoneInOrder("a", 6), expectDoneInOrder("b", 6)]);
  expect(one.lines.filter((line) => line !== "ready")).toEqual([]);
});

test("a pause outlives the worker's death, and the next worker knows it from the start", async () => {
  await pause("--group", "a");
  await fleet.enqueue(jobs("a", 4));
  const first = await worker("w1");
  await until("the parked message", () => fleet.left().inFlight === 1);
  first.kill("SIGKILL");
  await first.ended;
  await worker("w2");
  await fleet.enqueue(jobs("b", 4));
  await expectDoneInOrder("b", 4);
  await times("ChangeMessageVisibilityBatch", 2);
  expect(await fleet.order("a")).toEqual([]);
  await resume("--group", "a");
  await expectDoneInOrder("a", 4);
});

test("a worker that drains returns the parked message, and another worker receives it", async () => {
  await pause("--group", "a");
  await fleet.enqueue(jobs("a", 4));
  const first = await worker("w1");
  await until("the parked message", () => fleet.left().inFlight === 1);
  first.kill("SIGTERM");
  expect(await first.ended).toEqual({ code: 0, signal: null });
  expect(fleet.left()).toMatchObject({ visible: 4, inFlight: 0 });
  await worker("w2");
  await until("the parked message", () => fleet.left().inFlight === 1);
  await resume("--group", "a");
  await expectDoneInOrder("a", 4);
});

test("of several workers, none runs a job of a paused group", async () => {
  await Promise.all([worker("w1"), worker("w2"), worker("w3")]);
  await pause("--group", "a");
  await looked(3);
  await fleet.enqueue([...jobs("a", 20), ...jobs("b", 20)]);
  await expectDoneInOrder("b", 20);
  await times("ChangeMessageVisibilityBatch", 4);
  expect(await fleet.order("a")).toEqual([]);
  await resume("--group", "a");
  await expectDoneInOrder("a", 20);
});

test("pauses are listed with their age, their operator and the reason; a group that is not paused cannot be resumed", async () => {
  expect((await queues(["pause"])).stdout).toBe("nothing is paused\n");
  const { stdout } = await pause("--group", "a", "--reason", "scans came twice", "--json");
  const row = {
    v: 1,
    kind: "fixture-work",
    group: "a",
    reason: "scans came twice",
    paused: true,
    pausedAt: expect.any(String),
    pausedBy: "olga",
  };
  expect(JSON.parse(stdout)).toEqual(row);
  expect((await pause()).stdout).toBe(
    "fixture-work is paused: running jobs finish, other jobs wait in order, for at most 14 d after they arrived\n",
  );
  expect(jsonLines((await queues(["pause", "--json"])).stdout)).toEqual([
    { ...row, group: null, reason: undefined },
    row,
  ]);
  expect((await queues(["pause"])).stdout).toMatch(
    /group a of fixture-work has been paused for .*, by olga: scans came twice/,
  );
  expect((await pause("--reason", "x".repeat(201))).code).toBe(2);
  const status = await queues(["status", "--json"]);
  expect(JSON.parse(status.stdout).paused).toMatchObject([{ kind: "fixture-work" }, { group: "a" }]);
  expect((await queues(["status"])).stdout).toContain("\npaused: fixture-work, group a of fixture-work\n");
  expect((await resume("--group", "a")).stdout).toBe("group a of fixture-work is resumed\n");
  expect(await resume("--group", "a")).toEqual({
    code: 1,
    stdout: "",
    stderr: "queues: group a of fixture-work is not paused\n",
  });
  expect((await queues(["pause"])).stdout).toMatch(/^fixture-work has been paused for \d s, by olga\n$/);
});

test("a message group that SQS does not allow is refused with exit code 2", async () => {
  for (const group of ["", "a b", "x".repeat(129)])
    expect(await pause("--group", group)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^queues: option .* is invalid\. It takes a message group: [^\n]*\n$/),
    });
});

test("hold is another name of pause", async () => {
  expect((await queues(["hold", "fixture-work", "--group", "a"])).stdout).toMatch(
    /^group a of fixture-work is paused: /,
  );
  expect((await queues(["hold"])).stdout).toMatch(/^group a of fixture-work has been paused for \d s/);
  expect((await resume("--group", "a")).code).toBe(0);
});
