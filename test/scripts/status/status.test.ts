import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fleetStatusSchema } from "../../../scripts/status/fleet-status.ts";
import { recentOutcomes } from "../../../scripts/status/outcomes.ts";
import { scalingInWords } from "../../../scripts/status/scaling.ts";
import { readStatus, type StatusOptions, statusReader } from "../../../scripts/status/status.ts";
import { nothingLearned, writeDecision } from "../../../triggers/metrics-due/scaling-row.ts";
import { endedShard } from "../../../worker/engine/ledger/job-row.ts";
import { systemClock } from "../../../worker/fleet/clock.ts";
import { deadLetterQueueName, queueName, type ResourceNames } from "../../../worker/fleet/resources.ts";
import { announce } from "../../../worker/process/presence.ts";
import { type Provisioned, silentLog, startProvisioned } from "../../support/provisioned.ts";

const kinds = ["resize-image"];
const noon = Date.UTC(2026, 0, 1, 12);
const at = (seconds: number) => new Date(noon + seconds * 1000).toISOString();
let provisioned: Provisioned;

beforeAll(async () => {
  provisioned = await startProvisioned();
});
afterAll(() => provisioned.close());

/** Messages, each in a group of its own. */
function send(queue: string, count: number): void {
  for (let index = 0; index < count; index += 1)
    provisioned.cloud.sqs.send(queue, { body: "{}", groupId: `g${index}`, deduplicationId: `d${index}` });
}

const read = (fleet: string, options: Partial<StatusOptions> = {}) =>
  readStatus(provisioned, { fleet, kinds, now: () => noon, ...options });

/** A worker's own announcement, `ago` seconds before noon. */
function announced(names: ResourceNames, worker: string, ago: number, state: "ready" | "stopped" = "ready") {
  return announce({
    db: provisioned.db,
    table: names.tables.workers,
    fleet: names.fleet,
    instance: undefined,
    kinds,
    everySeconds: 5,
    version: "7",
    clock: { ...systemClock, now: () => noon - ago * 1000 },
    log: silentLog,
    report: () => ({
      state,
      worker,
      busySlots: 3,
      idleSlots: 5,
      held: 4,
      groups: 2,
      running: [],
      troubles: [],
      waitingKinds: [],
      blockedBy: [],
      unconfined: worker === "bare" ? ["network"] : [],
    }),
    runs: () => ({}),
  });
}

function putJob(names: ResourceNames, id: string, more: Record<string, unknown>): Promise<unknown> {
  const jobId = `resize-image/${id}`;
  const row = {
    jobId,
    kind: "resize-image",
    group: "g",
    fence: 1,
    interruptions: 0,
    redrives: 0,
    enqueuedAt: at(0),
  };
  const ended = { endedShard: endedShard("resize-image", jobId), updatedAt: at(0) };
  return provisioned.db.send(
    new PutCommand({ TableName: names.tables.jobs, Item: { ...row, ...ended, ...more } }),
  );
}

test("messages are counted as waiting, in flight and dead-lettered", async () => {
  await provisioned.provision("counts");
  const queue = queueName("counts", "resize-image");
  send(queue, 5);
  await provisioned.cloud.sqs.receive(queue, { max: 2 });
  send(deadLetterQueueName("counts", "resize-image"), 1);
  const { queues } = await read("counts");
  expect(queues).toEqual([{ kind: "resize-image", visible: 3, inFlight: 2, dead: 1, oldestSeconds: null }]);
});

test("the oldest message's age comes from the given source, and an empty queue's is 0 without asking", async () => {
  await provisioned.provision("ages");
  const asked: string[] = [];
  const ageOfOldest = async (name: string) => {
    asked.push(name);
    return 42;
  };
  expect((await read("ages", { ageOfOldest })).queues[0]?.oldestSeconds).toBe(0);
  send(queueName("ages", "resize-image"), 1);
  expect((await read("ages", { ageOfOldest })).queues[0]?.oldestSeconds).toBe(42);
  expect(asked).toEqual(["ages-resize-image.fifo"]);
});

test("a status of a fleet at rest has the published shape and the verdict idle", async () => {
  await provisioned.provision("rest");
  const status = fleetStatusSchema.strict().parse(await read("rest"));
  expect(status).toEqual({
    v: 1,
    queues: [{ kind: "resize-image", visible: 0, inFlight: 0, dead: 0, oldestSeconds: 0 }],
    workers: [],
    verdict: "idle",
    troubles: [],
    scaling: null,
  });
});

test("the last decision on the size is there with its reason and age, also as a sentence", async () => {
  const names = await provisioned.provision("decided");
  const place = { table: names.tables.scaling, fleet: names.fleet };
  const figures = { need: 5, backlogSeconds: 2400, groups: 30, ended: 7, kinds: {} };
  const slots = { inService: 2, busySlots: 15, idleSlots: 1 };
  const decision = { reason: "backlog" as const, wanted: 5, desired: 2, gap: 3, ...slots, ...figures };
  await writeDecision(provisioned.db, place, {
    ...nothingLearned,
    decision: { at: noon / 1000 - 12, ...decision },
  });
  const { scaling } = await read("decided");
  expect(scaling).toEqual({ ...decision, secondsAgo: 12 });
  expect(scaling && scalingInWords(scaling)).toBe(
    "2 instances, 5 wanted (backlog: what waits does not fit into the target wait); " +
      "2 in service, 15 of 16 slots busy, 2 min of work waits for 16 slots; 12 s ago",
  );
});

test("a reader asks for queue URLs once, however often it reads", async () => {
  await provisioned.provision("twice");
  const start = provisioned.cloud.requests.since(0).length;
  const readAgain = statusReader(provisioned, { fleet: "twice", kinds });
  await readAgain();
  await readAgain();
  const actions = provisioned.cloud.requests
    .since(0)
    .slice(start)
    .map(({ action }) => action);
  expect(actions.filter((action) => action === "GetQueueUrl")).toHaveLength(2);
  expect(actions.filter((action) => action === "GetQueueAttributes")).toHaveLength(4);
});

test("a queue that appears after a failed read is found by the next", async () => {
  const readAgain = statusReader(provisioned, { fleet: "late", kinds });
  await expect(readAgain()).rejects.toThrow();
  await provisioned.provision("late");
  expect((await readAgain()).verdict).toBe("idle");
});

test("a worker that missed three announcements is dead and has no slots; a stopped one is left out, without a scan", async () => {
  const names = await provisioned.provision("workers");
  await announced(names, "worker-10", 15);
  await announced(names, "worker-9", 1);
  await announced(names, "worker-1", 15.1);
  await announced(names, "worker-2", 500, "stopped");
  const start = provisioned.cloud.requests.since(0).length;
  const { workers } = await read("workers");
  const actions = provisioned.cloud.requests.since(0).slice(start);
  expect(actions.map(({ action }) => action)).toEqual(expect.arrayContaining(["Query", "BatchGetItem"]));
  expect(actions.filter(({ action }) => action === "Scan")).toEqual([]);
  const row = { instance: null, version: "7", kinds };
  const gone = { ...row, busySlots: 0, idleSlots: 0 };
  expect(workers).toEqual([
    { ...row, id: "worker-9", state: "ready", busySlots: 3, idleSlots: 5, seenSecondsAgo: 1 },
    { ...row, id: "worker-10", state: "ready", busySlots: 3, idleSlots: 5, seenSecondsAgo: 15 },
    { ...gone, id: "worker-1", state: "dead", seenSecondsAgo: 15.1 },
  ]);
});

test("a worker not seen for ten minutes is left out", async () => {
  const names = await provisioned.provision("history");
  await announced(names, "worker-1", 600);
  await announced(names, "worker-2", 600.1);
  expect((await read("history")).workers.map(({ id }) => id)).toEqual(["worker-1"]);
});

test("the last ended jobs come newest first from all partitions, up to the limit", async () => {
  const names = await provisioned.provision("outcomes");
  const digits = [..."0123456789abcdef"];
  for (const [index, digit] of digits.entries())
    await putJob(names, `job-${digit}`, { status: "completed", result: { index }, endedAt: at(index) });
  const outcomes = await recentOutcomes(provisioned, { fleet: "outcomes", kinds, limit: 5 });
  expect(outcomes.map(({ jobId, seconds }) => [jobId.slice(-1), seconds])).toEqual([
    ["f", 15],
    ["e", 14],
    ["d", 13],
    ["c", 12],
    ["b", 11],
  ]);
});

test("of one partition, too, it is the newest that are given", async () => {
  const names = await provisioned.provision("busy");
  for (let index = 0; index < 6; index += 1)
    await putJob(names, `${index}-a`, { status: "completed", endedAt: at(index) });
  const outcomes = await recentOutcomes(provisioned, { fleet: "busy", kinds, limit: 2 });
  expect(outcomes.map(({ jobId }) => jobId)).toEqual(["resize-image/5-a", "resize-image/4-a"]);
});

test("an outcome carries the reason of a rejection, the cause of a dead letter, the result of a success", async () => {
  const names = await provisioned.provision("endings");
  await putJob(names, "a1", { status: "completed", result: { width: 400 }, endedAt: at(3) });
  await putJob(names, "b2", {
    status: "rejected",
    code: "not-a-picture",
    reason: "It is a PDF.",
    endedAt: at(2),
  });
  await putJob(names, "c3", { status: "dead-lettered", cause: "timeout", endedAt: at(1) });
  await putJob(names, "d4", { status: "running", endedAt: at(4) });
  const outcomes = await recentOutcomes(provisioned, { fleet: "endings", kinds, limit: 10 });
  expect(outcomes.map(({ outcome, code, reason, result }) => ({ outcome, code, reason, result }))).toEqual([
    { outcome: "completed", code: null, reason: null, result: { width: 400 } },
    { outcome: "rejected", code: "not-a-picture", reason: "It is a PDF.", result: null },
    { outcome: "dead-lettered", code: null, reason: "timeout", result: null },
  ]);
});
