// One look at a fleet, on real servers: counts, workers, group, decision, row, and who leaves.
import { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { blankMemory } from "../../../infra/scaling/memory.ts";
import { scalingPolicy } from "../../../infra/scaling/policy.ts";
import { ScalingGroup } from "../../../scripts/local/autoscaling/group.ts";
import { autoScalingService } from "../../../scripts/local/autoscaling/service.ts";
import { realClock } from "../../../scripts/local/clock/clock.ts";
import { type Cloud, startCloud } from "../../../scripts/local/cloud/cloud.ts";
import { type LocalDynamoDb, startDynamoDb } from "../../../scripts/local/dynamodb/dynamodb.ts";
import { createQueues } from "../../../scripts/provision/queues.ts";
import { createTables } from "../../../scripts/provision/tables.ts";
import { askForSize, takeBackSize } from "../../../scripts/queues/scale/ask-for-size.ts";
import { readAskedSize } from "../../../triggers/metrics-due/asked-size.ts";
import { type Look, lookAtFleet } from "../../../triggers/metrics-due/look.ts";
import { queueCounter } from "../../../triggers/metrics-due/queue-counts.ts";
import {
  nothingLearned,
  readDecision,
  readLearned,
  writeDecision,
} from "../../../triggers/metrics-due/scaling-row.ts";
import type { WorkerState } from "../../../worker/engine/worker-parts.ts";
import { systemClock } from "../../../worker/fleet/clock.ts";
import { resourceNames } from "../../../worker/fleet/resources.ts";
import { tableDefinitions } from "../../../worker/fleet/tables.ts";
import { catalog } from "../../../worker/jobs/catalog.ts";
import { announce } from "../../../worker/process/presence.ts";
import { clientSettings } from "../../support/cloud.ts";
import { silentLog } from "../../support/provisioned.ts";

const kind = "parse-mail";
let database: LocalDynamoDb;
let cloud: Cloud;
let group: ScalingGroup;
let sqs: SQSClient;
let db: DynamoDBDocumentClient;
let autoScaling: AutoScalingClient;
let fleets = 0;
let names = resourceNames("none");
let instances = 0;
/** Epoch milliseconds of the look. */
let now = Date.UTC(2026, 0, 1);

beforeAll(async () => {
  const { platform, arch, env } = process;
  database = await startDynamoDb({ environment: env, platform, arch, log: silentLog });
  group = new ScalingGroup({
    name: "looked-at",
    min: 0,
    max: 10,
    hook: { name: "drain", timeoutSeconds: 60 },
    zones: ["a"],
    instanceType: "none",
    clock: realClock,
    newInstanceId: () => `i-${++instances}`,
    launcher: { launch: async () => {}, terminate: async () => {}, announce: () => {} },
    onError: (error) => {
      throw error;
    },
  });
  const region = "eu-west-1";
  const extraServices = [autoScalingService(group)];
  cloud = await startCloud({ port: 0, region, dynamoEndpoint: database.endpoint, extraServices });
  const settings = clientSettings(cloud);
  sqs = new SQSClient(settings);
  const dynamo = new DynamoDBClient(settings);
  db = DynamoDBDocumentClient.from(dynamo, { marshallOptions: { removeUndefinedValues: true } });
  autoScaling = new AutoScalingClient(settings);
});
afterAll(async () => {
  for (const client of [sqs, db, autoScaling]) client.destroy();
  await cloud.close();
  await database.close();
});

beforeEach(async () => {
  fleets += 1;
  names = resourceNames(`looked-at-${fleets}`);
  const wanted = tableDefinitions(names).filter(({ name }) => /-(workers|scaling)$/.test(name));
  await createTables(new DynamoDBClient(clientSettings(cloud)), wanted);
  await createQueues(sqs, names.fleet, catalog[kind]);
  group.setBounds({ min: 0, max: 10 });
  for (const { id } of group.instances) group.completeLifecycleAction(id);
  group.setDesired(0, "a new test");
  for (const { id } of group.instances) group.completeLifecycleAction(id);
});

const look = async (atMs = 0): Promise<Look> => {
  now += atMs;
  const found = await lookAtFleet({
    config: {
      names,
      group: "looked-at",
      policy: { ...scalingPolicy, bootSeconds: 60 },
      targetWaits: { every: 60, kinds: {} },
    },
    count: queueCounter({ sqs, fleet: names.fleet, kinds: [kind], triggers: [] }),
    autoScaling,
    db,
    now: () => now,
  });
  if (found === undefined) throw new Error("another look came first");
  return found;
};

async function send(count: number): Promise<void> {
  const QueueUrl = `${cloud.url}/${cloud.accountId}/${names.fleet}-${kind}.fifo`;
  for (let index = 0; index < count; index += 1)
    await sqs.send(
      new SendMessageCommand({
        QueueUrl,
        MessageBody: "x",
        MessageGroupId: `g${index}`,
        MessageDeduplicationId: `d${index}`,
      }),
    );
}

/** A worker on an instance announces itself. */
const works = (
  instance: string,
  busySlots: number,
  more: { state?: WorkerState; mean?: number; ended?: number; worker?: string } = {},
) => {
  const { state = "ready", mean = 2, ended = 10, worker = `worker-${instance}` } = more;
  return announce({
    db,
    table: names.tables.workers,
    fleet: names.fleet,
    instance,
    kinds: [kind],
    everySeconds: 5,
    clock: { ...systemClock, now: () => now },
    log: silentLog,
    report: () => ({
      ...{ state, worker, busySlots, idleSlots: 8 - busySlots, held: busySlots, groups: busySlots },
      ...{ running: [], troubles: [], waitingKinds: [], blockedBy: [], unconfined: [] },
    }),
    runs: () => ({ [kind]: { ended, meanSeconds: mean } }),
  });
};
const ids = () => group.instances.filter(({ state }) => !state.startsWith("Terminating")).map(({ id }) => id);

test("a waiting message at zero asks the alarm for one instance, and the trigger itself starts none", async () => {
  await send(1);
  const { decision, ended } = await look();
  expect(decision).toMatchObject({ reason: "from-zero", wanted: 1, desired: 0, gap: 1, inService: 0 });
  expect([ended, group.desired]).toEqual([0, 0]);
});

test("all figures are of one look: counts, slots, runs, groups, size; the row keeps them for tools", async () => {
  group.setDesired(2, "the test");
  const [one = "", two = ""] = ids();
  await works(one, 8, { mean: 4, ended: 50 });
  await works(two, 2, { mean: 1, ended: 50 });
  await send(12);
  const { decision } = await look();
  expect(decision).toMatchObject({
    ...{ desired: 2, inService: 2, busySlots: 10, idleSlots: 6, groups: 10, ended: 100 },
    kinds: { [kind]: { waiting: 12, inFlight: 0, secondsPerJob: 2.5, slotsPerJob: 1 } },
    backlogSeconds: 30,
  });
  const place = { table: names.tables.scaling, fleet: names.fleet };
  expect(await readDecision(db, place)).toEqual(decision);
});

test("workers that drain, stopped, died or belong to another group have no slots", async () => {
  group.setDesired(1, "the test");
  const [id = ""] = ids();
  await works(id, 1);
  await works("i-elsewhere", 4);
  await works(id, 3, { worker: "draining", state: "draining" });
  await works(id, 2, { worker: "stopped", state: "stopped" });
  const before = now;
  now -= 60_000;
  await works(id, 5, { worker: "dead" });
  now = before;
  expect((await look()).decision).toMatchObject({ busySlots: 1, idleSlots: 7, inService: 1 });
});

test("under load the emptiest instances leave by drain, and the desired capacity falls with them", async () => {
  group.setDesired(5, "the test");
  const [a = "", b = "", c = "", d = "", e = ""] = ids();
  const busy = { [a]: 4, [b]: 0, [c]: 6, [d]: 1, [e]: 0 };
  const everyone = () => Promise.all(Object.entries(busy).map(([id, slots]) => works(id, slots)));
  await everyone();
  await look();
  now += 60_000;
  await everyone();
  const { decision, ended } = await look();
  expect(decision).toMatchObject({ reason: "idle-slots", desired: 5, wanted: 3 });
  expect(ended).toBe(2);
  expect(group.desired).toBe(3);
  expect(ids()).toEqual([a, c, d]);
  expect(group.instances.filter(({ state }) => state === "Terminating:Wait").map(({ id }) => id)).toEqual([
    b,
    e,
  ]);
});

test("what was learned is there at the next look, in whatever process it is", async () => {
  group.setDesired(1, "the test");
  const [id = ""] = ids();
  await works(id, 1, { mean: 30 });
  await look();
  group.setDesired(0, "the test");
  await send(30);
  await look(60_000);
  // The worker is gone, its runs are known: thirty jobs of half a minute need two instances.
  expect((await look(10_000)).decision).toMatchObject({ reason: "from-zero", wanted: 2, need: 2 });
});

test.each([
  ["none of them known", {}],
  ["all known", { grownAt: 100, shrunkAt: 200, emptySince: 300 }],
])("the memory comes back with its moments as it was written: %s", async (_, moments) => {
  const { decision } = await look();
  const place = { table: names.tables.scaling, fleet: names.fleet };
  const written = { ...nothingLearned, memory: { ...blankMemory, looks: 3, gaps: [9], ...moments } };
  await writeDecision(db, place, { ...written, decision: { ...decision, at: decision.at + 1 } });
  expect((await readLearned(db, place)).memory).toEqual(written.memory);
});

test("the group's minimum is kept: nobody leaves for it", async () => {
  group.setBounds({ min: 2, max: 10 });
  await look();
  const { decision, ended } = await look(600_000);
  expect([decision.wanted, ended, group.desired]).toEqual([2, 0, 2]);
});

test("dead letters that came between two looks arrive once, though they stay", async () => {
  const deadLetter = async (id: string) => {
    const QueueUrl = `${cloud.url}/${cloud.accountId}/${names.fleet}-${kind}-dead.fifo`;
    await sqs.send(
      new SendMessageCommand({ QueueUrl, MessageBody: "x", MessageGroupId: id, MessageDeduplicationId: id }),
    );
  };
  await deadLetter("before");
  const first = await look();
  await deadLetter("one");
  await deadLetter("two");
  const second = await look(60_000);
  const third = await look(60_000);
  expect([first, second, third].map(({ arrived }) => arrived.dead)).toEqual([0, 2, 0]);
  expect(third.counts.dead).toEqual({ [kind]: 3 });
});

test("of two looks for one moment only one decides", async () => {
  await send(1);
  const results = await Promise.allSettled([look(), look()]);
  expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
});

test("when the group cannot be read there is no decision", async () => {
  const config = {
    ...{ names, group: "not-there", policy: scalingPolicy, targetWaits: { every: 60, kinds: {} } },
  };
  const count = queueCounter({ sqs, fleet: names.fleet, kinds: [kind], triggers: [] });
  await expect(lookAtFleet({ config, count, autoScaling, db, now: () => now })).rejects.toThrow("not-there");
  expect(await readDecision(db, { table: names.tables.scaling, fleet: names.fleet })).toBeUndefined();
});

test("a wish for instances that never came is taken back once nothing needs them, though there is none to end", async () => {
  group.refuseLaunches("There is no Spot capacity.");
  group.setDesired(3, "the test");
  await look();
  expect([group.desired, ids()]).toEqual([3, []]);
  const { decision, ended } = await look(600_000);
  group.refuseLaunches(undefined);
  expect([decision.wanted, ended, group.desired]).toEqual([0, 0, 0]);
});

test("a size that an operator asked for holds against what the policy would do, and ends by itself", async () => {
  await look();
  const asked = { db, names };
  const ask = (size: number) => askForSize(asked, { instances: size, minutes: 5, by: "ann", now });
  await ask(3);
  expect((await look(1000)).decision).toMatchObject({ wanted: 3, gap: 3, reason: "asked" });
  group.setDesired(3, "the alarm's action");
  expect((await look(290_000)).decision).toMatchObject({ wanted: 3, gap: 0, reason: "asked" });
  await ask(1);
  expect(await look(1000)).toMatchObject({ decision: { wanted: 1, reason: "asked" }, ended: 2 });
  await ask(50);
  expect((await look(1000)).decision).toMatchObject({ wanted: 10, reason: "bounds" });
  const later = (await look(6 * 60_000)).decision;
  expect(later.reason).not.toMatch(/asked|bounds/);
  expect(
    await readAskedSize(db, { table: names.tables.scaling, fleet: names.fleet }, now / 1000),
  ).toBeUndefined();
  await takeBackSize(asked);
  await expect(takeBackSize(asked)).rejects.toThrow("no size is asked for");
});
