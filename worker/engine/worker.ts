// One worker, assembled from its parts: it starts, is warned, pauses jobs and drains. Clients, clock and jobs are given;
// signals, ports and the environment belong to the process.
import { Drain, type DrainReport } from "./drain/drain.ts";
import type { Interruption } from "./drain/interruption.ts";
import { RunningJobs } from "./execute/running-jobs.ts";
import { Parking } from "./pause/parking.ts";
import type { Pauses } from "./pause/pauses.ts";
import type { Place } from "./trouble/places.ts";
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

/**
 * Long-poll wait of a worker whose instance may be interrupted soon: its open poll is over before a short notice is. (It costs
 * 12 receives a minute for each queue instead of 3.)
 */
const cautiousWaitSeconds = 5;

/** Wires a worker. */
export function createWorker(parts: WorkerParts): Worker {
  const { settings, jobs, clock, log, metrics } = parts;
  let state: WorkerState = "starting";
  let ended: Promise<DrainReport> | undefined;
  let noted: WorkerReport["drain"];
  const health = healthOf(parts);
  const heartbeat = heartbeatOf(parts);
  const settler = settlerOf(parts, heartbeat);
  const parking = new Parking({
    clock,
    returnToQueue: (deliveries, delaySeconds) => settler.returnToQueue(deliveries, delaySeconds),
  });
  const running = new RunningJobs();
  const lanes = lanesOf({ ...parts, health }, { settler, parking, running });
  health.onChange(() => lanes.wake());
  const room = roomOf(lanes, parking, health);
  const waitSeconds = () =>
    state === "cautious" ? Math.min(cautiousWaitSeconds, settings.waitSeconds) : settings.waitSeconds;
  const pollers = [...jobs.keys()].map((kind) => pollerOf(parts, kind, room, { heartbeat, waitSeconds }));
  const drain = new Drain({
    lanes,
    stopReceiving: async () => {
      await Promise.all([parking.close(), ...pollers.map((poller) => poller.stop())]);
    },
    hurryReceiving: () => {
      for (const poller of pollers) poller.hurry();
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
      noted = noteOf(interruption, noted, { now: clock.now(), budgetSeconds: settings.drainSeconds });
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
      const { unconfined = [] } = parts;
      const slots = { busySlots, idleSlots, held, groups };
      const jobs = running.list();
      return {
        state,
        worker: settings.workerId,
        ...slots,
        running: jobs,
        ...troublesOf(parts, health),
        unconfined,
        ...(noted && { drain: noted }),
      };
    },
  };
}

/** What the report says of a drain: the first reason, and the earliest end. */
function noteOf(
  { reason, secondsLeft }: Interruption,
  before: WorkerReport["drain"],
  { now, budgetSeconds }: { now: number; budgetSeconds: number },
): NonNullable<WorkerReport["drain"]> {
  const until = new Date(now + Math.min(budgetSeconds, secondsLeft) * 1000).toISOString();
  if (before === undefined) return { reason, since: new Date(now).toISOString(), until };
  return until < before.until ? { ...before, until } : before;
}

/** The health of the worker's services, with its own clients watched. */
function healthOf({ health: given, clients, loaded, clock, log }: WorkerParts): ServiceHealth {
  const health = given ?? createServiceHealth({ clock, log });
  health.watch("sqs", clients.sqsReceive);
  health.watch("sqs", clients.sqs);
  const watchS3 = () => health.watch("s3", clients.s3);
  if (loaded === undefined) watchS3();
  else loaded.then(watchS3, () => {});
  health.watch("dynamodb", clients.db);
  return health;
}

const queueAt = (url: string): Place => ({
  service: "sqs",
  resource: url.slice(url.lastIndexOf("/") + 1),
  access: "read",
});
const tableAt = (resource: string, access: Place["access"]): Place => ({
  service: "dynamodb",
  resource,
  access,
});

function troublesOf(
  { jobs, urls, names }: WorkerParts,
  health: ServiceHealth,
): Pick<WorkerReport, "troubles" | "waitingKinds" | "blockedBy"> {
  const troubles = health.troubles().map(({ since, ...trouble }) => ({
    ...trouble,
    since: new Date(since).toISOString(),
  }));
  const queues = [...jobs.keys()].map((kind) => queueAt(urls.queue(kind)));
  const ledger = (["read", "write"] as const).map((access) => tableAt(names.tables.jobs, access));
  const blockedBy = [
    ...(queues.every(health.isDown) ? (["sqs"] as const) : []),
    ...(ledger.some(health.isDown) ? (["dynamodb"] as const) : []),
  ];
  return { troubles, waitingKinds: health.waitingKinds(), blockedBy };
}
