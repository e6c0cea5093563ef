// The poller: when it receives, how many messages, with which attempt id, and what happens to pending receives at its stop.
import { execFile } from "node:child_process";
import { hash } from "node:crypto";
import { join } from "node:path";
import { promisify } from "node:util";
import { CreateQueueCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import type { Delivery } from "../../../../worker/engine/receive/delivery.ts";
import { Poller, type PollerOptions, type PollerRoom } from "../../../../worker/engine/receive/poller.ts";
import { startTestCloud } from "../../../support/cloud.ts";
import { createFakeClock, settled } from "../../../support/fake-clock.ts";
import { type Script, startScriptedSqs } from "../../../support/scripted-sqs.ts";
import { until } from "../../../support/until.ts";

/** Room for messages as a test wants it. */
function roomFor(free: number) {
  const accepted: Delivery[] = [];
  let changed = Promise.withResolvers<void>();
  const room: PollerRoom & { free: number; starved: boolean } = {
    free,
    starved: true,
    roomFor: () => room.free,
    worthFew: () => room.starved,
    changed: () => changed.promise,
    accept: (deliveries) => {
      accepted.push(...deliveries);
      change({});
    },
  };
  const change = (next: Partial<{ free: number; starved: boolean }>) => {
    Object.assign(room, next);
    changed.resolve();
    changed = Promise.withResolvers();
  };
  return { room, accepted, change };
}

function pollerFor(sqs: SQSClient, room: PollerRoom, overrides: Partial<PollerOptions> = {}) {
  const clock = createFakeClock();
  const held: Delivery[] = [];
  const poller = new Poller({
    kind: "fixture-work",
    queueUrl: "http://queue",
    sqs,
    room,
    clock,
    log: pino({ level: "silent" }),
    visibilitySeconds: 60,
    waitSeconds: () => 20,
    receives: 1,
    keepAlive: (delivery) => void held.push(delivery),
    ...overrides,
  });
  return { poller, clock, held };
}

const messages = (count: number, group = "g") => ({
  Messages: Array.from({ length: count }, (_, index) => ({
    MessageId: `m${index}`,
    ReceiptHandle: `h${index}`,
    Body: "{}",
    MD5OfBody: hash("md5", "{}"),
    Attributes: { MessageGroupId: group, ApproximateReceiveCount: "2" },
  })),
});

/** A poller against an SQS with scripted answers; unanswered receives end with the test. */
async function scriptedPoller(free: number, script: Script, overrides: Partial<PollerOptions> = {}) {
  const scripted = await startScriptedSqs();
  scripted.answer(script);
  const { room, accepted, change } = roomFor(free);
  const made = pollerFor(scripted.client, room, overrides);
  onTestFinished(async () => {
    scripted.answer(() => ({}));
    const stopped = made.poller.stop();
    await scripted.close();
    await stopped;
  });
  return { scripted, calls: scripted.calls, room, accepted, change, ...made };
}

const forEver = () => new Promise(() => {});
const askedFor = (calls: { input: Record<string, unknown> }[]) =>
  calls.map(({ input }) => input.MaxNumberOfMessages);
/**
 * Lets everything that is ready run, timers of no length included: sqs-consumer polls by one. A receive that is due has been
 * sent by then, as `sent` of the scripted SQS tells.
 */
async function aMoment(): Promise<void> {
  for (let turn = 0; turn < 4; turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    await settled();
  }
}

test("a receive asks for ten messages with visibility, attributes and an attempt id", async () => {
  const { poller, calls } = await scriptedPoller(100, forEver);
  poller.start();
  await until("a receive", () => calls.length === 1);
  expect(calls[0]).toEqual({
    action: "ReceiveMessage",
    input: {
      QueueUrl: "http://queue",
      MaxNumberOfMessages: 10,
      WaitTimeSeconds: 20,
      VisibilityTimeout: 60,
      ReceiveRequestAttemptId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      AttributeNames: [],
      MessageAttributeNames: ["causedBy"],
      MessageSystemAttributeNames: ["MessageGroupId", "ApproximateReceiveCount"],
    },
  });
});

test("never more is asked for than there is room, and less than ten only while a slot is idle", async () => {
  const { poller, calls, change, scripted } = await scriptedPoller(4, forEver);
  change({ starved: false });
  poller.start();
  await aMoment();
  expect(scripted.sent()).toBe(0);
  change({ starved: true });
  await until("a receive", () => calls.length === 1);
  expect(askedFor(calls)).toEqual([4]);
});

test("a full batch is asked for as soon as there is room for exactly one, although no slot is idle", async () => {
  const { poller, calls, change } = await scriptedPoller(9, forEver);
  change({ starved: false });
  poller.start();
  change({ free: 10 });
  await until("a receive", () => calls.length === 1);
  expect(askedFor(calls)).toEqual([10]);
});

test("the lease of a message is kept alive before its job can run and end", async () => {
  const script: Script[] = [() => messages(3)];
  const { poller, room, held } = await scriptedPoller(10, (call) => (script.shift() ?? forEver)(call));
  const keptBefore: number[] = [];
  room.accept = () => void keptBefore.push(held.length);
  poller.start();
  await until("the messages", () => keptBefore.length === 1);
  expect(keptBefore).toEqual([3]);
});

test("messages are passed on in the order of the receive, each with a lease that runs since the receive was sent", async () => {
  const answer = Promise.withResolvers<unknown>();
  const script: Script[] = [() => answer.promise];
  const { poller, clock, accepted, held } = await scriptedPoller(10, (call) =>
    (script.shift() ?? forEver)(call),
  );
  poller.start();
  await until("a receive", () => script.length === 0);
  await clock.advance(7000);
  answer.resolve(messages(3, "album-7"));
  await until("the messages", () => accepted.length === 3);
  expect(accepted.map(({ messageId }) => messageId)).toEqual(["m0", "m1", "m2"]);
  expect(accepted[0]).toMatchObject({
    kind: "fixture-work",
    receiptHandle: "h0",
    group: "album-7",
    receiveCount: 2,
    body: "{}",
  });
  expect(held).toEqual(accepted);
  expect(accepted.map(({ lease }) => lease.remainingMs(7000))).toEqual([53_000, 53_000, 53_000]);
});

test("polling goes on while jobs of the last receive still run", async () => {
  let receives = 0;
  const { poller, accepted } = await scriptedPoller(100, () => {
    receives += 1;
    return receives <= 3 ? messages(10) : forEver();
  });
  poller.start();
  await until("three receives", () => accepted.length === 30);
});

test("pending receives count as used room: two never ask for the same room", async () => {
  let answered = 0;
  const { poller, calls, room, scripted } = await scriptedPoller(
    20,
    () => {
      answered += 1;
      return answered === 1 ? messages(10) : forEver();
    },
    { receives: 4 },
  );
  room.accept = () => void Object.assign(room, { free: 13 });
  poller.start();
  await until("the third receive", () => calls.length >= 3);
  await aMoment();
  expect([askedFor(calls), scripted.sent()]).toEqual([[10, 10, 3], 3]);
});

test("an empty queue costs one long poll, however many receives are allowed", async () => {
  const { poller, calls, scripted } = await scriptedPoller(1000, forEver, { receives: 3 });
  poller.start();
  await until("a long poll", () => calls.length === 1);
  await aMoment();
  expect([calls.map(({ input }) => input.WaitTimeSeconds), scripted.sent()]).toEqual([[20], 1]);
});

test("after full batches more receives are sent beside the long poll, without waiting themselves", async () => {
  let receives = 0;
  const { poller, calls } = await scriptedPoller(
    1000,
    () => {
      receives += 1;
      return receives <= 2 ? messages(10) : forEver();
    },
    { receives: 3 },
  );
  poller.start();
  await until("three receives under way", () => calls.length === 5);
  // One beside the long poll after the first full batch; it brings the second one, after which two are.
  expect(calls.map(({ input }) => input.WaitTimeSeconds).sort()).toEqual([0, 0, 0, 20, 20]);
  expect(new Set(calls.map(({ input }) => input.ReceiveRequestAttemptId)).size).toBe(5);
});

test("room that a receive asked for is free again when it brought nothing, so an empty queue is polled for ever", async () => {
  let receives = 0;
  const { poller, calls } = await scriptedPoller(10, () => {
    receives += 1;
    return receives <= 5 ? {} : forEver();
  });
  poller.start();
  await until("the sixth receive", () => calls.length === 6);
  expect(new Set(askedFor(calls))).toEqual(new Set([10]));
});

test("an empty receive ends the receives beside the long poll", async () => {
  let longPolls = 0;
  const { poller, calls, scripted } = await scriptedPoller(
    1000,
    ({ input }) => {
      if (input.WaitTimeSeconds === 0) return {};
      longPolls += 1;
      return longPolls === 1 ? messages(10) : forEver();
    },
    { receives: 2 },
  );
  poller.start();
  await until("both receives after the full batch", () => calls.length >= 3 && scripted.answered() >= 2);
  await aMoment();
  expect(calls.map(({ input }) => input.WaitTimeSeconds).sort()).toEqual([0, 20, 20]);
  expect(scripted.sent()).toBe(3);
});

test("an attempt id stays the same until an answer has arrived, and then changes", async () => {
  const { poller, calls, scripted, clock } = await scriptedPoller(100, () =>
    calls.length < 6 ? {} : forEver(),
  );
  let dropped = 0;
  scripted.gateway.faults.push(() => {
    dropped += 1;
    return dropped <= 4 ? { kind: "drop-answer" } : undefined;
  });
  poller.start();
  // The SDK makes three tries; then the poller waits and receives again.
  await until("the pause", () => clock.sleeping() === 1);
  await clock.advance(1000);
  await until("the next receive", () => calls.length === 6);
  const ids = calls.map(({ input }) => input.ReceiveRequestAttemptId);
  expect(new Set(ids.slice(0, 5)).size).toBe(1);
  expect(ids[5]).not.toBe(ids[4]);
});

test("failed receives are repeated after growing delays of ten seconds at most, not immediately", async () => {
  const clock = createFakeClock();
  const pauses: number[] = [];
  const sleep = (ms: number, signal?: AbortSignal) => {
    pauses.push(ms);
    return clock.sleep(ms, signal);
  };
  const { poller, scripted } = await scriptedPoller(10, () => ({}), { clock: { ...clock, sleep } });
  let tries = 0;
  scripted.gateway.faults.push(() => {
    tries += 1;
    return { kind: "error", status: 403, code: "AccessDenied", message: "no" };
  });
  poller.start();
  for (const [nth, atMostMs] of [
    [1, 500],
    [2, 1000],
    [3, 2000],
    [4, 4000],
    [5, 8000],
    [6, 10_000],
    [7, 10_000],
  ] as const) {
    const pause = await until(`pause ${nth}`, () => pauses[nth - 1]);
    expect(tries).toBe(nth);
    expect(pause).toBeGreaterThanOrEqual(atMostMs / 2);
    expect(pause).toBeLessThanOrEqual(atMostMs);
    await clock.wakeNext();
  }
});

test("a queue that was deleted is one short line at the 1st, 2nd, 4th, 8th failed receive, with pauses of at most ten seconds", async () => {
  const lines: string[] = [];
  const log = pino({ level: "info" }, { write: (line: string) => void lines.push(line) });
  const { poller, scripted, clock } = await scriptedPoller(100, () => ({}), { log });
  let tries = 0;
  scripted.gateway.faults.push(() => {
    tries += 1;
    return { kind: "error", status: 400, code: "QueueDoesNotExist", message: "The queue does not exist." };
  });
  poller.start();
  for (let nth = 1; nth < 10; nth += 1) {
    await until(`pause ${nth}`, () => tries === nth && clock.sleeping() === 1);
    const before = clock.monotonic();
    await clock.wakeNext();
    expect(clock.monotonic() - before).toBeLessThanOrEqual(10_000);
  }
  await until("the tenth try", () => tries === 10);
  const failed = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(failed.map(({ failures, msg }) => [failures, msg])).toEqual(
    [1, 2, 4, 8].map((failures) => [failures, "receive failed"]),
  );
  expect(failed[0]).toMatchObject({
    kind: "fixture-work",
    cause: "QueueDoesNotExist: The queue does not exist.",
  });
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThan(300);
});

test("a stop waits for the pending receive and passes on its messages; no receive follows", async () => {
  const answer = Promise.withResolvers<unknown>();
  const { poller, calls, accepted, scripted } = await scriptedPoller(100, () => answer.promise);
  poller.start();
  await until("a receive", () => calls.length === 1);
  let stopped = false;
  const stopping = poller.stop().then(() => {
    stopped = true;
  });
  await aMoment();
  expect(stopped).toBe(false);
  answer.resolve(messages(2));
  await stopping;
  expect(accepted).toHaveLength(2);
  await aMoment();
  expect(scripted.sent()).toBe(1);
});

test("a stop while the poller waits for room ends it immediately", async () => {
  const { poller, scripted, change } = await scriptedPoller(0, forEver);
  poller.start();
  await aMoment();
  await poller.stop();
  change({ free: 100 });
  await aMoment();
  expect(scripted.sent()).toBe(0);
});

test("whenever a stop comes, every receive that was sent has landed when it is over, and none follows", async () => {
  const scripted = await startScriptedSqs();
  onTestFinished(scripted.close);
  scripted.answer(() => messages(1));
  for (let turns = 0; turns < 20; turns += 1) {
    const { room, accepted, change } = roomFor(0);
    const { poller } = pollerFor(scripted.client, room);
    const before = scripted.sent();
    poller.start();
    await new Promise((resolve) => setImmediate(resolve));
    change({ free: 100 });
    for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
    await poller.stop();
    const landed = accepted.length;
    await aMoment();
    expect([turns, scripted.sent() - before, accepted.length]).toEqual([turns, landed, landed]);
  }
});

test("a stop is no failure: nothing is logged", async () => {
  const logged: string[] = [];
  const log = pino({}, { write: (line: string) => void logged.push(line) });
  const { poller, change } = await scriptedPoller(0, forEver, { log });
  poller.start();
  await poller.stop();
  change({ free: 100 });
  await aMoment();
  expect(logged).toEqual([]);
});

test("a process whose pollers have stopped has nothing left to do and ends by itself", async () => {
  const program = join(import.meta.dirname, "../../../support/stopped-poller.ts");
  const { stdout } = await promisify(execFile)(process.execPath, [program], { timeout: 100_000 });
  expect(stdout).toBe("stopped\n");
});

test("a stop while the poller waits after a failure ends it immediately", async () => {
  const { poller, scripted, clock } = await scriptedPoller(100, () => ({}));
  scripted.gateway.faults.push(() => ({ kind: "error", status: 400, code: "AccessDenied", message: "no" }));
  poller.start();
  await until("the pause", () => clock.sleeping() === 1);
  await poller.stop();
  expect(clock.sleeping()).toBe(0);
});

/** A poller on the local queue. */
async function localPoller(overrides: Partial<PollerOptions> = {}) {
  const cloud = await startTestCloud();
  const sqs = new SQSClient(cloud.settings);
  const attributes = {
    FifoQueue: "true",
    DeduplicationScope: "messageGroup",
    FifoThroughputLimit: "perMessageGroupId",
  };
  const created = await sqs.send(new CreateQueueCommand({ QueueName: "q.fifo", Attributes: attributes }));
  const { QueueUrl = "" } = created;
  const { room, accepted } = roomFor(1000);
  const { poller, clock } = pollerFor(sqs, room, { queueUrl: QueueUrl, ...overrides });
  onTestFinished(async () => {
    const stopped = poller.stop();
    await cloud.close();
    await stopped;
    sqs.destroy();
  });
  const send = (group: string, body: string) =>
    sqs.send(
      new SendMessageCommand({
        QueueUrl,
        MessageBody: body,
        MessageGroupId: group,
        MessageDeduplicationId: `${group}-${body}`,
      }),
    );
  return { cloud, poller, clock, accepted, send };
}

test("messages of a receive whose answers were all lost arrive once, with the repeated attempt id, without waiting for their visibility timeout", async () => {
  const { cloud, poller, clock, accepted, send } = await localPoller();
  for (const body of ["1", "2", "3"]) await send("g", body);
  let dropped = 0;
  cloud.faults.push(({ action }) => {
    if (action !== "ReceiveMessage") return undefined;
    dropped += 1;
    return dropped <= 3 ? { kind: "drop-answer" } : undefined;
  });
  poller.start();
  await until("the pause after three lost answers", () => clock.sleeping() === 1);
  expect(cloud.sqs.metrics("q.fifo").inFlight).toBe(3);
  await clock.advance(1000);
  await until("the messages", () => accepted.length > 0);
  expect(accepted.map(({ body, receiveCount }) => [body, receiveCount])).toEqual([
    ["1", 1],
    ["2", 1],
    ["3", 1],
  ]);
});

test("a message that arrives during the stop is passed on, not stranded", async () => {
  const { cloud, poller, accepted, send } = await localPoller();
  poller.start();
  await until("the long poll", () => cloud.sqs.waiting("q.fifo") === 1);
  const stopping = poller.stop();
  await send("g", "late");
  await stopping;
  expect(accepted.map(({ body }) => body)).toEqual(["late"]);
});

test("messages that a long poll has taken and not delivered are passed on when it is given up", async () => {
  const { cloud, poller, accepted, send } = await localPoller();
  for (const body of ["1", "2"]) await send("g", body);
  let held = 0;
  cloud.faults.push(({ action }) => {
    if (action !== "ReceiveMessage") return undefined;
    held += 1;
    return held === 1 ? { kind: "delay", beforeMs: 0, afterMs: 3_600_000 } : undefined;
  });
  poller.start();
  await until("the messages to be taken", () => cloud.sqs.metrics("q.fifo").inFlight === 2);
  const stopping = poller.stop();
  poller.hurry();
  await stopping;
  expect(accepted.map(({ body, receiveCount }) => [body, receiveCount])).toEqual([
    ["1", 1],
    ["2", 1],
  ]);
});

test("a long poll of an empty queue that is given up ends at once, and its successor waits no second", async () => {
  const { poller, calls, scripted } = await scriptedPoller(100, ({ input }) =>
    input.WaitTimeSeconds === 0 ? {} : forEver(),
  );
  poller.start();
  await until("the long poll", () => calls.length === 1);
  const stopping = poller.stop();
  poller.hurry();
  await stopping;
  const [open, again] = scripted.calls.map(({ input }) => input);
  expect(again).toEqual({ ...open, WaitTimeSeconds: 0 });
});

test("several receives at once receive five hundred messages of fifty groups once, each group in order", async () => {
  const { poller, accepted, send } = await localPoller({ receives: 4 });
  const groups = Array.from({ length: 50 }, (_, index) => `g${index}`);
  const bodies = Array.from({ length: 10 }, (_, index) => String(index));
  await Promise.all(
    groups.map(async (group) => {
      for (const body of bodies) await send(group, body);
    }),
  );
  poller.start();
  await until("all messages", () => accepted.length >= 500);
  for (const group of groups)
    expect(accepted.filter((delivery) => delivery.group === group).map(({ body }) => body)).toEqual(bodies);
});
