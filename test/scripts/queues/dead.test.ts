// `queues dead` with a real queue and ledger: every letter is listed, in order, and none is removed.
import { afterEach, beforeEach, expect, test } from "vitest";
import { fixtureBody, fixtureJobId, giveUp, sendDead } from "../../support/dead-letters.ts";
import { type FixtureCloud, startFixtureCloud } from "../../support/fixture-cloud.ts";
import { fixtureJob, jsonLines, queuesCommand } from "../../support/queues-command.ts";

let fleet: FixtureCloud;
let queues: ReturnType<typeof queuesCommand>;

beforeEach(async () => {
  fleet = await startFixtureCloud();
  queues = queuesCommand(fleet.env, fixtureJob);
});
afterEach(() => fleet.close());

const jobs = (group: string, count: number) => Array.from({ length: count }, (_, n) => ({ group, n }));
const listed = async () => jsonLines((await queues(["dead", "fixture-work", "--json"])).stdout);

test("all dead letters of a group are listed in order, more than the ten SQS would show", async () => {
  await giveUp(fleet, [...jobs("a", 12), ...jobs("b", 2), ...jobs("a", 25).slice(12)]);
  const lines = await listed();
  expect(lines.map(({ group, jobId }) => [group, jobId])).toEqual(
    [...jobs("a", 25), ...jobs("b", 2)].map((job) => [job.group, fixtureJobId(job)]),
  );
  expect(lines[3]).toEqual({
    v: 1,
    kind: "fixture-work",
    group: "a",
    jobId: fixtureJobId({ group: "a", n: 3 }),
    runs: 1,
    reason: "broken 3",
    redrives: 0,
    since: expect.stringMatching(/^\d{4}-/),
    seconds: expect.any(Number),
  });
});

test("listing hides nothing from other readers", async () => {
  await giveUp(fleet, jobs("a", 3));
  await sendDead(fleet, "b", [fixtureBody({ group: "b", n: 0 })]);
  expect(await listed()).toHaveLength(4);
  expect(fleet.cloud.sqs.metrics("test-fixture-work-dead.fifo")).toMatchObject({ visible: 4, inFlight: 0 });
  expect((await fleet.deadLetters()).map(({ body }) => JSON.parse(body).payload.n)).toEqual([0, 1, 2, 0]);
});

test("letters that SQS moved are listed beside those that workers gave up, readable or not", async () => {
  await giveUp(fleet, jobs("a", 1));
  await sendDead(fleet, "b", [fixtureBody({ group: "b", n: 7 }), "no job at all"]);
  const { stdout, stderr } = await queues(["dead", "--json"]);
  expect(stderr).toBe("");
  expect(jsonLines(stdout).map(({ group, jobId, runs, reason }) => [group, jobId, runs, reason])).toEqual([
    ["a", fixtureJobId({ group: "a", n: 0 }), 1, "broken 0"],
    ["b", fixtureJobId({ group: "b", n: 7 }), null, expect.stringContaining("SQS moved it here")],
    ["b", expect.stringMatching(/^fixture-work\/unreadable-/), null, expect.any(String)],
  ]);
});

test("a job that was redriven and claimed is no longer listed", async () => {
  await giveUp(fleet, jobs("a", 2));
  await queues(["redrive", "fixture-work"]);
  expect(await listed()).toEqual([]);
  expect((await queues(["dead"])).stdout).toBe("no dead letters\n");
});

test("without --json each group has a heading, and text of strangers reaches the terminal harmless", async () => {
  await giveUp(fleet, jobs("a", 2));
  await sendDead(fleet, "b", ["{}"]);
  const { stdout } = await queues(["dead"]);
  expect(stdout.split("\n").filter((line) => line.startsWith("fixture-work"))).toEqual([
    "fixture-work, group a",
    "fixture-work, group b",
  ]);
  expect(stdout).toMatch(/\n {2}fixture-work\/[0-9a-f]{40} {2}for \d s, 1 run\n {4}broken 0\n/);
});

test("letters that were removed by other means are reported as missing", async () => {
  await giveUp(fleet, jobs("a", 2));
  fleet.cloud.sqs.purgeQueue("test-fixture-work-dead.fifo");
  const { code, stderr } = await queues(["dead"]);
  expect([code, stderr]).toEqual([
    0,
    "queues: SQS counts 2 fewer letters of fixture-work: removed by other means, or not counted yet\n",
  ]);
});

test("an unknown kind is refused in one line that names the kinds, with exit code 2", async () => {
  for (const args of [
    ["dead", "resize"],
    ["redrive", "resize"],
  ])
    expect(await queues(args)).toEqual({
      code: 2,
      stdout: "",
      stderr: 'queues: no job kind is called "resize"; the kinds are fixture-work\n',
    });
});
