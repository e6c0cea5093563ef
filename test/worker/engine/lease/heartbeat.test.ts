// The heartbeat loop on a fake clock, against an SQS with scripted answers and against the local queue.
import {
  CreateQueueCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { Heartbeat } from "../../../../worker/engine/lease/heartbeat.ts";
import { Lease, LeaseLost } from "../../../../worker/engine/lease/lease.ts";
import type { Delivery } from "../../../../worker/engine/receive/delivery.ts";
import { startTestCloud } from "../../../support/cloud.ts";
import { deliveryNamed } from "../../../support/deliveries.ts";
import { createFakeClock, type FakeClock, settled } from "../../../support/fake-clock.ts";
import { allDone, type ScriptedSqs, startScriptedSqs } from "../../../support/scripted-sqs.ts";
import { until } from "../../../support/until.ts";

const log = pino({ level: "silent" });

function heartbeatFor(sqs: SQSClient, clock: FakeClock, queueUrl = "http://queue") {
  const lost: string[] = [];
  const logged: string[] = [];
  const heartbeat = new Heartbeat({
    sqs,
    clock,
    log: pino({}, { write: (line: string) => void logged.push(JSON.parse(line).msg) }),
    queueUrl: (kind) => (kind === "fixture-work" ? queueUrl : `http://no-queue-of/${kind}`),
    everyMs: 1000,
    onLost: ({ messageId }) => void lost.push(messageId),
  });
  heartbeat.start();
  onTestFinished(() => heartbeat.stop());
  return { heartbeat, lost, logged };
}

async function setup() {
  const scripted = await startScriptedSqs();
  onTestFinished(scripted.close);
  const clock = createFakeClock();
  return { scripted, clock, ...heartbeatFor(scripted.client, clock) };
}

/** Waits until calls have been answered and the answers processed. */
async function answered(scripted: ScriptedSqs, count: number): Promise<void> {
  await until(`${count} answers`, () => scripted.answered() >= count);
  await settled();
}

const held = (count: number, overrides: (index: number) => Partial<Delivery> = () => ({})) =>
  Array.from({ length: count }, (_, index) => deliveryNamed(`m${index}`, overrides(index)));

test("leases are extended in batches of ten, those of one receive next to each other, when less than 60 percent is left", async () => {
  const { scripted, clock, heartbeat } = await setup();
  const deliveries = held(23, (index) => ({ receiveId: `r${index % 3}` }));
  for (const delivery of deliveries) heartbeat.keepAlive(delivery);
  await clock.advance(24_000);
  expect(scripted.calls).toEqual([]);
  await clock.advance(1000);
  await answered(scripted, 3);
  const entries = scripted.calls.map(({ input }) => input.Entries ?? []);
  expect(scripted.calls.map(({ action }) => action)).toEqual(
    Array.from({ length: 3 }, () => "ChangeMessageVisibilityBatch"),
  );
  expect(entries.map(({ length }) => length).sort()).toEqual([10, 10, 3]);
  expect(entries.flat().every(({ VisibilityTimeout }) => VisibilityTimeout === 60)).toBe(true);
  const receives = entries.map((batch) =>
    batch.map(
      ({ ReceiptHandle }) =>
        deliveries.find(({ receiptHandle }) => receiptHandle === ReceiptHandle)?.receiveId,
    ),
  );
  for (const batch of receives) expect(batch).toEqual([...batch].sort());
  expect(deliveries.map(({ lease }) => lease.remainingMs(25_000))).toEqual(deliveries.map(() => 60_000));
});

test("a refused extension loses that lease immediately, and no other", async () => {
  const { scripted, clock, heartbeat, lost } = await setup();
  const [good, bad] = held(2);
  for (const delivery of [good, bad]) if (delivery) heartbeat.keepAlive(delivery);
  scripted.answer(({ input }) => ({
    Successful: (input.Entries ?? [])
      .filter(({ ReceiptHandle }) => ReceiptHandle === "m0")
      .map(({ Id }) => ({ Id })),
    Failed: (input.Entries ?? [])
      .filter(({ ReceiptHandle }) => ReceiptHandle === "m1")
      .map(({ Id }) => ({ Id, Code: "ReceiptHandleIsInvalid", SenderFault: true })),
  }));
  await clock.advance(25_000);
  await until("the loss", () => lost.length > 0);
  expect(lost).toEqual(["m1"]);
  expect(bad?.lease.signal.reason).toEqual(new LeaseLost("ReceiptHandleIsInvalid"));
  expect(good?.lease.held).toBe(true);
});

test("an answer about an entry that was not sent is passed over, and the rest of the answer holds", async () => {
  const { clock, scripted, heartbeat, lost, logged } = await setup();
  const [refused] = held(1) as [Delivery];
  heartbeat.keepAlive(refused);
  scripted.answer(() => ({
    Successful: [{ Id: "7" }],
    Failed: ["8", "0"].map((Id) => ({ Id, Code: "ReceiptHandleIsInvalid", SenderFault: true })),
  }));
  await clock.advance(25_000);
  await until("the loss", () => lost.length > 0);
  await heartbeat.end(refused);
  expect([lost, logged]).toEqual([["m0"], []]);
});

test("SQS leaves an empty list out of its answer: that is no failed heartbeat", async () => {
  const { scripted, clock, heartbeat, lost, logged } = await setup();
  const [extended, refused] = held(2) as [Delivery, Delivery];
  heartbeat.keepAlive(extended);
  scripted.answer(() => ({ Successful: [{ Id: "0" }] }));
  await clock.advance(25_000);
  await until("the extension", () => extended.lease.remainingMs(25_000) === 60_000);
  await heartbeat.end(extended);
  heartbeat.keepAlive(refused);
  scripted.answer(() => ({ Failed: [{ Id: "0", Code: "ReceiptHandleIsInvalid" }] }));
  await clock.advance(1000);
  await until("the loss", () => lost.length === 1);
  await heartbeat.end(refused);
  expect(logged).toEqual([]);
});

test("an extension that fails on SQS's side loses nothing and is repeated in the next round", async () => {
  const { scripted, clock, heartbeat, lost } = await setup();
  const [delivery] = held(1);
  if (delivery) heartbeat.keepAlive(delivery);
  scripted.answer(({ input }) => ({
    Successful: [],
    Failed: (input.Entries ?? []).map(({ Id }) => ({ Id, Code: "InternalError", SenderFault: false })),
  }));
  await clock.advance(25_000);
  await answered(scripted, 1);
  scripted.answer(allDone);
  await clock.advance(1000);
  await answered(scripted, 2);
  expect(lost).toEqual([]);
  expect(delivery?.lease.remainingMs(26_000)).toBe(60_000);
});

test.each<[string, { error?: { status: number; code: string }; Code?: string }]>([
  ["the call fails", { error: { status: 403, code: "AccessDenied" } }],
  ["every entry is refused for SQS's own reasons", { Code: "RequestThrottled" }],
  ["every entry is refused without a reason", {}],
])("a lease that runs out while %s was lost by nobody's fault", async (_, { error, Code }) => {
  const { scripted, clock, heartbeat, lost } = await setup();
  const [delivery] = held(1) as [Delivery];
  heartbeat.keepAlive(delivery);
  if (error) scripted.gateway.faults.push(() => ({ kind: "error", ...error, message: "no" }));
  scripted.answer(({ input }) => ({
    Failed: (input.Entries ?? []).map(({ Id }) => ({ Id, Code, SenderFault: true })),
  }));
  await clock.advance(25_000);
  await answered(scripted, 1);
  await clock.advance(35_000);
  expect(lost).toEqual(["m0"]);
  expect(delivery.lease.signal.reason).toMatchObject({ unanswered: true });
});

test("a lease that runs out after a call that SQS calls wrong was not lost by SQS's trouble", async () => {
  const { scripted, clock, heartbeat, lost } = await setup();
  const [delivery] = held(1) as [Delivery];
  heartbeat.keepAlive(delivery);
  const wrong = { status: 400, code: "BatchRequestTooLong", message: "no" };
  scripted.gateway.faults.push(() => ({ kind: "error", ...wrong }));
  await clock.advance(25_000);
  await answered(scripted, 1);
  await clock.advance(35_000);
  expect(lost).toEqual(["m0"]);
  expect(delivery.lease.signal.reason).toMatchObject({ unanswered: false });
});

test("no second heartbeat is sent while one is unanswered, and the lease runs out in its own time", async () => {
  const { scripted, clock, heartbeat, lost } = await setup();
  const [delivery] = held(1);
  if (delivery) heartbeat.keepAlive(delivery);
  const answer = Promise.withResolvers<unknown>();
  scripted.answer(() => answer.promise);
  await clock.advance(25_000);
  await until("the call", () => scripted.calls.length === 1);
  await clock.advance(34_000);
  expect(delivery?.lease.held).toBe(true);
  await clock.advance(1000);
  expect(lost).toEqual(["m0"]);
  expect(scripted.calls).toHaveLength(1);
  answer.resolve({});
});

test("ending a message's heartbeats waits for the one in flight, and none follows", async () => {
  const { scripted, clock, heartbeat } = await setup();
  const [delivery] = held(1);
  if (delivery === undefined) throw new Error("no delivery");
  heartbeat.keepAlive(delivery);
  const answer = Promise.withResolvers<unknown>();
  scripted.answer(() => answer.promise);
  await clock.advance(25_000);
  await until("the call", () => scripted.calls.length === 1);
  let gone = false;
  const ended = heartbeat.end(delivery).then(() => {
    gone = true;
  });
  await settled();
  expect(gone).toBe(false);
  answer.resolve({ Successful: [{ Id: "0" }], Failed: [] });
  await ended;
  await clock.advance(120_000);
  expect(scripted.calls).toHaveLength(1);
});

test("a heartbeat that fails as a whole does not delay the delete", async () => {
  const { scripted, clock, heartbeat } = await setup();
  const [delivery] = held(1);
  if (delivery === undefined) throw new Error("no delivery");
  heartbeat.keepAlive(delivery);
  scripted.gateway.faults.push(() => ({ kind: "error", status: 400, code: "AccessDenied", message: "no" }));
  await clock.advance(25_000);
  await heartbeat.end(delivery);
  expect(delivery.lease.signal.aborted).toBe(false);
});

test("each kind's messages are extended on its own queue", async () => {
  const scripted = await startScriptedSqs();
  onTestFinished(scripted.close);
  const clock = createFakeClock();
  const heartbeat = new Heartbeat({
    sqs: scripted.client,
    clock,
    log,
    queueUrl: (kind) => `http://queue/${kind}`,
    everyMs: 1000,
    onLost: () => {},
  });
  heartbeat.start();
  for (const kind of ["a", "b"]) heartbeat.keepAlive(deliveryNamed(`of-${kind}`, { kind }));
  await clock.advance(25_000);
  await answered(scripted, 2);
  await heartbeat.stop();
  expect(
    scripted.calls.map(({ input }) => [input.QueueUrl, input.Entries?.[0]?.ReceiptHandle]).sort(),
  ).toEqual([
    ["http://queue/a", "of-a"],
    ["http://queue/b", "of-b"],
  ]);
});

test("a message whose heartbeats have ended is not counted as lost, however late a refusal of one in flight comes", async () => {
  const { scripted, clock, heartbeat, lost } = await setup();
  const [inFlight, quiet] = held(2) as [Delivery, Delivery];
  for (const delivery of [inFlight, quiet]) heartbeat.keepAlive(delivery);
  await heartbeat.end(quiet);
  const answer = Promise.withResolvers<unknown>();
  scripted.answer(() => answer.promise);
  await clock.advance(25_000);
  await until("the call", () => scripted.calls.length === 1);
  const ended = heartbeat.end(inFlight);
  await clock.advance(60_000);
  answer.resolve({ Failed: [{ Id: "0", Code: "ReceiptHandleIsInvalid", SenderFault: true }] });
  await ended;
  expect(lost).toEqual([]);
  expect([inFlight, quiet].map(({ lease }) => lease.signal.aborted)).toEqual([false, false]);
});

test("near SQS's twelve hours an extension asks only for what is left, and the lease is believed for no longer", async () => {
  const { scripted, clock, heartbeat } = await setup();
  const lease = new Lease(-(12 * 3600 - 500) * 1000, 600);
  lease.extended(0, 300);
  const delivery = deliveryNamed("m", { lease });
  heartbeat.keepAlive(delivery);
  const answer = Promise.withResolvers<unknown>();
  scripted.answer(() => answer.promise);
  await clock.advance(1000);
  await until("the call", () => scripted.calls.length === 1);
  expect(scripted.calls[0]?.input.Entries?.map(({ VisibilityTimeout }) => VisibilityTimeout)).toEqual([499]);
  await clock.advance(20_000);
  answer.resolve({ Successful: [{ Id: "0" }] });
  await until("the extension", () => lease.remainingMs(0) > 300_000);
  expect(lease.remainingMs(0)).toBe(500_000);
});

test("an answer is awaited for a quarter of the shortest lease, and for six seconds at most, so that another try fits", async () => {
  const { scripted, clock, heartbeat } = await setup();
  const limits: unknown[] = [];
  const send = scripted.client.send.bind(scripted.client) as (...given: unknown[]) => unknown;
  scripted.client.send = ((command: unknown, given: { requestTimeout?: number }) => {
    limits.push(given?.requestTimeout);
    return send(command, given);
  }) as typeof scripted.client.send;
  heartbeat.keepAlive(deliveryNamed("short", { kind: "a", lease: new Lease(0, 4) }));
  heartbeat.keepAlive(deliveryNamed("long", { kind: "b", lease: new Lease(0, 60) }));
  await clock.advance(2000);
  await until("the first call", () => scripted.calls.length === 1);
  await clock.advance(23_000);
  await until("the other call", () => scripted.calls.some(({ input }) => /b$/.test(String(input.QueueUrl))));
  expect([limits[0], limits.at(-1)]).toEqual([1000, 6000]);
});

test("a loop that is started twice is one loop", async () => {
  const { clock, heartbeat } = await setup();
  heartbeat.start();
  await settled();
  expect(clock.sleeping()).toBe(1);
});

/** A queue with one message of ten seconds' visibility, kept alive by a heartbeat. Both clocks move together. */
async function heldOnLocalQueue() {
  const cloud = await startTestCloud();
  const sqs = new SQSClient(cloud.settings);
  onTestFinished(async () => {
    sqs.destroy();
    await cloud.close();
  });
  const created = await sqs.send(
    new CreateQueueCommand({ QueueName: "q.fifo", Attributes: { FifoQueue: "true" } }),
  );
  const { QueueUrl = "" } = created;
  const message = { MessageBody: "{}", MessageGroupId: "g", MessageDeduplicationId: "d" };
  await sqs.send(new SendMessageCommand({ QueueUrl, ...message }));
  const receive = async () =>
    (await sqs.send(new ReceiveMessageCommand({ QueueUrl, VisibilityTimeout: 10 }))).Messages ?? [];
  const [received] = await receive();
  const clock = createFakeClock(cloud.clock.now());
  const { heartbeat, lost } = heartbeatFor(sqs, clock, QueueUrl);
  const delivery = deliveryNamed("m", {
    receiptHandle: received?.ReceiptHandle ?? "",
    lease: new Lease(0, 10),
  });
  heartbeat.keepAlive(delivery);
  const pass = async (seconds: number) => {
    for (let second = 0; second < seconds; second += 1) {
      const extensions = cloud.requests.since(0).length;
      const due = delivery.lease.wantsHeartbeat(clock.monotonic() + 1000);
      cloud.clock.advance(1000);
      await clock.advance(1000);
      if (due) await until("the extension", () => cloud.requests.since(0).length > extensions);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  return { cloud, clock, delivery, lost, receive, pass };
}

test("a message held for ten times its visibility timeout is never delivered again", async () => {
  const { delivery, lost, receive, pass } = await heldOnLocalQueue();
  for (let round = 0; round < 10; round += 1) {
    await pass(10);
    expect(await receive()).toEqual([]);
  }
  expect(delivery.lease.held).toBe(true);
  expect(lost).toEqual([]);
});

test("a message that another worker deleted is lost at the next heartbeat", async () => {
  const { cloud, delivery, lost, pass } = await heldOnLocalQueue();
  cloud.sqs.delete("q.fifo", delivery.receiptHandle);
  await pass(5);
  await until("the loss", () => lost.length === 1);
  expect(delivery.lease.signal.aborted).toBe(true);
});
