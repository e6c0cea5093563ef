import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { afterEach, expect, test } from "vitest";
import { VirtualClock } from "../../../../scripts/local/clock/clock.ts";
import type { NotificationTarget } from "../../../../scripts/local/s3/protocol/notification-rules.ts";
import { startTestS3 } from "../../../support/s3.ts";

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

type Sent = { target: NotificationTarget; event: Record<string, unknown> };

/** A publisher that fails on request, and the events it accepted. */
function publisher() {
  const sent: Sent[] = [];
  let failures = 0;
  let asked = 0;
  return {
    sent,
    keys: () =>
      sent.flatMap(({ event }) =>
        Array.isArray(event.Records) ? event.Records.map((record) => record.s3.object.key) : [],
      ),
    asked: () => asked,
    failNext: (count: number) => {
      failures = count;
    },
    publish: async (target: NotificationTarget, event: unknown) => {
      asked += 1;
      if (failures > 0) {
        failures -= 1;
        throw new Error("not now");
      }
      sent.push({ target, event: event as Record<string, unknown> });
    },
  };
}

async function start(options: Parameters<typeof startTestS3>[0]) {
  const started = await startTestS3(options);
  cleanUps.push(started.close);
  return started;
}

const topic = "arn:aws:sns:eu-west-1:000000000000:uploads";
async function bucketThatTells(s3: S3Client, more = {}): Promise<void> {
  await s3.send(new CreateBucketCommand({ Bucket: "bucket" }));
  await s3.send(
    new PutBucketNotificationConfigurationCommand({
      Bucket: "bucket",
      NotificationConfiguration: {
        TopicConfigurations: [{ TopicArn: topic, Events: ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"] }],
        ...more,
      },
    }),
  );
}
const put = (s3: S3Client, Key: string) =>
  s3.send(new PutObjectCommand({ Bucket: "bucket", Key, Body: "x" }));

test("an event whose delivery fails is repeated with growing pauses until it is delivered", async () => {
  const clock = new VirtualClock();
  const { publish, failNext, keys, asked } = publisher();
  const { s3, service } = await start({ clock, publish });
  await bucketThatTells(s3);
  failNext(3);
  await put(s3, "k");
  await service.settled();
  const triesAfter: number[] = [];
  for (const ms of [999, 1, 1_999, 1, 3_999, 1]) {
    clock.advance(ms);
    await service.settled();
    triesAfter.push(asked() - 1);
  }
  expect(triesAfter).toEqual([1, 2, 2, 3, 3, 4]);
  expect(keys()).toEqual(["k"]);
});

test("an event that cannot be delivered does not hold up the others", async () => {
  const clock = new VirtualClock();
  const { publish, failNext, keys } = publisher();
  const { s3, service } = await start({ clock, publish });
  await bucketThatTells(s3);
  failNext(1);
  await put(s3, "held-up");
  await put(s3, "next");
  await service.settled();
  expect(keys()).toEqual(["next"]);
  clock.advance(1_000);
  await service.settled();
  expect(keys()).toEqual(["next", "held-up"]);
});

test("events that were not delivered before the end are delivered after the restart", async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "fleet-s3-"));
  cleanUps.push(() => rmSync(dataDir, { recursive: true }));
  const first = publisher();
  const before = await startTestS3({ dataDir, publish: first.publish });
  await bucketThatTells(before.s3);
  first.failNext(100);
  for (const key of ["a", "b", "c"]) await put(before.s3, key);
  await before.close();
  expect(first.keys()).toEqual([]);
  const second = publisher();
  const clock = new VirtualClock(Date.now() + 60_000);
  const after = await start({ dataDir, clock, publish: second.publish });
  await after.service.settled();
  expect(second.keys().sort()).toEqual(["a", "b", "c"]);
});

test("a refused write sends no event", async () => {
  const { publish, keys } = publisher();
  const { s3, service } = await start({ publish });
  await bucketThatTells(s3);
  await put(s3, "k");
  const again = new PutObjectCommand({ Bucket: "bucket", Key: "k", Body: "y", IfNoneMatch: "*" });
  await expect(s3.send(again)).rejects.toThrow();
  await service.settled();
  expect(keys()).toEqual(["k"]);
});

test("all events arrive when there are more than are delivered at once", async () => {
  const { publish, keys } = publisher();
  const { s3, service } = await start({ publish });
  await bucketThatTells(s3);
  const expected = Array.from({ length: 200 }, (_, index) => `key-${index}`);
  await Promise.all(expected.map((key) => put(s3, key)));
  await service.settled();
  expect(keys().sort()).toEqual(expected.sort());
});

test("the sender in a record is the access key id, and EventBridge gets the plain key", async () => {
  const { publish, sent } = publisher();
  const { s3, service } = await start({ publish, region: "eu-west-1", accountId: "111122223333" });
  await bucketThatTells(s3, { EventBridgeConfiguration: {} });
  await put(s3, "a b");
  await s3.send(new DeleteObjectCommand({ Bucket: "bucket", Key: "a b" }));
  await service.settled();
  const records = sent.filter(({ target }) => target.kind === "sns").slice(1);
  expect(records.map(({ event }) => event)).toMatchObject([
    { Records: [{ eventName: "ObjectCreated:Put", userIdentity: { principalId: "AKIDTEST" } }] },
    { Records: [{ eventName: "ObjectRemoved:Delete", s3: { object: { key: "a+b" } } }] },
  ]);
  const bridge = sent.filter(({ target }) => target.kind === "eventbridge");
  expect(bridge.map(({ event }) => event)).toMatchObject([
    {
      source: "aws.s3",
      "detail-type": "Object Created",
      account: "111122223333",
      resources: ["arn:aws:s3:::bucket"],
      detail: { bucket: { name: "bucket" }, object: { key: "a b", size: 1 }, reason: "PutObject" },
    },
    { "detail-type": "Object Deleted", detail: { "deletion-type": "Permanently Deleted" } },
  ]);
});
