// `queues purge` with a real queue, ledger and worker: what is deleted, what is recorded, and when a person must confirm.
import { afterEach, beforeEach, expect, test } from "vitest";
import { createLedger } from "../../../worker/engine/ledger/dynamodb-ledger.ts";
import { FenceLost } from "../../../worker/engine/ledger/ledger.ts";
import { systemClock } from "../../../worker/fleet/clock.ts";
import { fixtureJobId, giveUp, sendDead } from "../../support/dead-letters.ts";
import { type FixtureCloud, startFixtureCloud } from "../../support/fixture-cloud.ts";
import { fixtureWork } from "../../support/fixture-jobs.ts";
import { fixtureJob, queuesCommand } from "../../support/queues-command.ts";
import { until } from "../../support/until.ts";
import { startWorkerChild, type WorkerChild } from "../../support/worker-child.ts";

let fleet: FixtureCloud;
let queues: ReturnType<typeof queuesCommand>;
let child: WorkerChild | undefined;

beforeEach(async () => {
  fleet = await startFixtureCloud();
  queues = queuesCommand(fleet.env, fixtureJob);
});
afterEach(async () => {
  child?.kill("SIGKILL");
  await child?.ended;
  child = undefined;
  await fleet.close();
});

const jobs = (group: string, count: number) => Array.from({ length: count }, (_, n) => ({ group, n }));
const purge = (...args: string[]) => queues(["purge", "fixture-work", ...args]);
const purged = { status: "rejected", code: "purged", reason: "An operator removed it from its queue." };

test("every waiting job is deleted, also when there are many, and recorded as rejected", async () => {
  await fleet.enqueue([...jobs("a", 23), ...jobs("b", 4)]);
  const { code, stdout, stderr } = await purge("--yes", "--json");
  expect([code, stderr]).toEqual([0, ""]);
  expect(JSON.parse(stdout)).toEqual({ v: 1, kind: "fixture-work", dead: false, deleted: 27 });
  expect(fleet.left()).toMatchObject({ queue: 0, dead: 0 });
  for (const job of [...jobs("a", 23), ...jobs("b", 4)])
    expect(await fleet.jobRow(job)).toMatchObject(purged);
});

test("a job that a worker runs is kept and ends; a purged job that is delivered again does not run", async () => {
  await fleet.enqueue([{ group: "a", n: 0, gated: true, traced: true }]);
  child = await startWorkerChild("w", {
    ...fleet.env,
    FLEET_WAIT_SECONDS: "1",
    FLEET_PAUSES_SECONDS: "0.1",
  });
  await until("the job to run", async () => (await fleet.trace("a")).length === 1);
  await queues(["pause", "fixture-work"]);
  const looks = () => fleet.cloud.requests.since(0).filter(({ action }) => action === "Query").length;
  const before = looks();
  await until("the worker to have looked", () => looks() > before + 2);
  await fleet.enqueue(jobs("b", 3));
  await until("all to wait", () => fleet.left().visible === 3);
  expect(await purge("--yes")).toEqual({
    code: 0,
    stdout: "3 jobs of fixture-work deleted\n",
    stderr: "queues: about 1 job stays: workers are running it\n",
  });
  await queues(["resume", "fixture-work"]);
  await fleet.openGate("a");
  await until("the queue to be empty", () => fleet.left().queue === 0);
  expect([await fleet.order("a"), await fleet.order("b")]).toEqual([[0], []]);
});

test("a worker that lost its lease cannot commit a job that has been purged", async () => {
  const [job] = jobs("a", 1);
  if (job === undefined) throw new Error("no job");
  const ledger = createLedger({
    db: fleet.db,
    table: fleet.names.tables.jobs,
    owner: "w",
    clock: systemClock,
  });
  const request = { jobId: fixtureJobId(job), kind: fixtureWork.kind, group: "a", traceId: "t" };
  const found = await ledger.claim({ ...request, enqueuedAt: new Date().toISOString(), redrives: 0 });
  if (found.state !== "claimed") throw new Error("not claimed");
  await fleet.enqueue([job]);
  await purge("--yes");
  const late = ledger.commit(found.claim, { status: "completed", effects: [], result: {} });
  await expect(late).rejects.toBeInstanceOf(FenceLost);
  expect(await fleet.jobRow(job)).toMatchObject(purged);
});

test("dead letters are deleted, keep their reason in the ledger and are no longer listed", async () => {
  await giveUp(fleet, jobs("a", 12));
  await sendDead(fleet, "b", ["no job"]);
  await fleet.enqueue(jobs("c", 1));
  expect((await purge("--dead", "--yes")).stdout).toBe("13 dead letters of fixture-work deleted\n");
  expect(fleet.left()).toMatchObject({ queue: 1, dead: 0 });
  expect(await fleet.jobRow({ group: "a", n: 3 })).toMatchObject({
    status: "dead-lettered",
    cause: "broken 3",
  });
  expect((await queues(["dead"])).stdout).toBe("no dead letters\n");
});

test("the question names the number of jobs, and any answer but yes deletes nothing", async () => {
  await fleet.enqueue(jobs("a", 2));
  for (const answer of ["", "no", "yesterday"])
    expect(await queues(["purge", "fixture-work"], { answer })).toEqual({
      code: 1,
      stdout: "",
      stderr: "Delete about 2 jobs of fixture-work for good? (yes or no) queues: nothing was deleted\n",
    });
  expect(fleet.left().visible).toBe(2);
  const { code, stdout } = await queues(["purge", "fixture-work"], { answer: "yes" });
  expect([code, stdout]).toEqual([0, "2 jobs of fixture-work deleted\n"]);
});

test("without a terminal it needs --yes: one line, exit 2, nothing deleted", async () => {
  await fleet.enqueue(jobs("a", 1));
  expect(await purge()).toEqual({
    code: 2,
    stdout: "",
    stderr: "queues: purge deletes jobs for good and there is no terminal to ask at; confirm with --yes\n",
  });
  expect((await queues(["purge"])).stderr).toBe("queues: missing required argument 'kind'\n");
  expect(fleet.left().visible).toBe(1);
});

test("messages that are not deleted yet are returned when a call is refused", async () => {
  await fleet.enqueue(jobs("a", 5));
  let deletes = 0;
  fleet.cloud.faults.push(({ action }) => {
    if (action !== "DeleteMessage") return undefined;
    deletes += 1;
    if (deletes < 3) return undefined;
    return { kind: "error", status: 400, code: "AccessDenied", message: "no" };
  });
  expect((await purge("--yes")).code).toBe(1);
  expect(fleet.left()).toMatchObject({ visible: 3, inFlight: 0 });
  fleet.cloud.faults.splice(0);
  expect((await purge("--yes")).stdout).toBe("3 jobs of fixture-work deleted\n");
});
