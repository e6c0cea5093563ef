// The assembled worker: its states, what a rebalance recommendation changes, and what it receives from which queue.
import { hash } from "node:crypto";
import type { S3Client } from "@aws-sdk/client-s3";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import type { JobPolicy } from "../../../worker/engine/job/define-job.ts";
import { runnableJob } from "../../../worker/engine/job/runnable-job.ts";
import { pauseTarget } from "../../../worker/engine/pause/pauses.ts";
import { createWorker } from "../../../worker/engine/worker.ts";
import type { WorkerClients } from "../../../worker/engine/worker-parts.ts";
import { systemClock } from "../../../worker/fleet/clock.ts";
import { resourceNames } from "../../../worker/fleet/resources.ts";
import { readConfig, workerSettings } from "../../../worker/process/config.ts";
import { Metrics } from "../../../worker/process/metrics.ts";
import { fixtureWork } from "../../support/fixture-jobs.ts";
import { createMemoryLedger } from "../../support/memory-ledger.ts";
import { noSandbox } from "../../support/no-sandbox.ts";
import { allDone, type Script, startScriptedSqs } from "../../support/scripted-sqs.ts";
import { until } from "../../support/until.ts";

const runnable = (policy: Partial<JobPolicy>) =>
  runnableJob(
    { ...fixtureWork, policy: { ...fixtureWork.policy, ...policy } },
    { run: async () => ({ effects: [], result: {} }) },
  );

/** A worker of two kinds whose receives wait until the test ends. */
async function setup(env: Record<string, string> = {}, script?: Script, loaded?: Promise<void>) {
  const scripted = await startScriptedSqs();
  const over = Promise.withResolvers<unknown>();
  scripted.answer(script ?? (() => over.promise));
  const unused = {} as unknown;
  const clients: WorkerClients = {
    sqsReceive: scripted.client,
    sqs: scripted.client,
    s3: unused as S3Client,
    db: unused as DynamoDBDocumentClient,
  };
  const worker = createWorker({
    settings: workerSettings(
      readConfig({
        FLEET_NAME: "test",
        AWS_REGION: "eu-west-1",
        FLEET_WORKER_ID: "w",
        FLEET_SLOTS: "4",
        FLEET_RECEIVES: "1",
        ...env,
      }),
    ),
    jobs: new Map([
      ["short", runnable({ visibilitySeconds: 45 })],
      ["long", runnable({ visibilitySeconds: 90, long: true })],
    ]),
    clients,
    ...(loaded && { loaded }),
    urls: { queue: (kind) => `http://queue/${kind}`, deadLetterQueue: (kind) => `http://dead/${kind}` },
    names: resourceNames("test"),
    sandbox: noSandbox,
    clock: systemClock,
    log: pino({ level: "silent" }),
    metrics: new Metrics({ fleet: "test", now: Date.now, print: () => {} }),
    ledger: createMemoryLedger(),
  });
  const drain = () => {
    over.resolve({});
    return worker.drain({ reason: "signal", signal: "SIGTERM", secondsLeft: 10 });
  };
  onTestFinished(async () => {
    await drain();
    await scripted.close();
  });
  const asked = () =>
    scripted.calls
      .map(({ input }) => [input.QueueUrl, input.VisibilityTimeout])
      .sort((a, b) => (`${a}` < `${b}` ? -1 : 1));
  const waits = () => scripted.calls.map(({ input }) => input.WaitTimeSeconds);
  return { worker, drain, asked, waits, scripted };
}

/** Long enough for a receive to be sent, if there were one. */
const aMoment = () => new Promise((resolve) => setTimeout(resolve, 100));

test("a worker is starting, then ready, then draining, then stopped", async () => {
  const { worker, drain } = await setup();
  const states = [worker.report().state];
  worker.start();
  states.push(worker.report().state);
  expect(worker.report().drain).toBeUndefined();
  const drained = drain();
  states.push(worker.report().state);
  const { reason, since, until: end } = worker.report().drain ?? { since: "", until: "" };
  expect([reason, Date.parse(end) - Date.parse(since)]).toEqual(["signal", expect.closeTo(10_000, -2)]);
  await drained;
  states.push(worker.report().state);
  expect(states).toEqual(["starting", "ready", "draining", "stopped"]);
});

test("each kind's queue is polled with that kind's lease", async () => {
  const { worker, asked } = await setup();
  worker.start();
  await until("both receives", () => asked().length === 2);
  expect(asked()).toEqual([
    ["http://queue/long", 90],
    ["http://queue/short", 45],
  ]);
});

test("a setting overrides every kind's lease", async () => {
  const { worker, asked } = await setup({ FLEET_VISIBILITY_SECONDS: "33" });
  worker.start();
  await until("both receives", () => asked().length === 2);
  expect(asked().map(([, seconds]) => seconds)).toEqual([33, 33]);
});

test("a rebalance recommendation before the start counts: no long job is received, others are", async () => {
  const { worker, asked } = await setup();
  await worker.beCautious();
  worker.start();
  expect(worker.report().state).toBe("cautious");
  await until("a receive", () => asked().length > 0);
  await aMoment();
  expect(asked()).toEqual([["http://queue/short", 45]]);
});

test("a cautious worker polls shortly, so that its open poll ends before a short notice does", async () => {
  const { worker, waits } = await setup();
  worker.start();
  await until("both receives", () => waits().length === 2);
  const cautious = await setup();
  await cautious.worker.beCautious();
  cautious.worker.start();
  await until("its receive", () => cautious.waits().length === 1);
  expect([waits(), cautious.waits()]).toEqual([[20, 20], [5]]);
});

test("a worker is blocked while the receives of all its queues fail, not while those of one do", async () => {
  const { worker, scripted } = await setup({ FLEET_WAIT_SECONDS: "0" }, () => ({}));
  const down = new Set(["short"]);
  scripted.gateway.faults.push(({ request }) =>
    down.has(String(JSON.parse(request.body.toString()).QueueUrl).split("/").at(-1) ?? "")
      ? { kind: "error", status: 400, code: "QueueDoesNotExist", message: "gone" }
      : undefined,
  );
  worker.start();
  const troubled = () => worker.report().troubles.flatMap(({ resources }) => resources);
  await until("the first queue's trouble", () => troubled().includes("short"));
  expect(worker.report().blockedBy).toEqual([]);
  down.add("long");
  await until("both queues' trouble", () => worker.report().blockedBy.length > 0);
  expect([troubled(), worker.report().blockedBy]).toEqual([["long", "short"], ["sqs"]]);
  down.clear();
  await until("the end of the trouble", () => worker.report().blockedBy.length === 0);
});

/** A worker that is given one message while its jobs are not loaded; `sent` are the calls that say what became of it. */
async function setupLoading() {
  const message = {
    ...{ MessageId: "m", ReceiptHandle: "r", Body: "{}", MD5OfBody: hash("md5", "{}") },
    Attributes: { MessageGroupId: "g", ApproximateReceiveCount: "1" },
  };
  const given = [message];
  const loading = Promise.withResolvers<void>();
  const script: Script = (call) =>
    call.action === "ReceiveMessage" ? { Messages: given.splice(0) } : allDone(call);
  const { worker, scripted } = await setup({ FLEET_WAIT_SECONDS: "0" }, script, loading.promise);
  worker.start();
  await until("the message", () => worker.report().busySlots === 1);
  const sent = () =>
    scripted.calls.map(({ action }) => action).filter((action) => action !== "ReceiveMessage");
  await aMoment();
  expect(sent()).toEqual([]);
  return { loading, sent };
}

test("a message that comes before the jobs are loaded waits for them and is then executed", async () => {
  const { loading, sent } = await setupLoading();
  loading.resolve();
  // No job can read this one: its execution ends as a dead letter.
  await until("the dead letter", () => sent().includes("SendMessage"));
});

test("a message that comes to a worker whose jobs cannot be loaded is returned", async () => {
  const { loading, sent } = await setupLoading();
  loading.reject(new Error("a file is missing"));
  await until("the return", () => sent().length > 0);
  expect(new Set(sent())).toEqual(new Set(["ChangeMessageVisibilityBatch"]));
});

test("of a paused group one message stays in flight; the others go back at once, and that one too when the group goes on", async () => {
  const messages = ["first", "second"].map((id) => ({
    ...{ MessageId: id, ReceiptHandle: id, Body: "{}", MD5OfBody: hash("md5", "{}") },
    Attributes: { MessageGroupId: "g", ApproximateReceiveCount: "1" },
  }));
  const given = [messages];
  const { worker, scripted } = await setup({ FLEET_WAIT_SECONDS: "0" }, (call) => {
    if (call.action !== "ReceiveMessage") return allDone(call);
    return String(call.input.QueueUrl).endsWith("short") ? { Messages: given.pop() ?? [] } : {};
  });
  const returned = () =>
    scripted.calls
      .filter(({ action }) => action === "ChangeMessageVisibilityBatch")
      .flatMap(({ input }) => input.Entries ?? [])
      .map(({ ReceiptHandle, VisibilityTimeout }) => [ReceiptHandle, VisibilityTimeout]);
  worker.pause(new Set([pauseTarget({ kind: "short", group: "g" })]));
  worker.start();
  await until("the second message's return", () => returned().length === 1);
  expect(returned()).toEqual([["second", 0]]);
  worker.pause(new Set());
  await until("the first message's return", () => returned().length === 2);
  expect(returned().at(-1)).toEqual(["first", 0]);
});

test("a worker that was drained before its start receives nothing", async () => {
  const { worker, drain, asked } = await setup();
  await drain();
  worker.start();
  await aMoment();
  expect([worker.report().state, asked()]).toEqual(["stopped", []]);
});

test("a second interruption is part of the same drain", async () => {
  const { worker, drain } = await setup();
  worker.start();
  const [first, second] = await Promise.all([
    drain(),
    worker.drain({ reason: "spot", action: "terminate", secondsLeft: 5 }),
  ]);
  expect(second).toBe(first);
  expect(first.reason).toBe("signal");
});
