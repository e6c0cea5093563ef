// The life of a worker process: read settings, start, wait for the first interruption, drain, tell Auto Scaling.
import type { Logger } from "pino";
import { createMetadataReader, metadataEndpoint } from "../engine/drain/instance-metadata.ts";
import { watchInstance } from "../engine/drain/instance-watch.ts";
import type { InstanceNews, Interruption } from "../engine/drain/interruption.ts";
import { completeLifecycle } from "../engine/drain/lifecycle.ts";
import type { RunnableJob } from "../engine/execute/execute.ts";
import { watchPauses } from "../engine/pause/pauses.ts";
import { findQueues } from "../engine/receive/queue-urls.ts";
import { createWorker, type Worker } from "../engine/worker.ts";
import { systemClock } from "../fleet/clock.ts";
import { reaching } from "../fleet/endpoint-problem.ts";
import { type ResourceNames, resourceNames } from "../fleet/resources.ts";
import { catalog, type JobKind } from "../jobs/catalog.ts";
import { handlers } from "../jobs/handlers.ts";
import { createDecodeSandbox } from "../jobs/sandbox/decode-sandbox.ts";
import { createClients, type WorkerClients } from "./clients.ts";
import { createCommand, readCommand, runCommand } from "./command.ts";
import { readConfig, type WorkerConfig } from "./config.ts";
import { serveHealth } from "./health.ts";
import { Metrics } from "./metrics.ts";
import { createOutput } from "./output.ts";
import { announce, keepAnnouncing } from "./presence.ts";

/** Runs a worker until it has drained; resolves to the exit code: 0 drained, 1 failed, 2 bad arguments or settings. */
export async function runWorker(args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  return runCommand("worker", () => live(readConfig(env, readArguments(args, env))));
}

function readArguments(args: string[], env: NodeJS.ProcessEnv): { jobs?: string } {
  const command = createCommand("worker")
    .description("Works on the queues of FLEET_NAME until it is interrupted.")
    .option("--jobs <kinds>", "job kinds to work on, comma separated (default: all)");
  return readCommand(command, args, env).opts();
}

/** Children load what they will decode with before they are needed: the first picture or mail is then as fast as others. */
const preloaded: Readonly<Partial<Record<JobKind, string>>> = {
  "resize-image": "decode-image",
  "parse-mail": "parse-mail",
};

async function live(config: WorkerConfig): Promise<number> {
  const { log, print } = createOutput({ level: config.LOG_LEVEL, base: { worker: config.workerId } });
  const clients = createClients({
    region: config.AWS_REGION,
    endpointGiven: (config.AWS_ENDPOINT_URL_SQS ?? config.AWS_ENDPOINT_URL) !== undefined,
    receives: config.kinds.length * config.FLEET_RECEIVES,
    slots: config.FLEET_SLOTS,
    mailAnswerWithinMs: config.FLEET_MAIL_WAIT_SECONDS * 1000,
  });
  const jobs = new Map(
    config.kinds.map((kind) => [
      kind,
      { definition: catalog[kind], handler: handlers[kind] } as unknown as RunnableJob,
    ]),
  );
  const where = config.AWS_ENDPOINT_URL_SQS ?? config.AWS_ENDPOINT_URL ?? "AWS";
  const urls = await reaching(where, () => findQueues(clients.sqs, config.FLEET_NAME, config.kinds));
  const names = resourceNames(config.FLEET_NAME, config.FLEET_BUCKET_SUFFIX);
  const preload = config.kinds.flatMap((kind) => preloaded[kind] ?? []);
  const sandbox = await createDecodeSandbox({ size: config.FLEET_DECODERS, log, preload });
  const metrics = new Metrics({ fleet: config.FLEET_NAME, now: systemClock.now, print });
  const worker = createWorker({
    config,
    jobs,
    clients,
    urls,
    names,
    sandbox,
    clock: systemClock,
    log,
    metrics,
  });
  try {
    return await untilDrained({ config, clients, worker, log, metrics, tables: names.tables });
  } finally {
    await sandbox.close();
    clients.destroy();
  }
}

type Life = {
  config: WorkerConfig;
  clients: WorkerClients;
  worker: Worker;
  log: Logger;
  metrics: Metrics;
  tables: ResourceNames["tables"];
};

async function untilDrained(life: Life): Promise<number> {
  const { config, worker, log } = life;
  const end = new AbortController();
  const first = Promise.withResolvers<Interruption>();
  let interrupted = false;
  let takenAway = false;
  const onNews = (news: InstanceNews) => {
    if (news.reason === "rebalance") return void worker.beCautious();
    interrupted = true;
    takenAway ||= news.reason !== "signal";
    first.resolve(news);
    if (worker.report().state === "draining") void worker.drain(news);
  };
  const unlisten = listenForSignals(config, onNews);
  const looked = Promise.withResolvers<void>();
  const pausesLooked = Promise.withResolvers<void>();
  const background = [
    holding(life, pausesLooked.resolve, end.signal),
    watch(life, onNews, looked.resolve, end.signal),
    presence(life, end.signal),
    flushing(life, end.signal),
  ];
  const health = await startHealth(life);
  await looked.promise;
  await Promise.race([pausesLooked.promise, first.promise]);
  if (!interrupted) worker.start();
  log.info({ kinds: config.kinds, slots: config.FLEET_SLOTS, health: health?.port }, "worker ready");
  const report = await worker.drain(await first.promise);
  log.info({ ...report }, "worker drained");
  end.abort();
  await Promise.all(background);
  await announce(presenceOptions(life));
  if (takenAway) await complete(life);
  await health?.close();
  unlisten();
  return 0;
}

/** The first signal drains; a second one of a terminal ends the process at once. */
function listenForSignals(config: WorkerConfig, onNews: (news: InstanceNews) => void): () => void {
  let seen = 0;
  const on = (signal: "SIGTERM" | "SIGINT") => () => {
    seen += 1;
    if (seen > 1 && signal === "SIGINT") process.exit(1);
    onNews({ reason: "signal", signal, secondsLeft: config.FLEET_DRAIN_SECONDS });
  };
  const listeners = { SIGTERM: on("SIGTERM"), SIGINT: on("SIGINT") };
  process.on("SIGTERM", listeners.SIGTERM).on("SIGINT", listeners.SIGINT);
  return () => void process.off("SIGTERM", listeners.SIGTERM).off("SIGINT", listeners.SIGINT);
}

async function watch(
  { config, log }: Life,
  onNews: (news: InstanceNews) => void,
  onLooked: () => void,
  signal: AbortSignal,
): Promise<void> {
  const endpoint = config.AWS_EC2_METADATA_SERVICE_ENDPOINT;
  const mode = config.FLEET_METADATA ?? (endpoint === undefined ? "off" : "ec2");
  if (mode === "off") return onLooked();
  await watchInstance(
    {
      read: createMetadataReader(endpoint ?? metadataEndpoint),
      clock: systemClock,
      log,
      everyMs: config.FLEET_METADATA_SECONDS * 1000,
      scaleInSeconds: config.FLEET_SCALE_IN_SECONDS,
      onNews,
      onLooked,
    },
    signal,
  );
}

/** Nothing is received before it was looked what is held. */
function holding(
  { config, clients, worker, log, tables }: Life,
  onLooked: () => void,
  signal: AbortSignal,
): Promise<void> {
  const { FLEET_NAME: fleet, FLEET_PAUSES_SECONDS: everySeconds } = config;
  const options = { db: clients.db, table: tables.pauses, fleet, everyMs: everySeconds * 1000 };
  return watchPauses({ ...options, clock: systemClock, log, onPauses: worker.pause, onLooked }, signal);
}

function presenceOptions({ config, clients, worker, log, tables }: Life) {
  const { FLEET_INSTANCE_ID: instance, FLEET_PRESENCE_SECONDS: everySeconds, kinds } = config;
  return {
    db: clients.db,
    table: tables.workers,
    instance,
    kinds,
    everySeconds,
    clock: systemClock,
    log,
    report: worker.report,
  };
}

const presence = (life: Life, signal: AbortSignal) => keepAnnouncing(presenceOptions(life), signal);

async function flushing({ config, metrics, worker }: Life, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await systemClock.sleep(config.FLEET_METRICS_SECONDS * 1000, signal);
    metrics.flush(worker.report());
  }
}

async function startHealth({ config, worker }: Life) {
  if (config.FLEET_HEALTH_ADDRESS === undefined) return undefined;
  const [host = "127.0.0.1", port = "0"] = config.FLEET_HEALTH_ADDRESS.split(":");
  return serveHealth({ host, port: Number(port) }, worker.report);
}

/** Only an instance that Auto Scaling or EC2 takes away has a lifecycle action to complete. */
async function complete({ config, clients, log }: Life): Promise<void> {
  const { FLEET_SCALING_GROUP: group, FLEET_LIFECYCLE_HOOK: hook, FLEET_INSTANCE_ID: instanceId } = config;
  if (!group || !hook || !instanceId) return;
  try {
    await completeLifecycle(clients.autoScaling, { group, hook, instanceId });
    log.info({ group, hook, instanceId }, "lifecycle action completed");
  } catch (error) {
    log.error({ err: error }, "lifecycle action not completed");
  }
}
