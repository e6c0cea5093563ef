// What triggers drop: kept on their failure queues, counted, listed and replayed by the operator's tool.
import { SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Cloud, startCloud } from "../../../scripts/local/cloud/cloud.ts";
import { createFailedRecordsQueue } from "../../../scripts/provision/queues.ts";
import { readFailedEvents, type Trigger } from "../../../scripts/queues/failed/failed-events.ts";
import { urlOf } from "../../../scripts/queues/messages/take.ts";
import { keepDroppedOn } from "../../../triggers/shared/dropped-records.ts";
import { failedRecordsQueueName } from "../../../worker/fleet/resources.ts";
import { clientSettings } from "../../support/cloud.ts";

let cloud: Cloud;
let sqs: SQSClient;
beforeAll(async () => {
  cloud = await startCloud({ port: 0 });
  sqs = new SQSClient(clientSettings(cloud));
});
afterAll(async () => {
  sqs.destroy();
  await cloud.close();
});

async function setup(fleet: string) {
  await createFailedRecordsQueue(sqs, fleet, "image-uploaded");
  const from = { sqs, queueUrl: await urlOf(sqs, failedRecordsQueueName(fleet, "image-uploaded")) };
  const lines: string[] = [];
  const keep = keepDroppedOn({
    sqs,
    fleet,
    trigger: "image-uploaded",
    now: () => Date.UTC(2026, 0, 1),
    print: (line) => void lines.push(line),
  });
  return { keep, lines, from };
}

test("an event with dropped records is listed with the reasons, stays while its trigger cannot read them, and is gone once one can", async () => {
  const { keep, from } = await setup("kept");
  await keep({ Records: ["odd"] }, ["no key", "no version"]);
  const listed = {
    trigger: "image-uploaded",
    at: "2026-01-01T00:00:00.000Z",
    condition: "RecordsDropped",
    state: "unreadable",
    reason: "no key; no version",
  };
  expect(await readFailedEvents(from, "image-uploaded")).toEqual([listed]);
  const halfReading: Trigger = async () => ({ enqueued: 1, ignored: 0, malformed: 1 });
  expect(await readFailedEvents(from, "image-uploaded", { trigger: halfReading })).toEqual([listed]);
  const heard: unknown[] = [];
  const newer: Trigger = async (event) => {
    heard.push(event);
    return { enqueued: 1, ignored: 0, malformed: 0 };
  };
  expect(await readFailedEvents(from, "image-uploaded", { trigger: newer })).toMatchObject([
    { state: "replayed" },
  ]);
  expect(heard).toEqual([{ Records: ["odd"] }]);
  expect(await readFailedEvents(from, "image-uploaded")).toEqual([]);
});

test("dropped records are counted for the fleet and for the trigger; an event without any is neither kept nor counted", async () => {
  const { keep, lines, from } = await setup("counted");
  await keep({}, []);
  expect([lines, await readFailedEvents(from, "image-uploaded")]).toEqual([[], []]);
  await keep({}, ["a", "b"]);
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    {
      _aws: {
        Timestamp: Date.UTC(2026, 0, 1),
        CloudWatchMetrics: [
          {
            Namespace: "FifoFleet",
            Dimensions: [["Fleet"], ["Fleet", "Trigger"]],
            Metrics: [{ Name: "RecordsDropped", Unit: "Count" }],
          },
        ],
      },
      Fleet: "counted",
      Trigger: "image-uploaded",
      RecordsDropped: 2,
    },
  ]);
});

test("a failure queue that does not take the event makes the trigger fail, so that the event comes again", async () => {
  const keep = keepDroppedOn({
    sqs,
    fleet: "without-queues",
    trigger: "image-uploaded",
    now: Date.now,
    print: () => {},
  });
  await expect(keep({}, ["a"])).rejects.toMatchObject({ name: "QueueDoesNotExist" });
});

test("a long reason and an odd character still make a message", async () => {
  const { keep, from } = await setup("long");
  await keep({}, ["x".repeat(5000), "\u0007\ud800"]);
  const [kept] = await readFailedEvents(from, "image-uploaded");
  expect(kept?.reason).toBe("x".repeat(2000));
});
