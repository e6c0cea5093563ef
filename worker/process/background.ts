// What runs beside a process's worker: watching pauses and the instance, presence, metrics, health, the lifecycle hook.
import type { Logger } from "pino";
import { createMetadataReader, metadataEndpoint } from "../engine/drain/instance-metadata.ts";
import { watchInstance } from "../engine/drain/instance-watch.ts";
import type { InstanceNews } from "../engine/drain/interruption.ts";
import { watchPauses } from "../engine/pause/pauses.ts";
import type { Worker } from "../engine/worker.ts";
import type { Clock } from "../fleet/clock.ts";
import type { ResourceNames } from "../fleet/resources.ts";
import type { QueueClients } from "./clients.ts";
import type { WorkerConfig } from "./config.ts";
import { serveHealth } from "./health.ts";
import type { LifecycleHook } from "./lifecycle.ts";
import type { Metrics } from "./metrics.ts";
import { keepAnnouncing, type PresenceOptions } from "./presence.ts";

/** A worker process: its worker and everything around it. */
export type Life = {
  config: WorkerConfig;
  clock: Clock;
  clients: Pick<QueueClients, "sqsReceive" | "db">;
  worker: Worker;
  /** Loads what jobs need and the worker does not to receive them. @throws what cannot be loaded; then no job can run */
  load: () => Promise<void>;
  log: Logger;
  metrics: Metrics;
  tables: ResourceNames["tables"];
  presence: PresenceOptions;
};

/** Watches the instance's metadata until `signal` aborts, if this process runs on an instance. */
export async function watchingInstance(
  { config, clock, log }: Life,
  onNews: (news: InstanceNews) => void,
  onRead: () => void,
  signal: AbortSignal,
): Promise<void> {
  const endpoint = config.AWS_EC2_METADATA_SERVICE_ENDPOINT;
  const mode = config.FLEET_METADATA ?? (endpoint === undefined ? "off" : "ec2");
  if (mode === "off") return onRead();
  const read = createMetadataReader(endpoint ?? metadataEndpoint);
  const everyMs = config.FLEET_METADATA_SECONDS * 1000;
  const scaleInSeconds = config.FLEET_SCALE_IN_SECONDS;
  await watchInstance({ read, clock, log, everyMs, scaleInSeconds, onNews, onRead }, signal);
}

/** Keeps the worker's pauses current until `signal` aborts. */
export function watchingPauses(
  { config, clock, clients, worker, log, tables }: Life,
  onRead: () => void,
  signal: AbortSignal,
): Promise<void> {
  const { FLEET_NAME: fleet, FLEET_PAUSES_SECONDS: everySeconds } = config;
  const options = { db: clients.db, table: tables.pauses, fleet, everyMs: everySeconds * 1000 };
  return watchPauses({ ...options, clock, log, onPauses: worker.pause, onRead }, signal);
}

/** Keeps the worker's row current until `signal` aborts. */
export const announcing = ({ presence }: Life, signal: AbortSignal): Promise<void> =>
  keepAnnouncing(presence, signal);

/** Prints metrics until `signal` aborts. */
export async function flushing({ config, clock, metrics, worker }: Life, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await clock.sleep(config.FLEET_METRICS_SECONDS * 1000, signal);
    metrics.flush(worker.report());
  }
}

/** Serves health, if the settings give it an address. */
export async function serving({ config, worker }: Life) {
  if (config.FLEET_HEALTH_ADDRESS === undefined) return undefined;
  const [host = "127.0.0.1", port = "0"] = config.FLEET_HEALTH_ADDRESS.split(":");
  return serveHealth({ host, port: Number(port) }, worker.report);
}

/**
 * Loads what jobs need. A worker for which that fails gives back what it has received, and fails; one that ends closes what still loads,
 * which is no failure.
 */
export async function loading(
  { load, log }: Life,
  signal: AbortSignal,
  { loaded, failed }: { loaded: () => void; failed: (error: unknown) => void },
): Promise<void> {
  try {
    await load();
  } catch (error) {
    if (signal.aborted) return;
    log.error({ err: error }, "jobs cannot be loaded");
    return failed(error);
  }
  loaded();
}

/** Pause before Auto Scaling is told again, after a call that failed. */
const tellAgainMs = 10_000;

/**
 * Tells Auto Scaling that the worker is ready, which puts its instance into service, again until it takes it or `signal`
 * aborts. A worker that was started again finds no action, which counts as told.
 */
export async function tellingReady({ config, clock, log }: Life, signal: AbortSignal): Promise<void> {
  const { FLEET_SCALING_GROUP: group, FLEET_LAUNCH_HOOK: hook, FLEET_INSTANCE_ID: instanceId } = config;
  if (!group || !hook || !instanceId) return;
  while (!signal.aborted) {
    try {
      await complete(config, { group, hook, instanceId });
      return log.info({ group, hook, instanceId }, "instance reported as ready");
    } catch (error) {
      log.warn({ err: error }, "instance not reported as ready");
      await clock.sleep(tellAgainMs, signal);
    }
  }
}

/** Completes the lifecycle action. Only an instance that Auto Scaling or EC2 ends has one. */
export async function completing({ config, log }: Life): Promise<void> {
  const { FLEET_SCALING_GROUP: group, FLEET_LIFECYCLE_HOOK: hook, FLEET_INSTANCE_ID: instanceId } = config;
  if (!group || !hook || !instanceId) return;
  try {
    await complete(config, { group, hook, instanceId });
    log.info({ group, hook, instanceId }, "lifecycle action completed");
  } catch (error) {
    log.error({ err: error }, "lifecycle action not completed");
  }
}

/** Auto Scaling's code is loaded only where there is a hook. */
async function complete({ AWS_REGION }: WorkerConfig, hook: LifecycleHook): Promise<void> {
  const { completeHook } = await import("./lifecycle.ts");
  await completeHook(AWS_REGION, hook);
}
