// Streams whose shards close and split. DynamoDB's do so every few hours, the local program's never.
import { DynamoDBStreamsClient } from "@aws-sdk/client-dynamodb-streams";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { startCloud } from "../../../../scripts/local/cloud/cloud.ts";
import { openCheckpoints } from "../../../../scripts/local/streams/checkpoints.ts";
import { startStreamPoller } from "../../../../scripts/local/streams/poller.ts";
import { eventSources } from "../../../../triggers/catalog/event-sources.ts";
import { systemClock } from "../../../../worker/fleet/clock.ts";
import { clientSettings } from "../../../support/cloud.ts";
import { type ScriptedShard, scriptedStream } from "../../../support/scripted-stream.ts";
import { until } from "../../../support/until.ts";

const streamArn = "arn:aws:dynamodb:r:a:table/t/stream/1";

/** Polls the shards; everything ends with the test. */
async function poll(shards: ScriptedShard[], checkpoints = openCheckpoints(), batchSize = 2) {
  const cloud = await startCloud({ port: 0, extraServices: [scriptedStream(shards)] });
  const client = new DynamoDBStreamsClient(clientSettings(cloud));
  const seen: string[] = [];
  const poller = startStreamPoller({
    client,
    streamArns: [streamArn],
    source: { ...eventSources["record-changed"], batchSize },
    functionArn: "f",
    invoke: async (_, event) => {
      const { Records } = event as { Records: { dynamodb: { Keys: { id: { S: string } } } }[] };
      seen.push(...Records.map(({ dynamodb }) => dynamodb.Keys.id.S));
    },
    sendFailure: (message) => Promise.reject(new Error(JSON.stringify(message))),
    checkpoints,
    clock: { ...systemClock, sleep: (ms, signal) => systemClock.sleep(Math.min(ms, 10), signal) },
    log: pino({ level: "silent" }),
  });
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= poller.close().then(() => cloud.close());
    return closing.finally(() => client.destroy());
  };
  onTestFinished(close);
  return { seen, close };
}

test("a shard's children are read only after the whole shard is processed", async () => {
  const parent: ScriptedShard = { id: "parent", records: ["p1", "p2", "p3"], closed: false };
  const child = (name: string) => ({ id: name, parent: "parent", records: [`${name}1`], closed: false });
  const { seen } = await poll([child("left"), parent, child("right")]);
  await until("the parent's records", () => seen.length === 3);
  parent.records.push("p4");
  await until("its last record", () => seen.includes("p4"));
  expect(seen).toEqual(["p1", "p2", "p3", "p4"]);
  parent.closed = true;
  await until("both children", () => seen.length === 6);
  expect(seen.slice(4).sort()).toEqual(["left1", "right1"]);
});

test("a shard whose parent no longer exists is read from its beginning", async () => {
  const { seen } = await poll([{ id: "orphan", parent: "trimmed", records: ["o1"], closed: false }]);
  await until("its record", () => seen.length === 1);
});

test("after a restart a processed shard is not read again, and its child continues where it was", async () => {
  const shards: ScriptedShard[] = [
    { id: "parent", records: ["p1"], closed: true },
    { id: "child", parent: "parent", records: ["c1"], closed: false },
  ];
  const checkpoints = openCheckpoints();
  const before = await poll(shards, checkpoints);
  await until("the child's record", () => before.seen.includes("c1"));
  await before.close();
  shards[1]?.records.push("c2");
  const after = await poll(shards, checkpoints);
  await until("the child's next record", () => after.seen.length > 0);
  expect(after.seen).toEqual(["c2"]);
});
