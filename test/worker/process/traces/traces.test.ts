// What X-Ray is told of the worker's deliveries. X-Ray is a server on loopback here.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { XRayClient } from "@aws-sdk/client-xray";
import { pino } from "pino";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import type { ToldDelivery } from "../../../../worker/engine/worker-parts.ts";
import { startTraces, type Traces } from "../../../../worker/process/traces/traces.ts";
import { until } from "../../../support/until.ts";

const traceId = "1-6929f0a0-0123456789abcdef01234567";
const minute = 60_000;
const start = Date.parse("2026-11-29T12:00:00.250Z");

const told = (more: Partial<ToldDelivery> = {}): ToldDelivery => ({
  kind: "resize-image",
  jobId: "resize-image-1",
  group: "g",
  traceId,
  enqueuedAt: new Date(start - minute).toISOString(),
  startedAt: start,
  endedAt: start + 500,
  outcome: { outcome: "completed", replayed: false },
  ...more,
});

const part = z.object({
  name: z.string(),
  id: z.string().regex(/^[0-9a-f]{16}$/),
  start_time: z.number(),
  end_time: z.number(),
});
const segmentSchema = part.extend({
  trace_id: z.string(),
  error: z.literal(true).optional(),
  fault: z.literal(true).optional(),
  annotations: z.record(z.string(), z.string()),
  subsegments: z.array(part),
});

let calls: z.infer<typeof segmentSchema>[][];
let answer: { status: number; body: unknown };
let warnings: string[];
let traces: Traces;
let connections: () => Promise<number>;

beforeEach(async () => {
  calls = [];
  warnings = [];
  answer = { status: 200, body: { UnprocessedTraceSegments: [] } };
  const server = createServer(async (request, response) => {
    const { TraceSegmentDocuments } = z
      .object({ TraceSegmentDocuments: z.array(z.string()) })
      .parse(JSON.parse(await text(request)));
    calls.push(TraceSegmentDocuments.map((document) => segmentSchema.parse(JSON.parse(document))));
    response
      .writeHead(answer.status, { "content-type": "application/json" })
      .end(JSON.stringify(answer.body));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const xray = new XRayClient({
    region: "eu-west-1",
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    maxAttempts: 1,
  });
  const log = pino({ level: "warn" }, { write: (line: string) => void warnings.push(line) });
  traces = startTraces({ xray, fleet: "fifo-fleet", worker: "w-1", log, everyMs: 20 });
  connections = promisify(server.getConnections.bind(server));
  onTestFinished(async () => {
    await traces.close();
    server.close();
  });
});

test("a job of a traced event is a segment of its trace: the wait in the queue, then the run", async () => {
  traces.told(told());
  await traces.close();
  const [[segment] = []] = calls;
  expect(segment).toMatchObject({
    name: "fifo-fleet-worker",
    trace_id: traceId,
    start_time: (start - minute) / 1000,
    end_time: (start + 500) / 1000,
    annotations: {
      kind: "resize-image",
      jobId: "resize-image-1",
      group: "g",
      worker: "w-1",
      outcome: "completed",
    },
  });
  expect(segment?.subsegments).toMatchObject([
    { name: "waited", start_time: (start - minute) / 1000, end_time: start / 1000 },
    { name: "resize-image", start_time: start / 1000, end_time: (start + 500) / 1000 },
  ]);
  expect([segment?.error, segment?.fault]).toEqual([undefined, undefined]);
});

test("a rejected input is the sender's error, a failed run is a fault, and a job that is put off is neither", async () => {
  traces.told(told({ outcome: { outcome: "rejected", code: "too-large", reason: "", replayed: false } }));
  traces.told(told({ outcome: { outcome: "retried", cause: "", run: 1, delaySeconds: 2 } }));
  traces.told(told({ outcome: { outcome: "put off", cause: "", delaySeconds: 2 } }));
  await traces.close();
  expect(calls.flat().map(({ error, fault }) => [error, fault])).toEqual([
    [true, undefined],
    [undefined, true],
    [undefined, undefined],
  ]);
});

test("a trace id of our own is not sent: X-Ray would refuse it", async () => {
  traces.told(told({ traceId: crypto.randomUUID() }));
  traces.told(told({ traceId: `${traceId}0` }));
  await traces.close();
  expect(calls).toEqual([]);
});

test("a producer's clock that runs ahead gives no wait, rather than one below zero", async () => {
  traces.told(told({ enqueuedAt: new Date(start + minute).toISOString() }));
  await traces.close();
  const [waited] = calls.flat()[0]?.subsegments ?? [];
  expect([waited?.start_time, waited?.end_time]).toEqual([start / 1000, start / 1000]);
});

test("many segments go out in calls of twenty, each segment once", async () => {
  for (let job = 0; job < 45; job += 1) traces.told(told({ jobId: `j-${job}` }));
  await traces.close();
  expect(calls.map((call) => call.length)).toEqual([20, 20, 5]);
  expect(new Set(calls.flat().map(({ annotations }) => annotations.jobId)).size).toBe(45);
});

test.each([
  ["does not answer", { status: 500, body: {} }],
  [
    "takes a call but not the segment",
    { status: 200, body: { UnprocessedTraceSegments: [{ Message: "bad" }] } },
  ],
])("when X-Ray %s, one line says so, and later traces are sent", async (_, refusal) => {
  answer = refusal;
  traces.told(told());
  await until("the first call", () => calls.length === 1);
  traces.told(told());
  await until("the second call", () => calls.length === 2);
  answer = { status: 200, body: {} };
  traces.told(told({ jobId: "later" }));
  await traces.close();
  expect(calls[2]?.[0]?.annotations.jobId).toBe("later");
  expect(warnings).toHaveLength(1);
});

test("once closed, no connection to X-Ray is left open", async () => {
  traces.told(told());
  await until("a call", () => calls.length === 1);
  expect(await connections()).toBe(1);
  await traces.close();
  await until("no connection", async () => (await connections()) === 0);
});
