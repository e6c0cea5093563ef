// `queues redrive` with a real queue, ledger and worker: order is kept, every job is done once wherever the tool dies, and
// overtaking is reported.
import { afterEach, beforeEach, expect, test } from "vitest";
import { VirtualClock } from "../../../scripts/local/clock/clock.ts";
import { fixtureBody, fixtureJobId, giveUp, sendDead } from "../../support/dead-letters.ts";
import { type FixtureCloud, startFixtureCloud } from "../../support/fixture-cloud.ts";
import { fixtureJob, jsonLines, queuesCommand } from "../../support/queues-command.ts";
import { until } from "../../support/until.ts";
import { startWorkerChild, type WorkerChild } from "../../support/worker-child.ts";

const dead = "test-fixture-work-dead.fifo";
let clock: VirtualClock;
let ticking: NodeJS.Timeout;
/** How fast the cloud's time passes. */
let pace: number;
let fleet: FixtureCloud;
let children: WorkerChild[];

beforeEach(async () => {
  // The cloud's time passes like real time, but can also be advanced.
  pace = 10;
  clock = new VirtualClock(Date.now());
  ticking = setInterval(() => clock.advance(20 * pace), 20);
  fleet = await startFixtureCloud({ clock });
  children = [];
});
afterEach(async () => {
  for (const child of children) child.kill("SIGKILL");
  await Promise.all(children.map(({ ended }) => ended));
  await fleet.close();
  clearInterval(ticking);
});

const queues = (args: string[]) => queuesCommand(fleet.env, fixtureJob)(args, { now: () => clock.now() });

const jobs = (group: string, count: number) => Array.from({ length: count }, (_, n) => ({ group, n }));
const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);

/** Empties the queue with a real worker process. */
async function workOff(): Promise<void> {
  pace = 1;
  children.push(await startWorkerChild("w", { ...fleet.env, FLEET_WAIT_SECONDS: "1" }));
  await until("the queue to be empty", () => fleet.left().queue === 0);
}

test("whole groups are redriven in order and done, also when they have many letters", async () => {
  await giveUp(fleet, [...jobs("a", 13), ...jobs("b", 2)]);
  const { code, stdout, stderr } = await queues(["redrive", "fixture-work"]);
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(/\n15 jobs of 2 groups sent back\n$/);
  await workOff();
  expect(await fleet.order("a")).toEqual(numbers(13));
  expect(await fleet.order("b")).toEqual([0, 1]);
  expect(await fleet.jobRow({ group: "a", n: 3 })).toMatchObject({ status: "completed", redrives: 1 });
  expect(fleet.left().dead).toBe(0);
});

test("one group is redriven alone; the other groups stay as they were", async () => {
  await giveUp(fleet, [...jobs("b", 3), ...jobs("a", 14), ...jobs("c", 3)]);
  const { stdout } = await queues(["redrive", "fixture-work", "--group", "a", "--json"]);
  expect(jsonLines(stdout).map(({ jobId }) => jobId)).toEqual(jobs("a", 14).map(fixtureJobId));
  expect(jsonLines(stdout)[0]).toEqual({
    v: 1,
    kind: "fixture-work",
    group: "a",
    jobId: fixtureJobId({ group: "a", n: 0 }),
    redrives: 1,
    redriven: true,
  });
  expect(fleet.cloud.sqs.metrics(dead)).toMatchObject({ visible: 6, inFlight: 0 });
  expect((await fleet.deadLetters()).map(({ group }) => group)).toEqual(["b", "b", "b", "c", "c", "c"]);
});

test("one job is redriven past earlier letters of its group, and this is reported", async () => {
  await giveUp(fleet, [...jobs("b", 8), ...jobs("a", 5)]);
  const wanted = fixtureJobId({ group: "a", n: 3 });
  const warning = `queues: ${wanted} overtakes 3 earlier dead letters of its group\n`;
  const dry = await queues(["redrive", "fixture-work", "--job", wanted, "--dry-run", "--json"]);
  expect([jsonLines(dry.stdout).map(({ redriven }) => redriven), dry.stderr]).toEqual([[false], warning]);
  expect(fleet.left().queue).toBe(0);
  const { code, stderr } = await queues(["redrive", "fixture-work", "--job", wanted.slice(13)]);
  expect([code, stderr, fleet.left().queue]).toEqual([0, warning, 1]);
  const left = jsonLines((await queues(["dead", "--json"])).stdout).filter(({ group }) => group === "a");
  expect(left.map(({ jobId }) => jobId)).toEqual([0, 1, 2, 4].map((n) => fixtureJobId({ group: "a", n })));
  expect(fleet.cloud.sqs.metrics(dead)).toMatchObject({ visible: 12, inFlight: 0 });
});

test("a job that SQS does not show, or that is not dead, is reported in one line with exit code 1", async () => {
  await giveUp(fleet, jobs("a", 12));
  const last = fixtureJobId({ group: "a", n: 11 });
  const none = fixtureJobId({ group: "a", n: 99 });
  expect(await queues(["redrive", "fixture-work", "--job", last])).toEqual({
    code: 1,
    stdout: "",
    stderr: `queues: ${last} is behind 11 letters of its group, and SQS shows only ten: redrive the group\n`,
  });
  for (const more of [[], ["--dry-run"]])
    expect(await queues(["redrive", "fixture-work", "--job", none, ...more])).toMatchObject({
      code: 1,
      stderr: `queues: there is no dead letter of the job ${none}\n`,
    });
  expect(fleet.cloud.sqs.metrics(dead)).toMatchObject({ visible: 12, inFlight: 0 });
});

test("a dry run lists what would be redriven and takes nothing", async () => {
  await giveUp(fleet, [...jobs("a", 12), ...jobs("b", 1)]);
  const { stdout } = await queues(["redrive", "fixture-work", "--group", "a", "--dry-run"]);
  expect(stdout.trim().split("\n")).toHaveLength(12);
  expect(fleet.left()).toMatchObject({ queue: 0, dead: 13 });
  expect((await queues(["redrive", "fixture-work", "--group", "z", "--dry-run"])).stdout).toBe(
    "nothing would be sent back\n",
  );
});

test("an unreadable letter is redriven in its place, and only once", async () => {
  await sendDead(fleet, "a", [
    fixtureBody({ group: "a", n: 0 }),
    "no job",
    fixtureBody({ group: "a", n: 1 }),
  ]);
  pace = 1;
  children.push(await startWorkerChild("w", { ...fleet.env, FLEET_WAIT_SECONDS: "1" }));
  expect((await queues(["redrive", "fixture-work"])).stdout).toMatch(/\n3 jobs of 1 group sent back\n$/);
  await until("the queue to be empty", () => fleet.left().queue === 0);
  expect(await fleet.order("a")).toEqual([0, 1]);
  expect((await fleet.deadLetters()).map(({ body }) => body)).toEqual(["no job"]);
});

test("letters that another reader has taken are reported, since they cannot be redriven now", async () => {
  await giveUp(fleet, [...jobs("a", 2), ...jobs("b", 1)]);
  await fleet.cloud.sqs.receive(dead, { max: 1 });
  const { code, stdout, stderr } = await queues(["redrive", "fixture-work"]);
  expect([code, stdout.split("\n").at(-2)]).toEqual([0, "1 job of 1 group sent back"]);
  expect(stderr).toMatch(/^queues: SQS still counts 2 dead letters of fixture-work: .*\n$/);
});

/** The tool dies at a call, either after the call was applied or before: it gets no answer and makes no further call. */
function dieAt(call: number, applied: boolean): { calls: () => number; end: () => void } {
  let calls = 0;
  fleet.cloud.faults.push(() => {
    calls += 1;
    if (calls < call) return undefined;
    if (calls === call && applied) return { kind: "drop-answer" };
    return { kind: "error", status: 400, code: "AccessDenied", message: "the tool is dead" };
  });
  return { calls: () => calls, end: () => void fleet.cloud.faults.splice(0) };
}

test("wherever the tool dies, the next redrive does every job once, in order", async () => {
  const counting = dieAt(Number.POSITIVE_INFINITY, false);
  await giveUp(fleet, jobs("counted", 3));
  const before = counting.calls();
  await queues(["redrive", "fixture-work"]);
  const calls = counting.calls() - before;
  counting.end();
  const places = numbers(calls).flatMap((call) =>
    [true, false].map((applied) => ({ call: call + 1, applied })),
  );
  const groups: string[] = ["counted"];
  for (const { call, applied } of places) {
    const group = `died-${call}-${applied}`;
    groups.push(group);
    await giveUp(fleet, jobs(group, 3));
    const death = dieAt(call, applied);
    expect((await queues(["redrive", "fixture-work"])).code).toBe(1);
    death.end();
    // Past the visibility timeout; at every other call also past the window in which SQS drops copies.
    clock.advance(call % 2 === 0 ? 61_000 : 400_000);
    expect((await queues(["redrive", "fixture-work"])).code).toBe(0);
  }
  expect(fleet.left().dead).toBe(0);
  await workOff();
  expect(calls).toBeGreaterThan(12);
  for (const group of groups) {
    expect([group, await fleet.order(group)]).toEqual([group, [0, 1, 2]]);
    for (const job of jobs(group, 3)) expect(await fleet.effects(job)).toBe(1);
  }
  expect((await queues(["dead"])).stdout).toBe("no dead letters\n");
}, 120_000);
