// Publishing an event: it reaches every subscribed queue once, in order and filtered; duplicates are dropped.
import { SNSClient } from "@aws-sdk/client-sns";
import { ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { createQueues } from "../../../../scripts/provision/queues.ts";
import { createTopic, subscribeQueue } from "../../../../scripts/provision/topics.ts";
import { PayloadRefused } from "../../../../worker/engine/enqueue/enqueue.ts";
import { createPublish, maxEventBytes, type Publish } from "../../../../worker/engine/enqueue/publish.ts";
import { defineEvent, subscribe } from "../../../../worker/engine/job/define-event.ts";
import { jobIdOf } from "../../../../worker/engine/job/define-job.ts";
import { readMessage } from "../../../../worker/engine/receive/read-message.ts";
import { queueName, resourceNames } from "../../../../worker/fleet/resources.ts";
import { catalog } from "../../../../worker/jobs/catalog.ts";
import { maxTextBytes, wordsSaid } from "../../../../worker/jobs/words/words-said.ts";
import { startTestCloud, type TestCloud } from "../../../support/cloud.ts";
import { say } from "../../../support/words/words-cloud.ts";

const names = resourceNames("talk");
/** A fourth kind, which subscribes only to events that are to be answered. */
const fourth = subscribe(wordsSaid, { kind: "fourth", only: { answer: ["response-url"] } });
const subscribers = [catalog["count-words"], catalog["multiply-words"], catalog["log-words"], fourth];
let cloud: TestCloud;
let sqs: SQSClient;
let publish: Publish;
beforeAll(async () => {
  cloud = await startTestCloud();
  sqs = new SQSClient(cloud.settings);
  const sns = new SNSClient(cloud.settings);
  for (const job of subscribers) await createQueues(sqs, "talk", job);
  const topicArn = await createTopic(sns, names.topics.words, { kind: "fifo" });
  for (const { kind, subscription } of subscribers)
    await subscribeQueue({ sns, sqs }, "talk", kind, { ...subscription, topicArn });
  publish = createPublish({
    sns,
    topicArn: (topic) => `arn:aws:sns:${cloud.region}:${cloud.accountId}:talk-${topic}.fifo`,
    now: () => cloud.clock.now(),
    newTraceId: () => "trace",
  });
});
afterAll(() => cloud.close());

/** Receives everything from a kind's queue. */
async function bodiesIn(kind: string) {
  const QueueUrl = `${cloud.url}/${cloud.accountId}/${queueName("talk", kind)}`;
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, MessageSystemAttributeNames: ["All"] }),
  );
  return Messages;
}

test("one publication becomes one job of every subscribed kind, once and in order within its channel", async () => {
  const said = [say("a", "1"), say("b", "2"), say("a", "1"), say("c", "3", "C2")];
  for (const one of said) await publish(wordsSaid, one);
  for (const definition of subscribers.filter(({ kind }) => kind !== "fourth")) {
    const messages = await bodiesIn(definition.kind);
    const read = messages.map(({ Body = "" }) => readMessage(definition as typeof fourth, Body));
    const texts = read.map((one) =>
      typeof one === "string" ? one : "newer" in one ? one.newer : one.payload.text,
    );
    expect(texts.toSorted()).toEqual(["a", "b", "c"]);
    expect(texts.filter((text) => text !== "c")).toEqual(["a", "b"]);
    const groups = messages.map(({ Attributes }) => Attributes?.MessageGroupId);
    expect(new Set(groups)).toEqual(new Set(["C1", "C2"]));
    const jobId = jobIdOf(definition as typeof fourth, say("a", "1"));
    expect(read[0]).toMatchObject({ message: { kind: definition.kind, jobId, redrives: 0 } });
    expect(messages[0]?.Attributes?.MessageDeduplicationId).toBe(jobId.slice(definition.kind.length + 1));
  }
  expect(await bodiesIn("fourth")).toEqual([]);
});

test("a filter passes on only what a kind asked for", async () => {
  await publish(wordsSaid, { ...say("d", "4"), responseUrl: "https://hooks.slack.com/x" });
  expect(await bodiesIn("fourth")).toHaveLength(1);
});

test("a text that is too long is refused before it is sent, however JSON encodes it", async () => {
  await expect(publish(wordsSaid, say("x".repeat(maxTextBytes + 1), "5"))).rejects.toThrow(PayloadRefused);
  const controls = "\u0001".repeat(maxEventBytes / 6);
  await expect(publish(wordsSaid, say(controls, "6"))).rejects.toThrow("256 KiB");
  await publish(wordsSaid, say("x".repeat(maxTextBytes), "7"));
  await publish(wordsSaid, say("noncharacters \uffff\ufffe", "8"));
});

test("a channel whose name SNS refuses as a group gets its hash, always the same", async () => {
  for (const nth of ["9", "10"]) await publish(wordsSaid, say(`in a channel of ours ${nth}`, nth, "Küche 1"));
  const groups = (await bodiesIn("log-words"))
    .filter(({ Body = "" }) => Body.includes("in a channel of ours"))
    .map(({ Attributes }) => Attributes?.MessageGroupId);
  expect(groups).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/), groups[0]]);
});

test("an event of exactly 256 KiB, attributes and characters of several bytes included, is published; one byte more is not", async () => {
  const note = defineEvent<{ text: string }>({
    event: "noted",
    topic: "words",
    payload: z.object({ text: z.string() }),
    messageGroupId: () => "g",
    deduplicationId: ({ text }) => text,
    attributes: () => ({ colour: "grün" }),
  });
  const sizeIn = (error: unknown) => Number(/(\d+) bytes/.exec(String(error))?.[1]);
  const tooLong = "é".repeat(maxEventBytes / 2);
  const size = sizeIn(await publish(note, { text: tooLong }).catch((error: unknown) => error));
  const room = maxEventBytes - (size - Buffer.byteLength(tooLong));
  const full = "é".repeat(Math.floor(room / 2)) + "x".repeat(room % 2);
  await publish(note, { text: full });
  await expect(publish(note, { text: `${full}x` })).rejects.toThrow(`event: ${maxEventBytes + 1} bytes`);
});
