// `npm run lab -- faults` in front of a real cloud: a real worker behind it does every job once, signatures hold, and every
// service reports faults in its own format.
import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import {
  CreateBucketCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { ListTopicsCommand, SNSClient } from "@aws-sdk/client-sns";
import { ListQueuesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startFront } from "../../../../scripts/lab/faults/front.ts";
import { runFaults } from "../../../../scripts/lab/faults/run-faults.ts";
import { type FixtureCloud, startFixtureCloud } from "../../../support/fixture-cloud.ts";
import { jsonLines } from "../../../support/queues-command.ts";
import { until } from "../../../support/until.ts";
import { startWorkerChild } from "../../../support/worker-child.ts";
import { collected } from "../../../support/written.ts";

let fleet: FixtureCloud;

beforeEach(async () => {
  fleet = await startFixtureCloud();
});
afterEach(() => fleet.close());

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);

/** Runs the command in this process. `end` is Ctrl-C. */
async function faults(...args: string[]) {
  const { stdout, stderr, texts } = collected();
  const stop = new AbortController();
  const all = ["--endpoint", fleet.cloud.url, "--port", "0", "--json", ...args];
  const ended = runFaults(all, { stdout, stderr, signal: stop.signal });
  await until("the ready line", () => texts.stdout.includes("\n"));
  const [ready] = jsonLines(texts.stdout);
  return {
    url: String(ready?.aws),
    end: async () => {
      stop.abort();
      return { code: await ended, ...texts };
    },
  };
}

const settings = (endpoint: string) => ({
  endpoint,
  region: fleet.cloud.region,
  credentials: { accessKeyId: "k", secretAccessKey: "local" },
  maxAttempts: 1,
});

test("a worker whose every call goes through the proxy does every job once, in order, and the faults are counted", async () => {
  const proxy = await faults("--probability", "0.1", "--seed", "7");
  const groups = ["a", "b", "c", "d"];
  await fleet.enqueue(groups.flatMap((group) => numbers(15).map((n) => ({ group, n }))));
  const env = { ...fleet.env, AWS_ENDPOINT_URL: proxy.url, FLEET_WAIT_SECONDS: "1", LOG_LEVEL: "fatal" };
  const child = await startWorkerChild("w", { ...env, FLEET_VISIBILITY_SECONDS: "3" });
  try {
    await until("the queue to be empty", () => fleet.left().queue === 0, 60_000);
  } finally {
    child.kill("SIGKILL");
    await child.ended;
  }
  for (const group of groups) {
    expect(await fleet.order(group)).toEqual(numbers(15));
    for (const n of numbers(15)) expect(await fleet.effects({ group, n })).toBe(1);
  }
  expect(fleet.left().dead).toBe(0);
  const { code, stdout, stderr } = await proxy.end();
  expect([code, stderr]).toEqual([0, ""]);
  const [, end] = jsonLines(stdout) as { requests: number; hit: number; faults: Record<string, number> }[];
  expect(end?.hit).toBeGreaterThan(5);
  expect(end?.requests).toBeGreaterThan(end?.hit ?? 0);
  expect(Object.values(end?.faults ?? {}).reduce((sum, times) => sum + times, 0)).toBe(end?.hit);
}, 120_000);

test("signatures hold behind the proxy, and objects pass through unchanged, including their lengths", async () => {
  const proxy = await faults("--probability", "0");
  const s3 = new S3Client({ ...settings(proxy.url), forcePathStyle: true });
  const Bucket = "things";
  await s3.send(new CreateBucketCommand({ Bucket }));
  const Body = Buffer.alloc(300_000, "x");
  await s3.send(new PutObjectCommand({ Bucket, Key: "a b/ü", Body }));
  expect((await s3.send(new HeadObjectCommand({ Bucket, Key: "a b/ü" }))).ContentLength).toBe(300_000);
  const { Body: read } = await s3.send(new GetObjectCommand({ Bucket, Key: "a b/ü" }));
  expect((await read?.transformToByteArray())?.length).toBe(300_000);
  const forged = new S3Client({
    ...settings(proxy.url),
    credentials: { accessKeyId: "k", secretAccessKey: "wrong" },
    forcePathStyle: true,
  });
  await expect(forged.send(new GetObjectCommand({ Bucket, Key: "a b/ü" }))).rejects.toThrow(/signature/i);
  s3.destroy();
  forged.destroy();
  await proxy.end();
});

test("each service's client recognises an injected error by its name", async () => {
  const front = await startFront({
    endpoint: fleet.cloud.url,
    port: 0,
    rules: [() => ({ kind: "error", status: 400, code: "ThrottlingException", message: "Rate exceeded." })],
  });
  const at = settings(front.url);
  const [sqs, sns] = [new SQSClient(at), new SNSClient(at)];
  const [dynamo, s3] = [new DynamoDBClient(at), new S3Client({ ...at, forcePathStyle: true })];
  const calls = [
    sqs.send(new ListQueuesCommand({})),
    sns.send(new ListTopicsCommand({})),
    dynamo.send(new ListTablesCommand({})),
    s3.send(new GetObjectCommand({ Bucket: "b", Key: "k" })),
  ];
  const names = await Promise.all(
    calls.map((call) =>
      call.then(
        () => "",
        (error: Error) => error.name,
      ),
    ),
  );
  expect(names).toEqual([
    "ThrottlingException",
    "ThrottlingException",
    "ThrottlingException",
    "ThrottlingException",
  ]);
  for (const client of [sqs, sns, dynamo, s3]) client.destroy();
  await front.close();
});

test("an endpoint that does not answer is reported to the caller as unavailable", async () => {
  const front = await startFront({ endpoint: "http://127.0.0.1:9", port: 0, rules: [] });
  const sqs = new SQSClient(settings(front.url));
  await expect(sqs.send(new ListQueuesCommand({}))).rejects.toMatchObject({ name: "ServiceUnavailable" });
  sqs.destroy();
  await front.close();
});

test("bad arguments are one line and exit 2; https is refused with the reason", async () => {
  const cases: [string[], RegExp][] = [
    [[], /required option '--endpoint <url>' not specified/],
    [["--endpoint", "https://sqs.eu-west-1.amazonaws.com"], /signature covers the host/],
    [["--endpoint", "nowhere"], /takes a URL/],
    [["--endpoint", "http://127.0.0.1:1", "--probability", "2"], /from 0 to 1/],
    [["--endpoint", "http://127.0.0.1:1", "more"], /too many arguments/],
  ];
  for (const [args, text] of cases) {
    const { stdout, stderr, texts } = collected();
    const code = await runFaults(args, { stdout, stderr, signal: AbortSignal.abort() });
    expect([args, code, texts.stdout]).toEqual([args, 2, ""]);
    expect(texts.stderr).toMatch(/^faults: [^\n]*\n$/);
    expect(texts.stderr).toMatch(text);
  }
});
