// `queues purge` over a real queue, ledger and worker: what goes, what is recorded, and who has to be asked.
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

test("everything that waits is deleted, however much, and each job is recorded as rejected", async () => {
  await fleet.enqueue([...jobs("a", 23), ...jobs("b", 4)]);
  const { code, stdout, stderr } = await purge("--yes", "--json");
  expect([code, stderr]).toEqual([0, ""]);
  expect(JSON.parse(stdout)).toEqual({ v: 1, kind: "fixture-work", dead: false, deleted: 27 });
  expect(fleet.left()).toMatchObject({ queue: 0, dead: 0 });
  for (const job of [...jobs("a", 23), ...jobs("b", 4)])
    expect(await fleet.jobRow(job)).toMatchObject(purged);
});

test("a job in a worker's hands is left and ends; a purged one that comes again does not run", async () => {
  await fleet.enqueue([{ group: "a", n: 0, gated: true, traced: true }]);
  child = await startWorkerChild("w", {
    ...fleet.env,
    FLEET_WAIT_SECONDS: "1",
    FLEET_PAUSES_SECONDS: "0.1",
  });
  await until("the job to run", async () => (await fleet.trace("a")).length === 1);
  await queues(["hold", "fixture-work"]);
  const looks = () => fleet.cloud.requests.since(0).filter(({ action }) => action === "Query").length;
  const before = looks();
  await until("the worker to have looked", () => looks() > before + 2);
  await fleet.enqueue(jobs("b", 3));
  await until("all to wait", () => fleet.left().visible === 3);
  expect(await purge("--yes")).toEqual({
    code: 0,
    stdout: "3 jobs of fixture-work deleted\n",
    stderr: "queues: about 1 in the hands of workers were left\n",
  });
  await queues(["resume", "fixture-work"]);
  await fleet.openGate("a");
  await until("the queue to be empty", () => fleet.left().queue === 0);
  expect([await fleet.order("a"), await fleet.order("b")]).toEqual([[0], []]);
});

test("a worker that lost its lease cannot commit a job that was purged meanwhile", async () => {
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

test("a person is asked with the number, and anything but yes deletes nothing", async () => {
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

test("where nobody can be asked it needs --yes: one line, exit 2, nothing deleted", async () => {
  await fleet.enqueue(jobs("a", 1));
  expect(await purge()).toEqual({
    code: 2,
    stdout: "",
    stderr: "queues: purge deletes for good and nobody can be asked here; --yes says that it is meant\n",
  });
  expect((await queues(["purge"])).stderr).toBe("error: missing required argument 'kind'\n");
  expect(fleet.left().visible).toBe(1);
});

test("what was not deleted yet is given back when a call is refused", async () => {
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
