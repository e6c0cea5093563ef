// The fleet on a laptop: an Auto Scaling group whose instances are worker processes, and the scaler that sizes it.
import { randomBytes } from "node:crypto";
import type { Logger } from "pino";
import { jobKinds } from "../../../worker/jobs/catalog.ts";
import { statusReader } from "../../status/status.ts";
import { ScalingGroup } from "../autoscaling/group.ts";
import { realClock } from "../clock/clock.ts";
import type { LocalClients } from "../cloud/identity.ts";
import type { MetricStore } from "../cloudwatch/metric-store.ts";
import { takePrintedLine } from "../processes/printed-lines.ts";
import type { LocalSettings } from "../system/settings.ts";
import { InstanceProcesses } from "./instances.ts";
import { localPolicy } from "./policy.ts";
import { keepScaling } from "./scaler.ts";

/** A fleet. Start it once the cloud serves. */
export type Fleet = {
  group: ScalingGroup;
  instances: InstanceProcesses;
  start: (running: { env: Record<string, string>; clients: LocalClients; metrics: MetricStore }) => void;
  close: () => Promise<void>;
};

/** Name of the terminate hook. */
const hookName = "drain";

/** How long a simulated instance takes to boot, in milliseconds. */
const bootMs = 500;

/** Creates a fleet without instances. */
export function createFleet({ settings, log }: { settings: LocalSettings; log: Logger }): Fleet {
  const instances = new InstanceProcesses({ bootMs, log });
  const groupName = `${settings.fleet}-workers`;
  const group = new ScalingGroup({
    name: groupName,
    min: 0,
    max: settings.maxWorkers,
    hook: { name: hookName, timeoutSeconds: 120 },
    zones: ["local-a", "local-b"],
    instanceType: "local.process",
    clock: realClock,
    newInstanceId: () => `i-${randomBytes(8).toString("hex")}`,
    launcher: instances,
    onError: (error, instance) => log.error({ err: error, instance }, "instance failed"),
  });
  const end = new AbortController();
  let scaling: Promise<void> | undefined;
  return {
    group,
    instances,
    start: ({ env, clients, metrics }) => {
      instances.onLine = (instance, line) =>
        takePrintedLine(line, { log, metrics, name: "worker", fields: { instance } });
      instances.environment = { ...workerEnvironment(groupName), ...chosenSettings(process.env), ...env };
      if (settings.minWorkers > 0) group.setDesired(settings.minWorkers, "the minimum");
      scaling = scale(group, settings, clients, log, end.signal);
    },
    close: async () => {
      end.abort();
      await scaling;
      await group.close(30_000);
    },
  };
}

/** The environment of every local worker, without the cloud's address. Short waits make Ctrl-C quick. */
function workerEnvironment(groupName: string): Record<string, string> {
  return {
    // The image uses jemalloc. Here glibc would keep freed memory in its arenas, which looks like a leak.
    MALLOC_ARENA_MAX: "2",
    MALLOC_TRIM_THRESHOLD_: "1048576",
    MALLOC_MMAP_THRESHOLD_: "1048576",
    FLEET_WAIT_SECONDS: "1",
    FLEET_METADATA_SECONDS: "1",
    FLEET_PRESENCE_SECONDS: "1",
    FLEET_DRAIN_SECONDS: "20",
    FLEET_MAIL_ADDRESS: "submissions@magazine.example",
    FLEET_MAIL_EDITOR: "editor@magazine.example",
    FLEET_SCALING_GROUP: groupName,
    FLEET_LIFECYCLE_HOOK: hookName,
  };
}

/** Settings of the workers taken from this command's own environment, e.g. FLEET_SLOTS=4. */
function chosenSettings(environment: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).filter(
      (entry): entry is [string, string] => entry[0].startsWith("FLEET_") && entry[1] !== undefined,
    ),
  );
}

function scale(
  group: ScalingGroup,
  settings: LocalSettings,
  clients: LocalClients,
  log: Logger,
  signal: AbortSignal,
): Promise<void> {
  const readStatus = statusReader(clients, { fleet: settings.fleet, kinds: jobKinds });
  return keepScaling(
    {
      policy: localPolicy(settings),
      read: async () => {
        const { queues, workers } = await readStatus();
        const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
        const alive = workers.filter(({ state }) => state !== "dead" && state !== "stopped");
        return {
          visible: sum(queues.map(({ visible }) => visible)),
          inFlight: sum(queues.map(({ inFlight }) => inFlight)),
          busySlots: sum(alive.map(({ busySlots }) => busySlots)),
          idleSlots: sum(alive.map(({ idleSlots }) => idleSlots)),
        };
      },
      desired: () => group.desired,
      setDesired: async (count, reason) => group.setDesired(count, reason),
      everyMs: 1000,
      warmUpMs: 5000,
      now: () => performance.now(),
      log,
    },
    signal,
  );
}
