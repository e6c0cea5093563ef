// The fleet on a laptop: two Auto Scaling groups whose instances are worker processes, spot and on-demand, and what sizes
// them.
import { randomBytes } from "node:crypto";
import type { Logger } from "pino";
import { drainHook } from "../../../infra/drain-budget.ts";
import { readyHook } from "../../../infra/instance-life.ts";
import type { Counted } from "../../../triggers/metrics-due.ts";
import { ScalingGroup } from "../autoscaling/group.ts";
import { realClock } from "../clock/clock.ts";
import type { MetricStore } from "../cloudwatch/metric-store.ts";
import { allocatorEnvironment } from "../processes/allocator.ts";
import { takePrintedLine } from "../processes/printed-lines.ts";
import type { LocalSettings } from "../system/settings.ts";
import { InstanceProcesses } from "./instances.ts";
import type { FleetPace } from "./pace.ts";
import { keepScaling } from "./scaler.ts";
import { keepStandingIn } from "./stand-ins.ts";

/** A fleet. Start it once the cloud serves. */
export type Fleet = {
  /** The spot instances. */
  group: ScalingGroup;
  /** On-demand instances that stand in for spot instances that do not come. */
  standIns: ScalingGroup;
  instances: InstanceProcesses;
  start: (running: FleetSurroundings) => void;
  close: () => Promise<void>;
};

/** What a fleet runs in. */
export type FleetSurroundings = {
  /** The cloud's address and the fleet's name, for workers. */
  env: Record<string, string>;
  metrics: MetricStore;
  /** Calls the counting trigger. */
  count: () => Promise<Counted | undefined>;
  /** Called before each count: the metrics that AWS publishes by itself. */
  publish?: () => void;
};

/** The hooks' names are those of the cloud. A laptop's workers get ready within seconds. */
const hooks = {
  hook: { name: drainHook, timeoutSeconds: 120 },
  launchHook: { name: readyHook, timeoutSeconds: 180 },
};

/** Creates a fleet without instances. */
export function createFleet({
  settings,
  log,
  pace,
}: {
  settings: LocalSettings;
  log: Logger;
  pace: FleetPace;
}): Fleet {
  const instances = new InstanceProcesses({ bootMs: pace.bootMs, log });
  const groupOf = (name: string) =>
    new ScalingGroup({
      ...{ name, min: 0, max: settings.maxWorkers },
      ...hooks,
      zones: ["local-a", "local-b"],
      instanceType: "local.process",
      clock: realClock,
      newInstanceId: () => `i-${randomBytes(8).toString("hex")}`,
      launcher: instances,
      onError: (error, instance) => log.error({ err: error, instance }, "instance failed"),
    });
  const group = groupOf(`${settings.fleet}-workers`);
  const standIns = groupOf(`${settings.fleet}-workers-on-demand`);
  instances.onUnhealthy = (id, cause) => {
    for (const one of [group, standIns]) one.terminateInstance(id, { decrement: false, cause });
  };
  const end = new AbortController();
  let scaling: Promise<void> | undefined;
  let stopStandingIn = () => {};
  return {
    group,
    standIns,
    instances,
    start: ({ env, metrics, count, publish }) => {
      instances.onLine = (instance, line) =>
        takePrintedLine(line, { log, metrics, name: "worker", fields: { instance } });
      const own = { ...workerEnvironment, ...pace.workers };
      instances.environment = { ...own, ...chosenSettings(process.env), ...env };
      // The group keeps its own minimum only from here on: before, its workers would have nothing to work on.
      group.setBounds({ min: settings.minWorkers, max: settings.maxWorkers });
      const setDesired = (to: number, reason: string) => group.setDesired(to, reason);
      scaling = keepScaling(
        { count, setDesired, everyMs: pace.countEveryMs, log, ...(publish && { publish }) },
        end.signal,
      );
      stopStandingIn = keepStandingIn(group, standIns, realClock);
    },
    close: async () => {
      end.abort();
      stopStandingIn();
      await scaling;
      await Promise.all([group.close(30_000), standIns.close(30_000)]);
    },
  };
}

/** The environment of every local worker, without the cloud's address. Short waits make Ctrl-C quick. */
const workerEnvironment: Readonly<Record<string, string>> = {
  ...allocatorEnvironment,
  FLEET_WAIT_SECONDS: "1",
  FLEET_METADATA_SECONDS: "1",
  FLEET_PRESENCE_SECONDS: "1",
  FLEET_DRAIN_SECONDS: "20",
  FLEET_MAIL_ADDRESS: "submissions@magazine.example",
  FLEET_MAIL_EDITOR: "editor@magazine.example",
  FLEET_HEALTH_ADDRESS: "127.0.0.1:0",
  FLEET_LIFECYCLE_HOOK: drainHook,
  FLEET_LAUNCH_HOOK: readyHook,
};

/** Settings of the workers taken from this command's own environment, e.g. FLEET_SLOTS=4. */
function chosenSettings(environment: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).filter(
      (entry): entry is [string, string] => entry[0].startsWith("FLEET_") && entry[1] !== undefined,
    ),
  );
}
