// One worker, assembled from its parts: it starts, is warned, pauses jobs and drains. Clients, clock and jobs are given;
// signals, ports and the environment belong to the process.
import { Drain, type DrainReport } from "./drain/drain.ts";
import type { Interruption } from "./drain/interruption.ts";
import { Parking } from "./pause/parking.ts";
import type { Pauses } from "./pause/pauses.ts";
import { createServiceHealth, type ServiceHealth } from "./trouble/service-health.ts";
import { heartbeatOf, lanesOf, pollerOf, roomOf, settlerOf } from "./wiring.ts";
import type { WorkerParts, WorkerReport, WorkerState } from "./worker-parts.ts";

/** A worker that can be started once, warned and drained once. */
export type Worker = {
  start: () => void;
  /** After a rebalance recommendation: no further long job is started, everything else goes on. */
  beCautious: () => Promise<void>;
  /** Pauses these groups and kinds, and no others; see pause/parking.ts. Call it again whenever they may have changed. */
  pause: (pauses: Pauses) => void;
  /** Starts the drain or brings its deadline forward; resolves when the worker has stopped. */
  drain: (interruption: Interruption) => Promise<DrainReport>;
  report: () => WorkerReport;
};

/** Wires a worker. */
export function createWorker(parts: WorkerParts): Worker {
  const { settings, jobs, clock, log, metrics } = parts;
  let state: WorkerState = "starting";
  let ended: Promise<DrainReport> | undefined;
  const health = healthOf(parts);
  const heartbeat = heartbeatOf(parts);
  const settler = settlerOf(parts, heartbeat);
  const parking = new Parking({
    clock,
    returnToQueue: (deliveries, delaySeconds) => settler.returnToQueue(deliveries, delaySeconds),
  });
  const lanes = lanesOf({ ...parts, health }, settler, parking);
  health.onChange(() => lanes.wake());
  const room = roomOf(lanes, parking, health);
  const pollers = [...jobs.keys()].map((kind) => pollerOf(parts, kind, room, heartbeat));
  const drain = new Drain({
    lanes,
    stopReceiving: async () => {
      await Promise.all([parking.close(), ...pollers.map((poller) => poller.stop())]);
    },
    clock,
    log,
    budgetSeconds: settings.drainSeconds,
    marginSeconds: settings.drainMarginSeconds,
  });
  return {
    start: () => {
      if (state !== "starting" && state !== "cautious") return;
      if (state === "starting") state = "ready";
      heartbeat.start();
      for (const poller of pollers) poller.start();
    },
    beCautious: async () => {
      if (state !== "starting" && state !== "ready") return;
      state = "cautious";
      await lanes.refuse((kind) => jobs.get(kind)?.policy.long === true);
    },
    pause: (pauses) => {
      if (parking.pause(pauses)) lanes.wake();
    },
    drain: (interruption) => {
      if (ended === undefined) state = "draining";
      const drained = drain.begin(interruption);
      ended ??= drained.then(async (report) => {
        await heartbeat.stop();
        metrics.flush(lanes.load);
        state = "stopped";
        return report;
      });
      return ended;
    },
    report: () => {
      const { busySlots, idleSlots, held, groups } = lanes.load;
      const slots = { busySlots, idleSlots, held, groups };
      return { state, worker: settings.workerId, ...slots, ...troublesOf(health) };
    },
  };
}

/** The health of the worker's services, with its own clients watched. */
function healthOf({ health: given, clients, clock, log }: WorkerParts): ServiceHealth {
  const health = given ?? createServiceHealth({ clock, log });
  health.watch("sqs", clients.sqsReceive);
  health.watch("sqs", clients.sqs);
  health.watch("s3", clients.s3);
  health.watch("dynamodb", clients.db);
  return health;
}

function troublesOf(health: ServiceHealth): Pick<WorkerReport, "troubles" | "waitingKinds"> {
  const troubles = health.troubles().map(({ since, ...trouble }) => ({
    ...trouble,
    since: new Date(since).toISOString(),
  }));
  return { troubles, waitingKinds: health.waitingKinds() };
}
