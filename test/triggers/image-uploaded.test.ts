// The trigger image-uploaded, from an event to the messages in a real FIFO queue.
import { ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type Cloud, startCloud } from "../../scripts/local/cloud/cloud.ts";
import { createFailedRecordsQueue, createQueues } from "../../scripts/provision/queues.ts";
import { handler, imageUploaded } from "../../triggers/image-uploaded.ts";
import { readConfig } from "../../triggers/shared/config.ts";
import type { KeepDropped } from "../../triggers/shared/dropped-records.ts";
import type { Log } from "../../triggers/shared/log.ts";
import type { Enqueue } from "../../worker/engine/enqueue/enqueue.ts";
import { failedRecordsQueueName, queueName } from "../../worker/fleet/resources.ts";
import { resizeImage } from "../../worker/jobs/pictures/resize-image/job.ts";
import { clientSettings } from "../support/cloud.ts";
import { s3Event, snsEvent, testEvent } from "../support/s3-event-records.ts";

let cloud: Cloud;
let sqs: SQSClient;
let queueUrl: string;
const fleet = "trigger-test";
const bucket = `${fleet}-uploads`;

beforeAll(async () => {
  cloud = await startCloud({ port: 0 });
  sqs = new SQSClient(clientSettings(cloud));
  await createQueues(sqs, fleet, resizeImage);
  await createFailedRecordsQueue(sqs, fleet, "image-uploaded");
  queueUrl = `${cloud.url}/${cloud.accountId}/${queueName(fleet, resizeImage.kind)}`;
  vi.stubEnv("FLEET_NAME", fleet);
  vi.stubEnv("AWS_REGION", cloud.region);
  vi.stubEnv("AWS_ENDPOINT_URL", cloud.url);
  vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIDLOCAL");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "local");
  vi.spyOn(process.stdout, "write").mockReturnValue(true);
});

afterAll(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  sqs.destroy();
  await cloud.close();
});

/** All messages that are visible in the queue now. */
async function messages() {
  const all = [];
  for (;;) {
    const receive = {
      QueueUrl: queueUrl,
      MaxNumberOfMessages: 10,
      MessageSystemAttributeNames: ["All" as const],
    };
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand(receive));
    if (Messages.length === 0) return all;
    all.push(...Messages);
  }
}

test("an upload becomes one message in the group of its key, even if its event comes several times", async () => {
  const event = snsEvent(s3Event({ bucket, key: "album/a cat.jpg", versionId: "v1", size: 9 }));
  expect(await handler(event)).toEqual({ enqueued: 1, ignored: 0, malformed: 0 });
  expect(await handler(event)).toEqual({ enqueued: 1, ignored: 0, malformed: 0 });
  const [message, ...more] = await messages();
  expect(more).toEqual([]);
  expect(JSON.parse(message?.Body ?? "")).toMatchObject({
    v: 1,
    kind: "resize-image",
    payload: { bucket, key: "album/a cat.jpg", versionId: "v1", size: 9, owner: "AWS:AIDAEXAMPLE" },
  });
  expect(message?.Attributes?.MessageGroupId).toMatch(/^[0-9a-f]{64}$/);
});

test("the whole event is reported: what was enqueued, ignored and malformed", async () => {
  const event = snsEvent(
    s3Event({ bucket, key: "report.jpg" }, { bucket: "somebody-elses", key: "a.jpg" }),
    testEvent,
    "{not json",
    s3Event({ bucket, key: "bad.jpg", sequencer: "not hex" }),
  );
  expect(await handler(event)).toEqual({ enqueued: 1, ignored: 2, malformed: 2 });
  expect(cloud.sqs.metrics(failedRecordsQueueName(fleet, "image-uploaded"))).toMatchObject({ visible: 1 });
});

/** A trigger whose enqueue fails for some keys, and its log. */
function withEnqueue(fails: (key: string) => boolean) {
  const sent: string[] = [];
  const logged: string[] = [];
  const enqueue: Enqueue = async (_, payload) => {
    const { key } = resizeImage.payload.parse(payload);
    if (fails(key)) throw new Error("the queue does not answer");
    sent.push(key);
    return { jobId: key, messageId: key };
  };
  const dropped: { event: unknown; reasons: readonly string[] }[] = [];
  const keepDropped: KeepDropped = async (event, reasons) => {
    if (reasons.length > 0) dropped.push({ event, reasons });
  };
  const log: Log = (level, message) => void logged.push(`${level}: ${message}`);
  return {
    run: imageUploaded({
      uploadsBucket: bucket,
      ownerOf: async ({ owner }) => owner,
      enqueue,
      keepDropped,
      log,
    }),
    sent,
    logged,
    dropped,
  };
}

test("when an enqueue fails, the others are still sent and the trigger throws, so that the event comes again", async () => {
  const { run, sent } = withEnqueue((key) => key === "b.jpg");
  const keys = ["a.jpg", "b.jpg", "c.jpg"];
  const failure = run(s3Event(...keys.map((key) => ({ bucket, key }))));
  await expect(failure).rejects.toThrow("1 of 3 jobs were not enqueued");
  expect(sent).toEqual(["a.jpg", "c.jpg"]);
});

test("a malformed event is logged, dropped and kept for people, and does not come again", async () => {
  const { run, logged, dropped } = withEnqueue(() => false);
  expect(await run({ Records: [null] })).toEqual({ enqueued: 0, ignored: 0, malformed: 1 });
  expect(logged).toEqual(["error: record dropped: malformed"]);
  expect(dropped).toEqual([
    { event: { Records: [null] }, reasons: [expect.stringContaining("not an S3 record")] },
  ]);
});

test("an event of a foreign bucket is logged and ignored", async () => {
  const { run, logged, sent } = withEnqueue(() => false);
  expect(await run(s3Event({ bucket: "other", key: "a.jpg" }))).toEqual({
    enqueued: 0,
    ignored: 1,
    malformed: 0,
  });
  expect([logged, sent]).toEqual([["warn: records ignored: foreign bucket"], []]);
});

test("what systems leave in folders is ignored and counted; a file that is only named like it is not", async () => {
  const { run, logged, sent } = withEnqueue(() => false);
  const junk = [
    "album/",
    "album/.DS_Store",
    "album/Thumbs.db",
    "desktop.ini",
    "__MACOSX/album/a.jpg",
    "album/._a.jpg",
  ];
  const pictures = ["album/thumbs.db/a.jpg", "album/q7PUYxYLHbNUMwtB-Thumbs.db", "album/b.jpg"];
  const report = await run(s3Event(...[...junk, ...pictures].map((key) => ({ bucket, key }))));
  expect(report).toEqual({ enqueued: 3, ignored: 6, malformed: 0 });
  expect([logged, sent]).toEqual([["info: records ignored: left in folders by systems"], pictures]);
});

test("all invalid settings are reported together", () => {
  expect(() => readConfig({ FLEET_NAME: "Not Good" })).toThrow(/FLEET_NAME .*; AWS_REGION /);
  expect(
    readConfig({ FLEET_NAME: "f", AWS_REGION: "eu-west-1", AWS_ENDPOINT_URL: "" }).sqs.useQueueUrlAsEndpoint,
  ).toBe(true);
  expect(
    readConfig({ FLEET_NAME: "f", AWS_REGION: "eu-west-1", AWS_ENDPOINT_URL: cloud.url }).sqs
      .useQueueUrlAsEndpoint,
  ).toBe(false);
});
