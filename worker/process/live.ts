// A worker process from its settings to its end: clients, queues and jobs, wired to a worker that lives until it has drained.
import type { Logger } from "pino";
import { type FoundQueues, findReceived } from "../engine/receive/queue-urls.ts";
import type { StartedSandbox } from "../engine/sandbox/create-sandbox.ts";
import { createServiceHealth } from "../engine/trouble/service-health.ts";
import { createWorker } from "../engine/worker.ts";
import type { Clock } from "../fleet/clock.ts";
import { reaching } from "../fleet/endpoint-problem.ts";
import { resourceNames } from "../fleet/resources.ts";
import { type ClientOptions, createQueueClients, type QueueClients } from "./clients.ts";
import { type WorkerConfig, workerSettings } from "./config.ts";
import { letHeapGrow } from "./heap-growth.ts";
import { lateJobs } from "./late-jobs.ts";
import { liveUntilDrained } from "./life.ts";
import type { Metrics } from "./metrics.ts";
import type { Traces } from "./traces/traces.ts";

/** What has been started before the rest of the code is loaded. */
export type Begun = {
  config: WorkerConfig;
  clock: Clock;
  log: Logger;
  metrics: Metrics;
  sandbox: Promise<StartedSandbox>;
};

function find(config: WorkerConfig, { sqs }: QueueClients): Promise<FoundQueues> {
  const where = config.AWS_ENDPOINT_URL_SQS ?? config.AWS_ENDPOINT_URL ?? "AWS";
  return reaching(where, () => findReceived(sqs, config.FLEET_NAME, config.kinds));
}

/** Both, or an error of one of them once the sandbox is closed. */
async function bothOrNeither(
  sandbox: Promise<StartedSandbox>,
  queues: Promise<FoundQueues>,
): Promise<[StartedSandbox, FoundQueues]> {
  const [started, found] = await Promise.allSettled([sandbox, queues]);
  if (started.status === "fulfilled" && found.status === "fulfilled") return [started.value, found.value];
  if (started.status === "fulfilled") await started.value.close();
  throw found.status === "rejected" ? found.reason : (started as PromiseRejectedResult).reason;
}

const clientOptions = (config: WorkerConfig): ClientOptions => ({
  region: config.AWS_REGION,
  endpointGiven: (config.AWS_ENDPOINT_URL_SQS ?? config.AWS_ENDPOINT_URL) !== undefined,
  receives: config.kinds.length * config.FLEET_RECEIVES,
  slots: config.FLEET_SLOTS,
  mailAnswerWithinMs: config.FLEET_MAIL_WAIT_SECONDS * 1000,
});

/** Lets a worker live until it has drained. Closes the sandbox in the end. */
export async function live({ config, clock, log, metrics, sandbox: starting }: Begun): Promise<void> {
  const options = clientOptions(config);
  const clients = createQueueClients(options);
  const names = resourceNames(config.FLEET_NAME, config.FLEET_BUCKET_SUFFIX);
  // The first child starts while this process looks up its queues.
  const [sandbox, queues] = await bothOrNeither(starting, find(config, clients));
  const health = createServiceHealth({ clock, log });
  const traces = await tracesOf(config, log);
  const late = lateJobs({ config, clients: options, health, find: queues.findDeadLetterQueues });
  const worker = createWorker({
    settings: workerSettings(config),
    jobs: late.jobs,
    loaded: late.loaded,
    clients: {
      ...clients,
      get s3() {
        return late.s3;
      },
    },
    urls: queues.urls,
    names,
    sandbox,
    unconfined: sandbox.missing,
    clock,
    log,
    metrics,
    health,
    onDelivery: traces?.told,
  });
  const load = async () => {
    await Promise.all([late.load(), sandbox.loaded]);
    letHeapGrow();
  };
  try {
    const {
      FLEET_VERSION: version,
      FLEET_INSTANCE_ID: instance,
      FLEET_PRESENCE_SECONDS: everySeconds,
      kinds,
    } = config;
    const row = { db: clients.db, table: names.tables.workers, fleet: names.fleet, instance, version, kinds };
    const runs = () => metrics.runs.figures();
    const presence = { ...row, everySeconds, clock, log, report: worker.report, runs };
    const { tables } = names;
    await liveUntilDrained({ config, clock, clients, worker, load, log, metrics, tables, presence });
  } finally {
    await traces?.close();
    await sandbox.close();
    clients.destroy();
    late.destroy();
  }
}

/** How often traces are sent, milliseconds. */
const tracesEveryMs = 5000;

/** Sends traces where the settings ask for it; nothing of X-Ray is loaded otherwise. */
async function tracesOf(config: WorkerConfig, log: Logger): Promise<Traces | undefined> {
  if (config.FLEET_TRACING === "off") return undefined;
  const { XRayClient } = await import("@aws-sdk/client-xray");
  const { startTraces } = await import("./traces/traces.ts");
  const xray = new XRayClient({ region: config.AWS_REGION, maxAttempts: 2 });
  return startTraces({
    xray,
    fleet: config.FLEET_NAME,
    worker: config.workerId,
    log,
    everyMs: tracesEveryMs,
  });
}
