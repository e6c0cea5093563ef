// Enqueueing to the local queue: ids, limits, and what arrives.
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { createEnqueue, PayloadRefused } from "../../../../worker/engine/enqueue/enqueue.ts";
import { defineJob, jobIdOf } from "../../../../worker/engine/job/define-job.ts";
import { maxMessageBytes } from "../../../../worker/engine/job/message.ts";
import { Lease } from "../../../../worker/engine/lease/lease.ts";
import { deliveryOf } from "../../../../worker/engine/receive/delivery.ts";
import { readMessage } from "../../../../worker/engine/receive/read-message.ts";
import { startTestCloud, type TestCloud } from "../../../support/cloud.ts";

const job = defineJob({
  kind: "fixture-work",
  payload: z.object({ group: z.string(), id: z.string(), text: z.string().max(2_000_000).default("") }),
  messageGroupId: ({ group }) => group,
  deduplicationId: ({ id }) => id,
});

let cloud: TestCloud;
let sqs: SQSClient;
let QueueUrl = "";
beforeAll(async () => {
  cloud = await startTestCloud();
  sqs = new SQSClient(cloud.settings);
  const attributes = {
    FifoQueue: "true",
    DeduplicationScope: "messageGroup",
    FifoThroughputLimit: "perMessageGroupId",
  };
  const created = await sqs.send(new CreateQueueCommand({ QueueName: "q.fifo", Attributes: attributes }));
  QueueUrl = created.QueueUrl ?? "";
});
afterAll(async () => {
  sqs.destroy();
  await cloud.close();
});

const producer = () =>
  createEnqueue({ sqs, queueUrl: () => QueueUrl, now: () => 0, newTraceId: () => "new-trace" });
const enqueue = (payload: z.output<typeof job.payload>, traceId?: string) =>
  producer()(job, payload, traceId === undefined ? {} : { traceId });
async function received() {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, MessageSystemAttributeNames: ["All"] }),
  );
  return Messages;
}

test("the message has version 1, is in the job's group and contains the payload", async () => {
  const payload = { group: "album-7", id: "first", text: "héllo" };
  const { jobId, messageId } = await enqueue(payload, "trace-1");
  const [message] = await received();
  expect(message).toMatchObject({
    MessageId: messageId,
    Attributes: { MessageGroupId: "album-7", MessageDeduplicationId: jobId.split("/")[1] },
  });
  expect(readMessage(job, message?.Body ?? "")).toEqual({
    message: {
      v: 1,
      kind: "fixture-work",
      jobId,
      payload,
      enqueuedAt: "1970-01-01T00:00:00.000Z",
      traceId: "trace-1",
      redrives: 0,
    },
    payload,
  });
});

test("the same job enqueued twice is one message and one job id", async () => {
  const payload = { group: "twice", id: "same", text: "" };
  const [first, second] = [await enqueue(payload), await enqueue(payload)];
  expect(second).toEqual(first);
  expect(await received()).toHaveLength(1);
});

for (const [name, group] of [
  ["too long", "g".repeat(129)],
  ["with spaces and umlauts", "Fotos / Ünser Sommer"],
  ["empty", ""],
])
  test(`a group ${name} for SQS is replaced by its hash, always the same`, async () => {
    await enqueue({ group: group ?? "", id: `${name}-1`, text: "" });
    await enqueue({ group: group ?? "", id: `${name}-2`, text: "" });
    const groups = (await received()).map(({ Attributes }) => Attributes?.MessageGroupId);
    expect(groups).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/), groups[0]]);
  });

test("characters that SQS refuses in a body arrive unchanged", async () => {
  const text = "\u0000\u0008\ufffe\uffff\ud800 \u{1f600}";
  await enqueue({ group: "odd", id: "odd", text });
  const [message] = await received();
  expect(readMessage(job, message?.Body ?? "")).toMatchObject({ payload: { text } });
});

test("a message of exactly 1 MiB is accepted; one byte more is refused before it is sent, with size and limit", async () => {
  const payload = { group: "big", id: "big", text: "" };
  const { jobId } = await enqueue({ ...payload, id: "probe" });
  expect(jobId).toBeTruthy();
  const [probe] = await received();
  const room = maxMessageBytes - Buffer.byteLength(probe?.Body ?? "") + "probe".length - "big".length;
  await enqueue({ ...payload, text: "x".repeat(room) });
  const tooBig = enqueue({ ...payload, id: "bug", text: "x".repeat(room + 1) });
  await expect(tooBig).rejects.toThrow(PayloadRefused);
  await expect(tooBig).rejects.toThrow("message: 1048577 bytes, at most 1048576 (1 MiB) fit a message");
});

test("the limit counts bytes, not characters", async () => {
  const payload = { group: "big", id: "wide", text: "é".repeat(maxMessageBytes / 2) };
  await expect(enqueue(payload)).rejects.toThrow(
    /^payload refused for fixture-work: message: 104\d{4} bytes, /,
  );
});

test("the job's id follows from the payload as it was given, and so does the message", async () => {
  const trimming = defineJob({
    kind: "fixture-work",
    payload: z.object({ id: z.string().trim() }),
    messageGroupId: () => "trimmed",
    deduplicationId: ({ id }) => id,
  });
  const options = { sqs, queueUrl: () => QueueUrl, now: () => 0, newTraceId: () => "t" };
  const { jobId } = await createEnqueue(options)(trimming, { id: " a " });
  expect(jobId).toBe(jobIdOf(trimming, { id: " a " }));
  const [message] = await received();
  expect(JSON.parse(message?.Body ?? "")).toMatchObject({ jobId, payload: { id: " a " } });
});

test("a payload that does not fit the job is refused with every field named", async () => {
  const wrong = { group: 7, id: null, text: "" } as unknown as z.output<typeof job.payload>;
  await expect(enqueue(wrong)).rejects.toThrow(/^payload refused for fixture-work: group: .*; id: /);
  const nothing = undefined as unknown as z.output<typeof job.payload>;
  await expect(enqueue(nothing)).rejects.toThrow(/^payload refused for fixture-work: payload: /);
});

test("a message says whom its job follows, beside the body, so that a worker of before reads it as any other", async () => {
  const payload = { group: "follow", id: "follow-1", text: "" };
  await producer()(job, payload, { causedBy: "fixture-work/first" });
  await producer()(job, { ...payload, id: "follow-2" }, {});
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      ...{ QueueUrl, MaxNumberOfMessages: 10 },
      MessageSystemAttributeNames: ["All"],
      MessageAttributeNames: ["causedBy"],
    }),
  );
  const lease = new Lease(0, 60);
  const ours = Messages.filter(({ Attributes }) => Attributes?.MessageGroupId === "follow");
  const found = ours.map((message) => deliveryOf(message, { kind: job.kind, receiveId: "r", lease }));
  expect(found.map(({ causedBy }) => causedBy)).toEqual(["fixture-work/first", undefined]);
  expect(found[0]?.body).not.toContain("fixture-work/first");
});
