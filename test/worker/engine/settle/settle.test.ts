// Settling: which calls are made in which order, and how the local queue reacts.
import {
  CreateQueueCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { maxMessageBytes } from "../../../../worker/engine/job/message.ts";
import { Lease } from "../../../../worker/engine/lease/lease.ts";
import type { Delivery, Outcome } from "../../../../worker/engine/receive/delivery.ts";
import { type SettleOptions, Settler } from "../../../../worker/engine/settle/settle.ts";
import { startTestCloud } from "../../../support/cloud.ts";
import { deliveryNamed } from "../../../support/deliveries.ts";
import { createFakeClock, settled } from "../../../support/fake-clock.ts";
import { allDone, startScriptedSqs } from "../../../support/scripted-sqs.ts";
import { until } from "../../../support/until.ts";

const completed: Outcome = { outcome: "completed", replayed: false };
const deadLettered = (changes: Partial<Extract<Outcome, { outcome: "dead-lettered" }>> = {}): Outcome => ({
  outcome: "dead-lettered",
  cause: "Error: broken",
  runs: 3,
  jobId: "fixture-work/1",
  redrives: 0,
  unsent: true,
  ...changes,
});

function optionsFor(sqs: SQSClient, overrides: Partial<SettleOptions> = {}) {
  const clock = createFakeClock();
  const late: string[] = [];
  const letters: string[] = [];
  const options: SettleOptions = {
    sqs,
    clock,
    log: pino({ level: "silent" }),
    ledger: { deadLetterSent: async ({ jobId }) => void letters.push(jobId) },
    queueUrl: (kind) => `http://queue/${kind}`,
    deadLetterQueueUrl: (kind) => `http://dead/${kind}`,
    endHeartbeats: ({ lease }) => lease.settle(),
    lingerMs: 0,
    onLateDelete: ({ messageId }) => void late.push(messageId),
    ...overrides,
  };
  return { clock, late, letters, settler: new Settler(options) };
}

async function setup(overrides: Partial<SettleOptions> = {}) {
  const scripted = await startScriptedSqs();
  onTestFinished(scripted.close);
  return { scripted, calls: scripted.calls, ...optionsFor(scripted.client, overrides) };
}

const named = (count: number, overrides: Partial<Delivery> = {}) =>
  Array.from({ length: count }, (_, index) => deliveryNamed(`m${index}`, overrides));
const handles = ({ input }: { input: { Entries?: { ReceiptHandle: string }[] } }) =>
  (input.Entries ?? []).map(({ ReceiptHandle }) => ReceiptHandle);

test("messages of jobs that end within the linger time are deleted together, at most ten per call", async () => {
  const { settler, calls, clock } = await setup({ lingerMs: 10 });
  const finished = named(14).map((delivery) => settler.finish(delivery, completed));
  await until("the full batch", () => calls.length === 1);
  expect(handles(calls[0] ?? { input: {} })).toHaveLength(10);
  await clock.advance(10);
  await Promise.all(finished);
  expect(calls.map(({ action }) => action)).toEqual(["DeleteMessageBatch", "DeleteMessageBatch"]);
  expect(calls.flatMap(handles).sort()).toEqual(
    named(14)
      .map(({ receiptHandle }) => receiptHandle)
      .sort(),
  );
});

test("messages of two kinds that end together are deleted each on its own queue", async () => {
  const { settler, calls, clock } = await setup({ lingerMs: 10 });
  const finished = ["a", "b", "a"].map((kind, index) =>
    settler.finish(deliveryNamed(`m${index}`, { kind }), completed),
  );
  await clock.advance(10);
  await Promise.all(finished);
  expect(calls.map((call) => [call.action, call.input.QueueUrl, handles(call)])).toEqual([
    ["DeleteMessageBatch", "http://queue/a", ["m0", "m2"]],
    ["DeleteMessageBatch", "http://queue/b", ["m1"]],
  ]);
});

test("a delay in parts of a second is rounded to the nearest whole one, since SQS takes no other", async () => {
  const { settler, calls } = await setup();
  for (const delaySeconds of [2.4, 2.6]) await settler.returnToQueue([deliveryNamed("m")], delaySeconds);
  const delays = calls.flatMap(({ input }) => (input.Entries ?? []).map((entry) => entry.VisibilityTimeout));
  expect(delays).toEqual([2, 3]);
});

test("a delete waits for the heartbeat in flight", async () => {
  const { settler, calls } = await setup();
  const delivery = deliveryNamed("m");
  const beat = Promise.withResolvers<void>();
  delivery.lease.beating(beat.promise);
  const finished = settler.finish(delivery, completed);
  await settled();
  expect(calls).toEqual([]);
  beat.resolve();
  await finished;
  expect(calls.map(({ action }) => action)).toEqual(["DeleteMessageBatch"]);
});

test("a return waits for the heartbeat in flight", async () => {
  const { settler, calls } = await setup();
  const delivery = deliveryNamed("m");
  const beat = Promise.withResolvers<void>();
  delivery.lease.beating(beat.promise);
  const returned = settler.returnToQueue([delivery], 0);
  await settled();
  expect(calls).toEqual([]);
  beat.resolve();
  await returned;
  expect(calls).toHaveLength(1);
});

test("a group is returned newest first and its head last, in its own call, all with the same delay", async () => {
  const { settler, calls } = await setup();
  const group = named(25).map((delivery, index) => ({ ...delivery, receiveId: index % 2 ? "a" : "b" }));
  await settler.returnToQueue(group, 7);
  const newestFirst = named(25)
    .map(({ receiptHandle }) => receiptHandle)
    .reverse();
  expect(calls.map(handles)).toEqual([
    newestFirst.slice(0, 10),
    newestFirst.slice(10, 20),
    newestFirst.slice(20, 24),
    ["m0"],
  ]);
  const delays = calls.flatMap(({ input }) => (input.Entries ?? []).map((entry) => entry.VisibilityTimeout));
  expect(new Set(delays)).toEqual(new Set([7]));
});

test("the head is not returned before the followers' return was answered", async () => {
  const { settler, scripted, calls } = await setup();
  const answer = Promise.withResolvers<unknown>();
  scripted.answer(() => answer.promise);
  const returned = settler.returnToQueue(named(3), 0);
  await until("the followers' return", () => calls.length === 1);
  await settled();
  expect(calls.map(handles)).toEqual([["m2", "m1"]]);
  scripted.answer(allDone);
  answer.resolve({ Successful: [], Failed: [] });
  await returned;
  expect(calls.map(handles)).toEqual([["m2", "m1"], ["m0"]]);
});

test("a message that is no longer ours is not returned: neither after a lost lease nor after one that ran out unnoticed", async () => {
  const { settler, calls, clock } = await setup();
  const [lost, expired, ours] = [
    deliveryNamed("lost"),
    deliveryNamed("expired", { lease: new Lease(0, 5) }),
    deliveryNamed("ours"),
  ];
  lost.lease.lose("taken");
  await clock.advance(6000);
  await settler.returnToQueue([lost, expired, ours], 0);
  expect(calls.map(handles)).toEqual([["ours"]]);
});

test("a return that SQS calls wrong is left to the visibility timeout, and the others are returned anyway", async () => {
  const { settler, scripted, calls } = await setup();
  let refused = 0;
  scripted.gateway.faults.push(() => {
    refused += 1;
    return refused === 1
      ? { kind: "error", status: 400, code: "InvalidParameterValue", message: "no" }
      : undefined;
  });
  await settler.returnToQueue(named(3), 0);
  expect(calls.map(handles)).toEqual([["m0"]]);
});

test("a delete that SQS could not do is repeated, whoever SQS says is at fault; one that came too late is counted and not repeated", async () => {
  const { settler, scripted, calls, clock, late } = await setup({ lingerMs: 1 });
  scripted.answer(({ input }) => ({
    Successful: [],
    Failed: (input.Entries ?? []).map(({ Id, ReceiptHandle }) => ({
      Id,
      Code: ReceiptHandle === "m0" ? "ReceiptHandleIsInvalid" : "RequestThrottled",
      SenderFault: true,
    })),
  }));
  const finished = Promise.all(named(2).map((delivery) => settler.finish(delivery, completed)));
  await clock.advance(1);
  await until("the first delete", () => calls.length === 1 && clock.sleeping() === 1);
  scripted.answer(allDone);
  await clock.advance(1000);
  await finished;
  expect(calls.map(handles)).toEqual([["m0", "m1"], ["m1"]]);
  expect(late).toEqual(["m0"]);
});

for (const [call, settle] of [
  ["DeleteMessageBatch", (settler: Settler, one: Delivery) => settler.finish(one, completed)],
  ["ChangeMessageVisibilityBatch", (settler: Settler, one: Delivery) => settler.returnToQueue([one], 0)],
] as const) {
  test(`${call} is repeated with growing pauses while SQS is in trouble, and done within 5 s of its return`, async () => {
    const { settler, scripted, calls, clock } = await setup();
    let refused = 0;
    const trouble = scripted.gateway.faults;
    // The SDK's own three attempts are one call.
    trouble.push(() => {
      refused += 1;
      return { kind: "error", status: 400, code: "AccessDenied", message: "no" };
    });
    let over = false;
    const done = settle(settler, deliveryNamed("m")).then(() => {
      over = true;
    });
    for (const [tries, pauseMs] of [250, 500, 1000, 2000, 4000, 5000, 5000].entries()) {
      await until(`try ${tries + 1}`, () => refused === tries + 1 && clock.sleeping() === 1);
      await clock.advance(pauseMs - 1);
      expect([over, refused]).toEqual([false, tries + 1]);
      await clock.advance(1);
    }
    await until("try 8", () => refused === 8 && clock.sleeping() === 1);
    trouble.splice(0);
    await clock.advance(5000);
    await done;
    expect(calls.map(({ action }) => action)).toEqual([call]);
  });

  test(`${call} is given up when the lease has run out`, async () => {
    const { settler, scripted, calls, clock } = await setup();
    scripted.answer(({ input }) => ({
      Failed: (input.Entries ?? []).map(({ Id }) => ({ Id, Code: "InternalError", SenderFault: false })),
    }));
    const done = settle(settler, deliveryNamed("m", { lease: new Lease(0, 2) }));
    for (const [tries, pauseMs] of [250, 500, 1000, 2000].entries()) {
      await until(`try ${tries + 1}`, () => calls.length === tries + 1 && clock.sleeping() === 1);
      await clock.advance(pauseMs);
    }
    await done;
    expect(calls).toHaveLength(4);
  });
}

test("a dead letter is sent and noted before its message is deleted", async () => {
  const noted: number[] = [];
  const { settler, calls } = await setup({
    ledger: { deadLetterSent: async () => void noted.push(calls.length) },
  });
  await settler.finish(
    deliveryNamed("m", { body: '{"as":"it came"}', group: "album-7" }),
    deadLettered({ redrives: 2 }),
  );
  expect(calls.map(({ action }) => action)).toEqual(["SendMessage", "DeleteMessageBatch"]);
  expect(noted).toEqual([1]);
  expect(calls[0]?.input).toMatchObject({
    QueueUrl: "http://dead/fixture-work",
    MessageBody: '{"as":"it came"}',
    MessageGroupId: "album-7",
    MessageDeduplicationId: "fixture-work/1#2#m",
    MessageAttributes: {
      cause: { DataType: "String", StringValue: "Error: broken" },
      runs: { DataType: "Number", StringValue: "3" },
      jobId: { DataType: "String", StringValue: "fixture-work/1" },
    },
  });
});

test("a dead letter that has been sent before is not sent again", async () => {
  const { settler, calls } = await setup();
  await settler.finish(deliveryNamed("m"), deadLettered({ unsent: false }));
  expect(calls.map(({ action }) => action)).toEqual(["DeleteMessageBatch"]);
});

test("a message whose dead letter was not sent is not deleted; it is delivered again after a delay", async () => {
  const { settler, scripted, calls, letters } = await setup();
  scripted.gateway.faults.push(({ action }) =>
    action === "SendMessage"
      ? { kind: "error", status: 400, code: "AccessDenied", message: "no" }
      : undefined,
  );
  await settler.finish(deliveryNamed("m"), deadLettered());
  expect(calls.map(({ action, input }) => [action, input.Entries?.[0]?.VisibilityTimeout])).toEqual([
    ["ChangeMessageVisibilityBatch", 5],
  ]);
  expect(letters).toEqual([]);
});

test("a message whose dead letter could not be noted is not deleted: its next delivery notes it", async () => {
  const { settler, calls } = await setup({
    ledger: { deadLetterSent: () => Promise.reject(new Error("the table does not answer")) },
  });
  await settler.finish(deliveryNamed("m"), deadLettered());
  expect(calls.map(({ action }) => action)).toEqual(["SendMessage", "ChangeMessageVisibilityBatch"]);
});

/** A local queue with its dead-letter queue; `visible` receives what can be received now. */
async function localQueues() {
  const cloud = await startTestCloud();
  const sqs = new SQSClient(cloud.settings);
  onTestFinished(async () => {
    sqs.destroy();
    await cloud.close();
  });
  const create = async (QueueName: string) =>
    (await sqs.send(new CreateQueueCommand({ QueueName, Attributes: { FifoQueue: "true" } }))).QueueUrl ?? "";
  const [queue, dead] = [await create("q.fifo"), await create("q-dead.fifo")];
  const visible = async (QueueUrl = queue) =>
    (
      await sqs.send(
        new ReceiveMessageCommand({
          QueueUrl,
          MaxNumberOfMessages: 10,
          MessageAttributeNames: ["All"],
          MessageSystemAttributeNames: ["All"],
        }),
      )
    ).Messages ?? [];
  const send = (MessageBody: string) =>
    sqs.send(
      new SendMessageCommand({
        QueueUrl: queue,
        MessageBody,
        MessageGroupId: "g",
        MessageDeduplicationId: MessageBody,
      }),
    );
  const received = async () =>
    (await visible()).map((message) =>
      deliveryNamed(message.MessageId ?? "", {
        receiptHandle: message.ReceiptHandle ?? "",
        body: message.Body ?? "",
      }),
    );
  const { settler } = optionsFor(sqs, { queueUrl: () => queue, deadLetterQueueUrl: () => dead });
  return { cloud, settler, send, received, visible, dead };
}

test("a group returned to the local queue is delivered again at once, in order", async () => {
  const { settler, send, received } = await localQueues();
  for (const body of ["1", "2", "3"]) await send(body);
  await settler.returnToQueue(await received(), 0);
  expect((await received()).map(({ body }) => body)).toEqual(["1", "2", "3"]);
});

test("a group returned to the local queue with a delay waits that long as a whole", async () => {
  const { settler, send, received, cloud } = await localQueues();
  for (const body of ["1", "2", "3"]) await send(body);
  await settler.returnToQueue(await received(), 7);
  cloud.clock.advance(6900);
  expect(await received()).toEqual([]);
  cloud.clock.advance(200);
  expect((await received()).map(({ body }) => body)).toEqual(["1", "2", "3"]);
});

for (const [name, body, cause] of [
  ["a body that fills a message alone", "x".repeat(maxMessageBytes), "Error: broken"],
  ["a body that leaves little room", "x".repeat(maxMessageBytes - 120), "c".repeat(1000)],
  ["a cause of control characters", "{}", "\u0000\u0007bell\ud800"],
  ["a cause cut in the middle of a character", "{}", `${"x".repeat(999)}\u{1f600}\u{1f600}`],
  ["a cause of nothing", "{}", ""],
] as const)
  test(`a dead letter with ${name} is accepted by the queue, body unchanged`, async () => {
    const { settler, visible, dead } = await localQueues();
    await settler.finish(deliveryNamed("m", { body }), deadLettered({ cause }));
    const [letter] = await visible(dead);
    expect(letter?.Body === body).toBe(true);
  });

test("a dead letter sent twice within five minutes is one letter", async () => {
  const { settler, visible, dead } = await localQueues();
  for (const _ of [1, 2]) await settler.finish(deliveryNamed("m"), deadLettered());
  expect(await visible(dead)).toHaveLength(1);
});

test("the letter of a job that dies twice within five minutes is a second letter: by its redrives, or by its message", async () => {
  const { settler, visible, dead } = await localQueues();
  await settler.finish(deliveryNamed("m"), deadLettered());
  await settler.finish(deliveryNamed("m"), deadLettered({ redrives: 1 }));
  // A redrive by another tool counts nowhere while the job itself is completed; SQS gives its message a new id.
  await settler.finish(deliveryNamed("moved"), deadLettered());
  expect(await visible(dead)).toHaveLength(3);
});

test("no dead letter is sent under a lease that has run out: another worker may have sent it, and the job may run again", async () => {
  const { settler, clock, calls, letters } = await setup();
  await clock.advance(61_000);
  await settler.finish(deliveryNamed("m0"), deadLettered());
  expect(calls).toEqual([]);
  expect(letters).toEqual([]);
});
