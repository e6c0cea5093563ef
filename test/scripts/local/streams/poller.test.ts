// The poller on streams of a real DynamoDB: order, restarts, and failures in the failure queue.

import { DescribeTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBStreamsClient } from "@aws-sdk/client-dynamodb-streams";
import { DeleteCommand, PutCommand, TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import { pino } from "pino";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { type Checkpoints, openCheckpoints } from "../../../../scripts/local/streams/checkpoints.ts";
import { type StreamPollerOptions, startStreamPoller } from "../../../../scripts/local/streams/poller.ts";
import { createTables } from "../../../../scripts/provision/tables.ts";
import type { StreamSource } from "../../../../triggers/catalog/event-sources.ts";
import { systemClock } from "../../../../worker/fleet/clock.ts";
import { clientSettings } from "../../../support/cloud.ts";
import { type Provisioned, startProvisioned } from "../../../support/provisioned.ts";
import { until } from "../../../support/until.ts";

let provisioned: Provisioned;
let dynamo: DynamoDBClient;
let client: DynamoDBStreamsClient;
beforeAll(async () => {
  provisioned = await startProvisioned();
  dynamo = new DynamoDBClient(clientSettings(provisioned.cloud));
  client = new DynamoDBStreamsClient(clientSettings(provisioned.cloud));
});
afterAll(async () => {
  client.destroy();
  dynamo.destroy();
  await provisioned.close();
});

const source: StreamSource = {
  from: "streams",
  tables: [],
  batchSize: 10,
  maximumRetryAttempts: 2,
  maximumRecordAgeSeconds: 3600,
  bisectBatchOnFunctionError: true,
};

type LambdaRecord = {
  eventName: string;
  eventSourceARN: string;
  dynamodb: {
    SequenceNumber: string;
    ApproximateCreationDateTime: number;
    Keys: { id: { S: string } };
    NewImage?: Record<string, unknown>;
    OldImage?: Record<string, unknown>;
  };
};

let tables = 0;

/** A new table with a stream. */
async function streamedTable() {
  tables += 1;
  const name = `streamed-${tables}`;
  await createTables(dynamo, [{ name, key: { partition: "id" }, stream: true }]);
  const { Table } = await dynamo.send(new DescribeTableCommand({ TableName: name }));
  const put = (id: string, n = 0) =>
    provisioned.db.send(new PutCommand({ TableName: name, Item: { id, n } }));
  return { name, streamArn: Table?.LatestStreamArn ?? "", put };
}

/** A poller whose function records its events and fails on request. It ends with the test. */
function poll(
  streamArn: string,
  options: Partial<StreamPollerOptions> & { checkpoints?: Checkpoints } = {},
  fails: (id: string) => boolean = () => false,
) {
  const records: LambdaRecord[] = [];
  const failures: Record<string, unknown>[] = [];
  const poller = startStreamPoller({
    client,
    streamArns: [streamArn],
    source,
    functionArn: "arn:aws:lambda:r:a:function:f",
    invoke: async (_, event) => {
      const { Records } = event as { Records: LambdaRecord[] };
      if (Records.some(({ dynamodb }) => fails(dynamodb.Keys.id.S))) throw new Error("poison");
      records.push(...Records);
    },
    sendFailure: async (message) => void failures.push(message),
    checkpoints: openCheckpoints(),
    clock: systemClock,
    log: pino({ level: "silent" }),
    everyMs: 20,
    pauseMs: { first: 1, longest: 2 },
    ...options,
  });
  onTestFinished(poller.close);
  const ids = () => records.map(({ dynamodb }) => dynamodb.Keys.id.S);
  return { records, failures, ids, close: poller.close };
}

test("inserts, changes and removals arrive in order, with both images, in Lambda's shape", async () => {
  const { name, streamArn, put } = await streamedTable();
  await put("a", 1);
  await put("a", 2);
  await provisioned.db.send(new DeleteCommand({ TableName: name, Key: { id: "a" } }));
  const { records } = poll(streamArn);
  await until("three records", () => records.length >= 3);
  const image = (n: number) => ({ id: { S: "a" }, n: { N: String(n) } });
  expect(records.map(({ eventName, dynamodb }) => [eventName, dynamodb.OldImage, dynamodb.NewImage])).toEqual(
    [
      ["INSERT", undefined, image(1)],
      ["MODIFY", image(1), image(2)],
      ["REMOVE", image(2), undefined],
    ],
  );
  expect(records[0]).toMatchObject({
    eventSource: "aws:dynamodb",
    eventSourceARN: streamArn,
    dynamodb: { ApproximateCreationDateTime: expect.any(Number), StreamViewType: "NEW_AND_OLD_IMAGES" },
  });
});

test("the records of a transaction arrive, those of a refused one do not", async () => {
  const { name, streamArn } = await streamedTable();
  const putting = (id: string, more = {}) => ({ Put: { TableName: name, Item: { id }, ...more } });
  await provisioned.db.send(new TransactWriteCommand({ TransactItems: [putting("t1"), putting("t2")] }));
  const refused = [putting("r1"), putting("t1", { ConditionExpression: "attribute_not_exists(id)" })];
  await provisioned.db.send(new TransactWriteCommand({ TransactItems: refused })).catch(() => undefined);
  await provisioned.db.send(new TransactWriteCommand({ TransactItems: [putting("t3")] }));
  const { ids } = poll(streamArn);
  await until("the last transaction", () => ids().includes("t3"));
  expect(ids().sort()).toEqual(["t1", "t2", "t3"]);
});

test("a poller continues where the previous one stopped", async () => {
  const { streamArn, put } = await streamedTable();
  const checkpoints = openCheckpoints();
  const first = poll(streamArn, { checkpoints });
  await put("before");
  await until("the first record", () => first.ids().length === 1);
  await first.close();
  await put("after");
  const second = poll(streamArn, { checkpoints });
  await until("the second record", () => second.ids().length > 0);
  expect(second.ids()).toEqual(["after"]);
});

test("two pollers of one stream each deliver everything", async () => {
  const { streamArn, put } = await streamedTable();
  const pollers = [poll(streamArn), poll(streamArn)];
  const wanted = Array.from({ length: 25 }, (_, index) => `r${index}`);
  for (const id of wanted) await put(id);
  for (const { ids } of pollers) {
    await until("all records", () => ids().length >= 25);
    expect(ids()).toEqual(wanted);
  }
});

test("a record that always throws ends in the failure queue with its position and reason; all others are processed", async () => {
  const { streamArn, put } = await streamedTable();
  for (const id of ["a", "b", "poison", "c", "d"]) await put(id);
  const { ids, failures } = poll(streamArn, {}, (id) => id === "poison");
  await until("the failure", () => failures.length > 0);
  await put("e");
  await until("the last record", () => ids().includes("e"));
  expect(ids()).toEqual(["a", "b", "c", "d", "e"]);
  expect(failures).toEqual([
    {
      requestContext: {
        requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        functionArn: "arn:aws:lambda:r:a:function:f:$LATEST",
        condition: "RetryAttemptsExhausted",
        approximateInvokeCount: 3,
      },
      responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: "Unhandled" },
      version: "1.0",
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
      DDBStreamBatchInfo: {
        shardId: expect.stringMatching(/^shardId-/),
        startSequenceNumber: "3",
        endSequenceNumber: "3",
        approximateArrivalOfFirstRecord: expect.stringMatching(/:\d\dZ$/),
        approximateArrivalOfLastRecord: expect.stringMatching(/:\d\dZ$/),
        batchSize: 1,
        streamArn,
      },
    },
  ]);
});

test("when a failure message cannot be sent, the record is repeated until it can", async () => {
  const { streamArn, put } = await streamedTable();
  await put("poison");
  let refusals = 2;
  const sent: unknown[] = [];
  poll(
    streamArn,
    {
      sendFailure: async (message) => {
        refusals -= 1;
        if (refusals >= 0) throw new Error("the queue does not answer");
        sent.push(message);
      },
      clock: { ...systemClock, sleep: (ms, signal) => systemClock.sleep(Math.min(ms, 20), signal) },
    },
    () => true,
  );
  await until("the message", () => sent.length > 0);
  expect(refusals).toBeLessThan(0);
});

test("reads that fail or return nothing are repeated, and no record is lost or skipped", async () => {
  const { streamArn, put } = await streamedTable();
  let calls = 0;
  provisioned.cloud.faults.push(({ action }) => {
    if (!/GetRecords|GetShardIterator|DescribeStream/.test(action)) return undefined;
    calls += 1;
    if (calls % 3 === 0) return { kind: "drop-answer" };
    if (calls % 5 === 0) return { kind: "error", status: 400, code: "ExpiredIteratorException", message: "" };
    return undefined;
  });
  onTestFinished(() => void provisioned.cloud.faults.splice(0));
  const { ids } = poll(streamArn, {
    clock: { ...systemClock, sleep: (ms, signal) => systemClock.sleep(Math.min(ms, 20), signal) },
  });
  const wanted = Array.from({ length: 30 }, (_, index) => `r${index}`);
  for (const id of wanted) await put(id);
  await until("the last record", () => ids().includes("r29"));
  expect([...new Set(ids())]).toEqual(wanted);
  expect(calls).toBeGreaterThan(6);
});
