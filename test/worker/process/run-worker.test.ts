// The worker as a process: its arguments, its exit codes, and its reaction to each kind of interruption.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { DeleteQueueCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { startCloud } from "../../../scripts/local/cloud/cloud.ts";
import { readEmf } from "../../../scripts/local/cloudwatch/emf.ts";
import type { LocalService, ServiceResponse } from "../../../scripts/local/gateway/service.ts";
import { createQueues } from "../../../scripts/provision/queues.ts";
import { deadLetterQueueName, queueName } from "../../../worker/fleet/resources.ts";
import { catalog, jobKinds } from "../../../worker/jobs/catalog.ts";
import { clientSettings } from "../../support/cloud.ts";
import { startMetadataServer } from "../../support/metadata-server.ts";
import { until } from "../../support/until.ts";

const entry = fileURLToPath(new URL("../../../worker/main.ts", import.meta.url));
const tether = fileURLToPath(new URL("../../../scripts/local/processes/tether.ts", import.meta.url));
const readySchema = z.object({ msg: z.literal("worker ready"), health: z.number() });

/** Starts the worker as `npm run worker` does. */
function start(args: string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, ["--import", tether, entry, ...args], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    if (stream !== null) createInterface({ input: stream }).on("line", (line) => void lines.push(line));
  const ended = new Promise<number | string | null>((resolve) =>
    child.once("close", (code, signal) => resolve(code ?? signal)),
  );
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  return { child, lines, ended };
}

/** An Auto Scaling service that accepts and records every completed lifecycle action. */
function autoScaling(): { service: LocalService; completed: string[]; refusals: ServiceResponse[] } {
  const completed: string[] = [];
  const refusals: ServiceResponse[] = [];
  const service: LocalService = {
    name: "autoscaling",
    actionOf: ({ body }) => new URLSearchParams(body.toString()).get("Action") ?? "",
    handle: async ({ body }) => {
      const refusal = refusals.shift();
      if (refusal !== undefined) return refusal;
      const input = new URLSearchParams(body.toString());
      completed.push(`${input.get("LifecycleHookName")} ${input.get("InstanceId")}`);
      const result = "<CompleteLifecycleActionResult/>";
      return {
        status: 200,
        headers: { "content-type": "text/xml" },
        body: `<CompleteLifecycleActionResponse>${result}</CompleteLifecycleActionResponse>`,
      };
    },
    errorResponse: (_, { status }) => ({ status }),
  };
  return { service, completed, refusals };
}

/** X-Ray, as far as a worker uses it: keeps the segments it was sent. */
function xray(): { service: LocalService; segments: string[] } {
  const segments: string[] = [];
  const service: LocalService = {
    name: "xray",
    actionOf: ({ path }) => path.slice(1),
    handle: async ({ body }) => {
      segments.push(
        ...z.object({ TraceSegmentDocuments: z.array(z.string()) }).parse(JSON.parse(body.toString()))
          .TraceSegmentDocuments,
      );
      return { status: 200, headers: { "content-type": "application/json" }, body: "{}" };
    },
    errorResponse: (_, { status }) => ({ status }),
  };
  return { service, segments };
}

/** A cloud with every kind's queues and an instance that can be interrupted. */
async function setup() {
  const { service, completed, refusals } = autoScaling();
  const traces = xray();
  const cloud = await startCloud({ port: 0, extraServices: [service, traces.service] });
  const metadata = await startMetadataServer();
  const sqs = new SQSClient(clientSettings(cloud));
  for (const job of Object.values(catalog)) await createQueues(sqs, "test", job);
  sqs.destroy();
  onTestFinished(async () => {
    await cloud.close();
    await metadata.close();
  });
  const env = {
    FLEET_NAME: "test",
    AWS_REGION: cloud.region,
    AWS_ENDPOINT_URL: cloud.url,
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
    FLEET_WAIT_SECONDS: "1",
    FLEET_DECODERS: "1",
    FLEET_METADATA_SECONDS: "0.1",
    FLEET_HEALTH_ADDRESS: "127.0.0.1:0",
    AWS_EC2_METADATA_SERVICE_ENDPOINT: metadata.endpoint,
    FLEET_SCALING_GROUP: "fleet",
    FLEET_LIFECYCLE_HOOK: "drain",
    FLEET_INSTANCE_ID: "i-1",
  };
  const receives = () => cloud.requests.since(0).filter(({ action }) => action === "ReceiveMessage").length;
  return { cloud, metadata, completed, refusals, env, receives, segments: traces.segments };
}

/** The health port, once the worker says that it is ready. */
const readyPort = (lines: string[]) =>
  until("the ready line", () => {
    const ready = lines.find((line) => line.includes('"worker ready"'));
    return ready === undefined ? undefined : readySchema.parse(JSON.parse(ready)).health;
  });
const stateAt = async (port: number) => {
  const answer = await fetch(`http://127.0.0.1:${port}/ready`);
  return [answer.status, z.object({ state: z.string() }).parse(await answer.json()).state];
};

test("--help lists the arguments and exits 0", async () => {
  const { lines, ended } = start(["--help"]);
  expect(await ended).toBe(0);
  expect(lines.join("\n")).toContain("--jobs <kinds>");
});

test("a worker that must confine decode children and cannot ends, and says so in a metric", async () => {
  const { env } = await setup();
  const elsewhere = "data:text/javascript,Object.defineProperty(process,'platform',{value:'plan9'})";
  const NODE_OPTIONS = `--import=${elsewhere}`;
  const { lines, ended } = start([], { ...env, FLEET_SANDBOX: "required", NODE_OPTIONS });
  expect(await ended).toBe(1);
  const metrics = lines.flatMap(readEmf);
  expect(metrics.map(({ name, dimensions, sum }) => [name, dimensions, sum])).toEqual([
    ["SandboxNotConfined", { Fleet: "test" }, 1],
  ]);
  expect(lines.join("\n")).toContain("decode children are not confined here");
});

test("an unknown argument is named, and the worker exits 2", async () => {
  const { lines, ended } = start(["--fast"]);
  expect(await ended).toBe(2);
  expect(lines).toEqual(["worker: unknown option '--fast'"]);
});

test("settings that cannot be used are named in one line each, and the worker exits 2", async () => {
  const { lines, ended } = start(["--jobs", "fly"], { FLEET_NAME: "Oh No" });
  expect(await ended).toBe(2);
  expect(lines).toEqual([
    expect.stringMatching(/^worker: FLEET_NAME is "Oh No", /),
    expect.stringMatching(/^worker: AWS_REGION is missing/),
    expect.stringMatching(/^worker: jobs: no kind is called "fly"/),
  ]);
});

test("a fleet without queues exits 2 and names the queues that are missing", async () => {
  const { env } = await setup();
  const { lines, ended } = start([], { ...env, FLEET_NAME: "elsewhere" });
  expect(await ended).toBe(2);
  for (const kind of jobKinds) {
    expect(lines.join()).toContain(`elsewhere-${kind}.fifo`);
    expect(lines.join()).toContain(`elsewhere-${kind}-dead.fifo`);
  }
});

test("a fleet without a dead-letter queue exits 2 and names it, once the worker has drained", async () => {
  const { env, cloud } = await setup();
  const sqs = new SQSClient(clientSettings(cloud));
  const QueueName = deadLetterQueueName("test", "count-words");
  await sqs.send(new DeleteQueueCommand({ QueueUrl: `${cloud.url}/000000000000/${QueueName}` }));
  sqs.destroy();
  const { lines, ended } = start(["--jobs", "count-words"], env);
  expect(await ended).toBe(2);
  // The error and the log are two streams, so nothing says which line is read last.
  expect(lines).toContain(`worker: FLEET_NAME is test, but there is no queue ${QueueName}`);
  expect(lines.some((line) => line.includes('"worker drained"'))).toBe(true);
});

for (const signal of ["SIGTERM", "SIGINT"] as const)
  test(`${signal} drains an idle worker, which exits 0 and completes no lifecycle action`, async () => {
    const { env, completed } = await setup();
    const { child, lines, ended } = start([], env);
    const port = await readyPort(lines);
    expect(await stateAt(port)).toEqual([200, "ready"]);
    child.kill(signal);
    expect(await ended).toBe(0);
    expect(completed).toEqual([]);
    expect(lines.some((line) => line.includes('"worker drained"'))).toBe(true);
  });

test("SIGTERM to npm, which a supervisor may have started, drains the worker and leaves no process behind", async () => {
  const { env } = await setup();
  const npm = spawn("npm", ["run", "--silent", "worker", "--", "--jobs", "count-words"], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const lines: string[] = [];
  createInterface({ input: npm.stdout }).on("line", (line) => void lines.push(line));
  const closed = new Promise<number | null>((resolve) => npm.once("close", resolve));
  onTestFinished(() => {
    try {
      process.kill(-(npm.pid ?? 0), "SIGKILL");
    } catch {
      // All of them are gone.
    }
  });
  await readyPort(lines);
  npm.kill("SIGTERM");
  // The pipe closes when the last process that holds it has ended.
  expect(await closed).toBe(0);
  expect(lines.some((line) => line.includes('"worker drained"'))).toBe(true);
});

test("a spot notice drains the worker, which completes its lifecycle action once and exits 0", async () => {
  const { env, metadata, completed } = await setup();
  const { lines, ended } = start([], env);
  await readyPort(lines);
  const time = new Date(Date.now() + 120_000).toISOString();
  metadata.paths.set("autoscaling/target-lifecycle-state", "Terminated");
  metadata.paths.set("spot/instance-action", JSON.stringify({ action: "terminate", time }));
  expect(await ended).toBe(0);
  expect(completed).toEqual(["drain i-1"]);
});

test("a notice shorter than the open poll strands nothing: what the poll has taken is returned before the exit", async () => {
  const { env, metadata, cloud } = await setup();
  let held = 0;
  cloud.faults.push(({ action, request }) => {
    if (action !== "ReceiveMessage" || !request.body.toString().includes("count-words.fifo"))
      return undefined;
    held += 1;
    return held === 1 ? { kind: "delay", beforeMs: 0, afterMs: 60_000 } : undefined;
  });
  const { lines, ended } = start(["--jobs", "count-words"], { ...env, FLEET_WAIT_SECONDS: "20" });
  await readyPort(lines);
  await until("the long poll", () => held === 1);
  cloud.sqs.send("test-count-words.fifo", { body: "{}", groupId: "g", deduplicationId: "d" });
  await until("the message to be taken", () => cloud.sqs.metrics("test-count-words.fifo").inFlight === 1);
  const time = new Date(Date.now() + 8000).toISOString();
  metadata.paths.set("spot/instance-action", JSON.stringify({ action: "terminate", time }));
  expect(await ended).toBe(0);
  expect(cloud.sqs.metrics("test-count-words.fifo")).toMatchObject({ visible: 1, inFlight: 0 });
});

test("a rebalance recommendation makes the worker cautious: it stays ready and does not end", async () => {
  const { env, metadata } = await setup();
  const { child, lines, ended } = start([], env);
  const port = await readyPort(lines);
  metadata.paths.set("events/recommendations/rebalance", "{}");
  await until("caution", async () => (await stateAt(port))[1] === "cautious");
  expect(await stateAt(port)).toEqual([200, "cautious"]);
  child.kill("SIGTERM");
  expect(await ended).toBe(0);
});

test("a worker that starts on an instance about to end receives nothing and exits 0", async () => {
  const { env, metadata, completed, receives } = await setup();
  metadata.paths.set("autoscaling/target-lifecycle-state", "Terminated");
  const { ended } = start([], env);
  expect(await ended).toBe(0);
  expect([receives(), completed]).toEqual([0, ["drain i-1"]]);
});

test("an endpoint that does not answer exits 1", async () => {
  const { env } = await setup();
  const { lines, ended } = start([], { ...env, AWS_ENDPOINT_URL: "http://127.0.0.1:1" });
  expect(await ended).toBe(1);
  expect(lines.join()).toContain("ECONNREFUSED");
});

test("a worker that is ready says so to Auto Scaling, once, and one that is told to end before it is ready does not", async () => {
  const { env, metadata, completed } = await setup();
  const first = start([], { ...env, FLEET_LAUNCH_HOOK: "ready" });
  await until("the launch action", () => completed.length > 0);
  first.child.kill("SIGTERM");
  expect(await first.ended).toBe(0);
  expect(completed).toEqual(["ready i-1"]);
  metadata.paths.set("autoscaling/target-lifecycle-state", "Terminated");
  const second = start([], { ...env, FLEET_LAUNCH_HOOK: "ready" });
  expect(await second.ended).toBe(0);
  expect(completed).toEqual(["ready i-1", "drain i-1"]);
});

test("a worker started again on an instance in service works, though there is no launch action any more", async () => {
  const { env, refusals } = await setup();
  const body =
    "<ErrorResponse><Error><Code>ValidationError</Code><Message>m</Message></Error></ErrorResponse>";
  refusals.push({ status: 400, headers: { "content-type": "text/xml" }, body });
  const { child, lines, ended } = start([], { ...env, FLEET_LAUNCH_HOOK: "ready" });
  const port = await readyPort(lines);
  await until("the answer", () => lines.some((line) => line.includes("instance reported as ready")));
  expect(await stateAt(port)).toEqual([200, "ready"]);
  child.kill("SIGTERM");
  expect(await ended).toBe(0);
});

test.each([
  ["xray", ["1-6929f0a0-0123456789abcdef01234567"]],
  ["off", []],
])(
  "with FLEET_TRACING=%s the job of a traced event shows in its trace, before the worker ends",
  async (FLEET_TRACING, traced) => {
    const { cloud, env, segments } = await setup();
    const sqs = new SQSClient(clientSettings(cloud));
    onTestFinished(() => sqs.destroy());
    const traceId = "1-6929f0a0-0123456789abcdef01234567";
    const payload = { team: "T", channel: "C", message: "1", text: "a word" };
    const event = { v: 1, event: "words-said", payload, enqueuedAt: new Date().toISOString(), traceId };
    await sqs.send(
      new SendMessageCommand({
        QueueUrl: `${cloud.url}/000000000000/${queueName("test", "count-words")}`,
        MessageBody: JSON.stringify({ ...event, redrives: 0 }),
        MessageGroupId: "g",
        MessageDeduplicationId: "1",
      }),
    );
    const { child, lines, ended } = start(["--jobs", "count-words"], { ...env, FLEET_TRACING });
    await until("the outcome", () => lines.find((line) => line.includes('"job outcome"')));
    child.kill("SIGTERM");
    expect(await ended).toBe(0);
    const sent = segments.map((segment) =>
      z
        .object({ trace_id: z.string(), annotations: z.object({ jobId: z.string() }) })
        .parse(JSON.parse(segment)),
    );
    expect([...new Set(sent.map(({ trace_id }) => trace_id))]).toEqual(traced);
    expect(sent.every(({ annotations }) => annotations.jobId.startsWith("count-words/"))).toBe(true);
  },
);
