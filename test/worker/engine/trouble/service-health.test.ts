// Which services answer, seen from the calls of real SDK clients, and which kinds wait for them. Virtual time.
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { startGateway } from "../../../../scripts/local/gateway/gateway.ts";
import type { LocalService, ServiceResponse } from "../../../../scripts/local/gateway/service.ts";
import { createServiceHealth } from "../../../../worker/engine/trouble/service-health.ts";
import { closingHandler } from "../../../../worker/process/closing-handler.ts";
import { createFakeClock } from "../../../support/fake-clock.ts";

const noKey = "<Error><Code>NoSuchKey</Code></Error>";
const refused = (code: string): ServiceResponse => ({
  status: 503,
  body: `<Error><Code>${code}</Code></Error>`,
});

/** A health that watches one S3 client, whose buckets answer as the test says. */
async function setup() {
  const clock = createFakeClock(Date.UTC(2026, 0, 1, 14, 2));
  const lines: string[] = [];
  const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line).msg) });
  const health = createServiceHealth({ clock, log, random: () => 0.999_999 });
  const answers = new Map<string, ServiceResponse>();
  const service: LocalService = {
    name: "s3",
    actionOf: () => "GetObject",
    handle: async ({ path }) => answers.get(path.split("/")[1] ?? "") ?? { status: 404, body: noKey },
    errorResponse: (_, { status, code }) => ({ ...refused(code), status }),
  };
  const gateway = await startGateway({ port: 0, services: [service] });
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  const settings = { endpoint: gateway.url, region: "eu-west-1", credentials, forcePathStyle: true };
  const requestHandler = closingHandler(new NodeHttpHandler());
  const s3 = new S3Client({ ...settings, maxAttempts: 1, requestHandler });
  onTestFinished(async () => {
    s3.destroy();
    await gateway.close();
  });
  health.watch("s3", s3);
  /** Calls a bucket and returns the error. */
  const call = async (Bucket = "uploads", abortSignal?: AbortSignal): Promise<unknown> =>
    s3
      .send(new GetObjectCommand({ Bucket, Key: "k" }), abortSignal && { abortSignal })
      .catch((error) => error);
  /** Calls a bucket that answers 503 until it counts as down; returns the last error. */
  const down = async (bucket = "uploads") => {
    answers.set(bucket, refused("SlowDown"));
    return [await call(bucket), await call(bucket), await call(bucket)].at(-1);
  };
  return { clock, health, lines, answers, call, down, gateway, s3 };
}

test("three failed calls in a row and the service does not answer, since the first of them; one answer ends it", async () => {
  const { clock, health, answers, call, lines } = await setup();
  answers.set("uploads", refused("SlowDown"));
  await call();
  await clock.advance(5000);
  await call();
  expect(health.troubles()).toEqual([]);
  await call();
  const since = Date.UTC(2026, 0, 1, 14, 2);
  expect(health.troubles()).toEqual([{ service: "s3", since, code: "SlowDown", resources: ["uploads"] }]);
  answers.delete("uploads");
  await call();
  expect(health.troubles()).toEqual([]);
  expect(lines).toEqual(["service does not answer", "service answers again"]);
});

test("failures that answers come between are no outage, and an answer about the data is an answer", async () => {
  const { health, answers, call } = await setup();
  for (let turn = 0; turn < 5; turn += 1) {
    answers.set("uploads", refused("InternalError"));
    await call();
    await call();
    answers.delete("uploads");
    await call();
  }
  expect(health.troubles()).toEqual([]);
});

test("one bucket that does not answer says nothing about another", async () => {
  const { health, call, down } = await setup();
  const error = await down();
  await call("results");
  expect(health.troubles()).toMatchObject([{ resources: ["uploads"] }]);
  health.putOff("resize-image", error);
  health.putOff("send-mail", await call("results"));
  expect([health.gate("resize-image"), health.gate("send-mail")]).toEqual(["closed", "open"]);
});

test("an error names its service, also through the errors it caused; a call we aborted ourselves counts as nothing", async () => {
  const { health, answers, call } = await setup();
  answers.set("uploads", refused("SlowDown"));
  expect(health.serviceOf(new Error("wrapped", { cause: await call() }))).toBe("s3");
  expect(health.serviceOf(new Error("mine"))).toBeUndefined();
  for (let turn = 0; turn < 3; turn += 1) await call("results", AbortSignal.abort());
  expect(health.troubles()).toEqual([]);
});

test("calls of a client that we have closed, as a drain closes that of the receives, count as nothing", async () => {
  const { health, lines, call, s3 } = await setup();
  s3.destroy();
  const errors = [await call(), await call(), await call()];
  expect(new Set(errors.map((error) => (error as Error).name))).toEqual(new Set(["ClientClosed"]));
  expect([health.troubles(), lines]).toEqual([[], []]);
});

test("a kind whose service is down starts one job at a time as a probe, after growing pauses of at most ten seconds", async () => {
  const { clock, health, call, down } = await setup();
  health.putOff("resize-image", await down());
  const probes: number[] = [];
  while (clock.monotonic() < 120_000) {
    if (health.mayStart("resize-image")) {
      expect(health.mayStart("resize-image")).toBe(false);
      probes.push(clock.monotonic());
      health.putOff("resize-image", await call());
      health.ended("resize-image");
    }
    await clock.advance(250);
  }
  const pauses = probes.map((at, index) => at - (probes[index - 1] ?? 0));
  expect(pauses.slice(0, 4)).toEqual([1000, 2000, 4000, 8000]);
  expect(new Set(pauses.slice(4))).toEqual(new Set([10_000]));
});

test("the code that is told of a service is that of its latest failed call, whichever of its places that was", async () => {
  const { clock, health, answers, call } = await setup();
  const fail = async (bucket: string, code: string) => {
    answers.set(bucket, refused(code));
    for (let time = 0; time < 3; time += 1) await call(bucket);
    await clock.advance(1000);
    return health.troubles().map(({ code }) => code);
  };
  expect(await fail("uploads", "SlowDown")).toEqual(["SlowDown"]);
  expect(await fail("pages", "InternalError")).toEqual(["InternalError"]);
  expect(await fail("uploads", "ServiceUnavailable")).toEqual(["ServiceUnavailable"]);
});

test("whoever waits is told once a probe may start, however long the worker has run", async () => {
  const { clock, health, down } = await setup();
  await clock.advance(100_000);
  const error = await down();
  let told = 0;
  health.onChange(() => {
    told += 1;
  });
  health.putOff("resize-image", error);
  await clock.advance(900);
  expect([told, health.mayStart("resize-image")]).toEqual([0, false]);
  await clock.advance(300);
  expect([told, health.mayStart("resize-image")]).toEqual([1, true]);
});

test("when the service answers the kind is open at once, and whoever waits is told", async () => {
  const { health, answers, call, down } = await setup();
  let told = 0;
  health.onChange(() => {
    told += 1;
  });
  health.putOff("resize-image", await down());
  expect(health.waitingKinds()).toEqual(["resize-image"]);
  const before = told;
  answers.delete("uploads");
  await call();
  expect(told).toBe(before + 1);
  expect([health.gate("resize-image"), health.waitingKinds()]).toEqual(["open", []]);
});

test("a probe that never reached the service is followed by another one", async () => {
  const { clock, health, down } = await setup();
  health.putOff("resize-image", await down());
  await clock.advance(1001);
  expect(health.mayStart("resize-image")).toBe(true);
  expect(health.gate("resize-image")).toBe("closed");
  health.ended("resize-image");
  expect(health.gate("resize-image")).toBe("probe");
});

test("a service that nobody has called for three minutes is not said to be down", async () => {
  const { clock, health, down } = await setup();
  health.putOff("resize-image", await down());
  await clock.advance(180_001);
  expect([health.troubles(), health.gate("resize-image")]).toEqual([[], "open"]);
});

test("a call that has waited five seconds for its answer is stalled", async () => {
  const { clock, health, call, gateway } = await setup();
  const held = Promise.withResolvers<void>();
  const arrived = Promise.withResolvers<void>();
  gateway.faults.push(() => {
    arrived.resolve();
    return { kind: "hold", until: held.promise };
  });
  const answer = call();
  await arrived.promise;
  expect(health.stalled()).toBeUndefined();
  await clock.advance(5000);
  expect(health.stalled()).toEqual({ service: "s3", resource: "uploads", access: "read" });
  held.resolve();
  await answer;
  expect(health.stalled()).toBeUndefined();
});
