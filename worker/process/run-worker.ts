// Runs a worker process: reads settings and arguments, builds the worker, lets it live until it has drained.
import type { Logger } from "pino";
import { findQueues, type QueueUrls } from "../engine/receive/queue-urls.ts";
import type { StartedSandbox } from "../engine/sandbox/create-sandbox.ts";
import { SandboxNotConfined } from "../engine/sandbox/missing-confinement.ts";
import { createServiceHealth } from "../engine/trouble/service-health.ts";
import { createWorker } from "../engine/worker.ts";
import { reaching } from "../fleet/endpoint-problem.ts";
import { resourceNames } from "../fleet/resources.ts";
import type { JobKind } from "../jobs/catalog.ts";
import { createHandlers, runnableJobs } from "../jobs/handlers.ts";
import { createDecodeSandbox } from "../jobs/sandbox/decode-sandbox.ts";
import { createClients, type WorkerClients } from "./clients.ts";
import { createCommand, exitCodes, readCommand, runCommand } from "./command.ts";
import { clockOf, readConfig, type WorkerConfig, workerSettings } from "./config.ts";
import { liveUntilDrained } from "./life.ts";
import { Metrics } from "./metrics.ts";
import { createOutput } from "./output.ts";
import type { Traces } from "./traces/traces.ts";

/** Runs a worker until it has drained; resolves to the exit code: 0 drained, 1 failed, 2 bad arguments or settings. */
export async function runWorker(args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  return runCommand("worker", async () => {
    await live(readConfig(env, readArguments(args, env)));
    return exitCodes.done;
  });
}

function readArguments(args: string[], env: NodeJS.ProcessEnv): { jobs?: string } {
  const command = createCommand("worker")
    .description("Works on the queues of FLEET_NAME until it is interrupted.")
    .option("--jobs <kinds>", "job kinds to work on, comma separated (default: all)");
  return readCommand(command, args, env).opts();
}

/** Tasks that children load before they are needed, so that the first picture or mail is as fast as later ones. */
const preloaded: Readonly<Partial<Record<JobKind, string>>> = {
  "resize-image": "decode-image",
  "parse-mail": "parse-mail",
  "store-file": "detect-type",
};

function findUrls(config: WorkerConfig, { sqs }: WorkerClients): Promise<QueueUrls> {
  const where = config.AWS_ENDPOINT_URL_SQS ?? config.AWS_ENDPOINT_URL ?? "AWS";
  return reaching(where, () => findQueues(sqs, config.FLEET_NAME, config.kinds));
}

function startSandbox(config: WorkerConfig, log: Logger, metrics: Metrics): Promise<StartedSandbox> {
  const preload = config.kinds.flatMap((kind) => preloaded[kind] ?? []);
  const confinementRequired = config.FLEET_SANDBOX === "required";
  const options = { size: config.FLEET_DECODERS, log, preload, confinementRequired };
  return createDecodeSandbox(options).catch((error: unknown) => {
    if (error instanceof SandboxNotConfined) metrics.refused(error.missing);
    throw error;
  });
}

/** Both, or an error of one of them once the sandbox is closed. */
async function bothOrNeither(
  sandbox: Promise<StartedSandbox>,
  urls: Promise<QueueUrls>,
): Promise<[StartedSandbox, QueueUrls]> {
  const [started, found] = await Promise.allSettled([sandbox, urls]);
  if (started.status === "fulfilled" && found.status === "fulfilled") return [started.value, found.value];
  if (started.status === "fulfilled") await started.value.close();
  throw found.status === "rejected" ? found.reason : (started as PromiseRejectedResult).reason;
}

async function live(config: WorkerConfig): Promise<void> {
  const { log, print } = createOutput({ level: config.LOG_LEVEL, base: { worker: config.workerId } });
  const clock = clockOf(config);
  const clients = createClients({
    region: config.AWS_REGION,
    endpointGiven: (config.AWS_ENDPOINT_URL_SQS ?? config.AWS_ENDPOINT_URL) !== undefined,
    receives: config.kinds.length * config.FLEET_RECEIVES,
    slots: config.FLEET_SLOTS,
    mailAnswerWithinMs: config.FLEET_MAIL_WAIT_SECONDS * 1000,
  });
  const jobs = runnableJobs(
    config.kinds,
    createHandlers({ ses: clients.ses, mail: config.mail, files: config.files }),
  );
  const names = resourceNames(config.FLEET_NAME, config.FLEET_BUCKET_SUFFIX);
  const { FLEET_NAME: fleet, FLEET_VERSION: version } = config;
  const metrics = new Metrics({ fleet, version, now: clock.now, print });
  // The first child starts on another core while this process looks up its queues.
  const [sandbox, urls] = await bothOrNeither(startSandbox(config, log, metrics), findUrls(config, clients));
  const health = createServiceHealth({ clock, log });
  health.watch("ses", clients.ses);
  const traces = await tracesOf(config, log);
  const worker = createWorker({
    settings: workerSettings(config),
    jobs,
    clients,
    urls,
    names,
    sandbox,
    unconfined: sandbox.missing,
    clock,
    log,
    metrics,
    health,
    onDelivery: traces?.told,
  });
  try {
    const { FLEET_INSTANCE_ID: instance, FLEET_PRESENCE_SECONDS: everySeconds, kinds } = config;
    const row = { db: clients.db, table: names.tables.workers, fleet: names.fleet, instance, version, kinds };
    const runs = () => metrics.runs.figures();
    const presence = { ...row, everySeconds, clock, log, report: worker.report, runs };
    await liveUntilDrained({ config, clock, clients, worker, log, metrics, tables: names.tables, presence });
  } finally {
    await traces?.close();
    await sandbox.close();
    clients.destroy();
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
