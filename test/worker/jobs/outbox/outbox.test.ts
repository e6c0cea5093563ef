// Follow-up jobs, committed with the effects of the job that they follow: relayed by the stream, the sweeper or both, and
// always one job.
import { S3Client } from "@aws-sdk/client-s3";
import { GetQueueUrlCommand, ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { DeleteCommand, PutCommand, ScanCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { z } from "zod";
import { sweepOutbox } from "../../../../triggers/outbox-due/sweep.ts";
import { criteria } from "../../../../triggers/record-changed/criteria.ts";
import { recordChanged } from "../../../../triggers/record-changed/handle-records.ts";
import { createRelay } from "../../../../triggers/shared/outbox-relay.ts";
import { createEnqueue } from "../../../../worker/engine/enqueue/enqueue.ts";
import type { Handler } from "../../../../worker/engine/job/handler.ts";
import { queueName, type ResourceNames } from "../../../../worker/fleet/resources.ts";
import { catalog } from "../../../../worker/jobs/catalog.ts";
import { outboxEffect } from "../../../../worker/jobs/outbox/outbox-effect.ts";
import {
  graceSeconds,
  keepRelayedSeconds,
  type OutboxRow,
} from "../../../../worker/jobs/outbox/outbox-row.ts";
import { contactSheet } from "../../../../worker/jobs/pictures/contact-sheet/job.ts";
import { clientSettings } from "../../../support/cloud.ts";
import { fixturePayload, fixtureWork } from "../../../support/fixture-jobs.ts";
import { noSandbox } from "../../../support/no-sandbox.ts";
import { type Provisioned, startProvisioned } from "../../../support/provisioned.ts";
import { runJob } from "../../../support/run-job.ts";
import { streamRecord } from "../../../support/stream-records.ts";

let provisioned: Provisioned;
let s3: S3Client;
let names: ResourceNames;
let fleets = 0;
let nowMs: number;
let logged: unknown[];
/** When the follow-ups are to be enqueued, if not at once. */
let later: { notBeforeMs?: number };
beforeAll(async () => {
  provisioned = await startProvisioned();
  s3 = new S3Client(clientSettings(provisioned.cloud));
});
afterAll(async () => {
  s3.destroy();
  await provisioned.close();
});
beforeEach(async () => {
  fleets += 1;
  names = await provisioned.provision(`outbox-${fleets}`);
  nowMs = Date.UTC(2026, 0, 1);
  logged = [];
  later = {};
});

const followUps = [1, 2, 3].map((n) => ({ album: `a${n}`, threshold: 10, revision: 10 }));

/** A job whose effects are three follow-ups. */
const announcing: Handler<z.output<typeof fixturePayload>> = {
  run: async (_, context) => {
    const effects = followUps.map((payload) =>
      outboxEffect(contactSheet, payload, { ...context, now: () => nowMs }, { ...later }),
    );
    return { effects, result: {} };
  },
};
const announce = (group = "g") =>
  runJob(
    { names, db: provisioned.db, s3, sandbox: noSandbox },
    fixtureWork,
    announcing,
    fixturePayload.parse({ group, n: 1 }),
  );

const rows = async () => {
  const scan = new ScanCommand({ TableName: names.tables.outbox, ConsistentRead: true });
  return ((await provisioned.db.send(scan)).Items ?? []) as (OutboxRow & Record<string, unknown>)[];
};

function relaying() {
  const { sqs, db } = provisioned;
  const queueUrl = async (kind: string) => {
    const get = new GetQueueUrlCommand({ QueueName: queueName(names.fleet, kind) });
    return (await sqs.send(get)).QueueUrl ?? "";
  };
  const enqueue = createEnqueue({ sqs, queueUrl, now: () => nowMs, newTraceId: () => "new" });
  const table = names.tables.outbox;
  const relay = createRelay({ jobs: catalog, enqueue, db, table, now: () => nowMs });
  const log = (level: string, message: string, details = {}) =>
    void logged.push({ level, message, ...details });
  return {
    relay,
    byStream: recordChanged({ tables: names.tables, criteria, enqueue, relay, log }),
    sweep: () => sweepOutbox({ relay, db, table, now: () => nowMs, log }),
  };
}
const insertions = (all: readonly OutboxRow[]) => ({
  Records: all.map((row) => streamRecord(names.tables.outbox, { after: row })),
});

/** The payloads in the queue of contact-sheet, sorted by album. */
async function messages() {
  const { sqs } = provisioned;
  const get = new GetQueueUrlCommand({ QueueName: queueName(names.fleet, "contact-sheet") });
  const { QueueUrl } = await sqs.send(get);
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
  const bodies = Messages.map(({ Body = "" }) => JSON.parse(Body));
  return bodies.sort((a, b) => a.payload.album.localeCompare(b.payload.album));
}

test("follow-ups are committed with the job, and not without it", async () => {
  expect(await announce()).toMatchObject({ outcome: "completed" });
  expect((await rows()).map(({ payload }) => JSON.parse(payload))).toEqual(expect.arrayContaining(followUps));
  await announce();
  expect(await rows()).toHaveLength(3);
  expect(await messages()).toEqual([]);
});

test("the stream relays a new row: it enqueues the job with its payload and trace, then marks the row", async () => {
  await announce();
  const { byStream } = relaying();
  expect(await byStream(insertions(await rows()))).toEqual({ batchItemFailures: [] });
  expect((await messages()).map(({ kind, payload, traceId }) => ({ kind, payload, traceId }))).toEqual(
    followUps.map((payload) => ({ kind: "contact-sheet", payload, traceId: "trace" })),
  );
  for (const row of await rows()) {
    expect(row).toMatchObject({ relayedAt: new Date(nowMs).toISOString() });
    expect(row.expiresAt).toBe(nowMs / 1000 + keepRelayedSeconds);
    expect(row).not.toHaveProperty("pending");
  }
});

test("a row that the stream lost is swept after the grace period, and not before", async () => {
  await announce();
  const { sweep } = relaying();
  nowMs += graceSeconds * 1000 - 1;
  expect(await sweep()).toMatchObject({ relayed: 0, failed: 0 });
  nowMs += 1;
  expect(await sweep()).toEqual({ relayed: 3, failed: 0, oldestSeconds: 0 });
  expect(await sweep()).toEqual({ relayed: 0, failed: 0, oldestSeconds: 0 });
  expect(await messages()).toHaveLength(3);
});

test("a follow-up for later is left alone by the stream, and swept at its time", async () => {
  later = { notBeforeMs: nowMs + 3_600_000 };
  await announce();
  const { byStream, sweep } = relaying();
  expect(await byStream(insertions(await rows()))).toEqual({ batchItemFailures: [] });
  nowMs += 3_599_999;
  expect(await sweep()).toEqual({ relayed: 0, failed: 0, oldestSeconds: 0 });
  expect(await messages()).toEqual([]);
  nowMs += 1;
  expect(await sweep()).toMatchObject({ relayed: 3, failed: 0 });
  expect(await messages()).toHaveLength(3);
});

test("when stream and sweeper both relay twice at once, every follow-up is one message", async () => {
  await announce();
  const { byStream, sweep } = relaying();
  nowMs += graceSeconds * 1000;
  const event = insertions(await rows());
  await Promise.all([byStream(event), sweep(), byStream(event), sweep()]);
  expect(await messages()).toHaveLength(3);
});

test("a row that is relayed after it has expired is not created again", async () => {
  await announce();
  const event = insertions(await rows());
  for (const { id } of await rows())
    await provisioned.db.send(new DeleteCommand({ TableName: names.tables.outbox, Key: { id } }));
  expect(await relaying().byStream(event)).toEqual({ batchItemFailures: [] });
  expect(await rows()).toEqual([]);
});

test("a row that cannot be relayed is put off with its reason, longer each time; the others are relayed", async () => {
  await announce();
  const poison: OutboxRow & { createdAt: string } = {
    createdAt: new Date(nowMs).toISOString(),
    id: "poison",
    kind: "no-such-kind",
    payload: "{}",
    traceId: "t",
    pending: "0",
    dueAt: new Date(nowMs).toISOString(),
    tries: 0,
  };
  await provisioned.db.send(new PutCommand({ TableName: names.tables.outbox, Item: poison }));
  const { sweep } = relaying();
  nowMs += graceSeconds * 1000;
  expect(await sweep()).toMatchObject({ relayed: 3, failed: 1 });
  expect(await sweep()).toMatchObject({ relayed: 0, failed: 0 });
  nowMs += 60_000;
  expect(await sweep()).toMatchObject({ relayed: 0, failed: 1 });
  nowMs += 119_000;
  // However often it was put off, its age is told.
  expect(await sweep()).toEqual({ relayed: 0, failed: 0, oldestSeconds: graceSeconds + 60 + 119 });
  expect((await rows()).find(({ id }) => id === "poison")).toMatchObject({
    tries: 2,
    lastError: 'UnknownKind: no job kind is called "no-such-kind"',
  });
  expect(logged).toContainEqual({
    level: "error",
    message: "outbox row not relayed",
    id: "poison",
    cause: 'UnknownKind: no job kind is called "no-such-kind"',
  });
});

test.each([
  ["is no JSON", "{half", /SyntaxError/],
  ["does not fit the job", '{"album":""}', /album/],
])("a row whose payload %s is the stream's failure, with its reason", async (_, payload, reason) => {
  await announce();
  const [row, ...others] = await rows();
  const { byStream } = relaying();
  const broken = { ...row, payload } as OutboxRow;
  await expect(byStream(insertions([broken, ...others]))).rejects.toThrow(reason);
  expect(await messages()).toHaveLength(2);
});

test("a follow-up with an invalid payload fails the job that commits it", () => {
  const context = { names, jobId: "parent", traceId: "t", now: () => nowMs };
  expect(() => outboxEffect(contactSheet, { album: "a", threshold: 7, revision: 1 }, context)).toThrow(
    /threshold/,
  );
});
