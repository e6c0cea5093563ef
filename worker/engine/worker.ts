// One worker, assembled from its parts and ready to start, to warn and to drain. Clients, clock and jobs are given;
// processes, signals and the environment are main's business.
import type { Logger } from "pino";
import type { Clock } from "../fleet/clock.ts";
import type { ResourceNames } from "../fleet/resources.ts";
import type { WorkerClients } from "../process/clients.ts";
import type { WorkerConfig } from "../process/config.ts";
import type { HealthReport, WorkerState } from "../process/health.ts";
import type { Metrics } from "../process/metrics.ts";
import { Drain, type DrainReport } from "./drain/drain.ts";
import type { Interruption } from "./drain/interruption.ts";
import { type ExecuteOptions, execute, type RunnableJob } from "./execute/execute.ts";
import { Lanes } from "./lanes/lanes.ts";
import { Quarantine } from "./lanes/quarantine.ts";
import { Heartbeat } from "./lease/heartbeat.ts";
import { createLedger } from "./ledger/dynamodb-ledger.ts";
import type { Ledger } from "./ledger/ledger.ts";
import { Parking } from "./pause/parking.ts";
import type { Pauses } from "./pause/pauses.ts";
import type { Delivery } from "./receive/delivery.ts";
import { Poller, type Room } from "./receive/poller.ts";
import type { QueueUrls } from "./receive/queue-urls.ts";
import type { Sandbox } from "./sandbox/sandbox.ts";
import { Settler } from "./settle/settle.ts";

/** What a worker is made of. */
export type WorkerParts = {
  config: WorkerConfig;
  jobs: ReadonlyMap<string, RunnableJob>;
  clients: WorkerClients;
  urls: QueueUrls;
  names: ResourceNames;
  sandbox: Sandbox;
  clock: Clock;
  log: Logger;
  metrics: Metrics;
  /** The DynamoDB ledger unless another is given (benchmarks of the queue alone). */
  ledger?: Ledger;
};

/** A worker that can be started once, warned and drained once. */
export type Worker = {
  start: () => void;
  /** After a rebalance recommendation: no further long job is started, everything else goes on. */
  beCautious: () => Promise<void>;
  /** From now on these groups and kinds are held, and no others; see queue/parking.ts. To be told again and again. */
  pause: (pauses: Pauses) => void;
  /** Starts the drain or brings its deadline forward; resolves when the worker has stopped. */
  drain: (interruption: Interruption) => Promise<DrainReport>;
  report: () => HealthReport;
};

/** Wires a worker. */
export function createWorker(parts: WorkerParts): Worker {
  const { config, jobs, clock, log, metrics } = parts;
  let state: WorkerState = "starting";
  let ended: Promise<DrainReport> | undefined;
  const heartbeat = heartbeatOf(parts);
  const settler = settlerOf(parts, heartbeat);
  const parking = new Parking({
    clock,
    returnToQueue: (deliveries, delay) => settler.returnToQueue(deliveries, delay),
  });
  const lanes = lanesOf(parts, settler, parking);
  const room = roomOf(lanes, parking);
  const pollers = [...jobs.keys()].map((kind) => pollerOf(parts, kind, room, heartbeat));
  const drain = new Drain({
    lanes,
    stopReceiving: async () => {
      await Promise.all([parking.close(), ...pollers.map((poller) => poller.stop())]);
    },
    clock,
    log,
    budgetSeconds: config.FLEET_DRAIN_SECONDS,
    marginSeconds: config.FLEET_DRAIN_MARGIN_SECONDS,
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
      await lanes.refuse((kind) => jobs.get(kind)?.definition.policy.long === true);
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
      const { busySlots, idleSlots, held } = lanes.load;
      return { state, worker: config.workerId, busySlots, idleSlots, held };
    },
  };
}

/** The lease of a kind's messages, seconds. */
function visibilityOf({ config, jobs }: WorkerParts, kind: string): number {
  return config.FLEET_VISIBILITY_SECONDS ?? jobs.get(kind)?.definition.policy.visibilitySeconds ?? 60;
}

function heartbeatOf(parts: WorkerParts): Heartbeat {
  const { jobs, clients, clock, log, urls, metrics } = parts;
  const shortest = Math.min(...[...jobs.keys()].map((kind) => visibilityOf(parts, kind)));
  return new Heartbeat({
    sqs: clients.sqs,
    clock,
    log,
    queueUrl: urls.queue,
    everyMs: Math.min(5000, shortest * 50),
    onLost: ({ kind, messageId }) => {
      metrics.leaseLost(kind);
      log.warn({ kind, messageId }, "lease lost");
    },
  });
}

function settlerOf(parts: WorkerParts, heartbeat: Heartbeat): Settler {
  const { clients, clock, log, urls, config, metrics } = parts;
  return new Settler({
    sqs: clients.sqs,
    clock,
    log,
    ledger: ledgerOf(parts),
    queueUrl: urls.queue,
    deadLetterQueueUrl: urls.deadLetterQueue,
    endHeartbeats: (delivery) => heartbeat.end(delivery),
    lingerMs: config.FLEET_DELETE_LINGER_MS,
    onLateDelete: ({ kind }) => metrics.leaseLost(kind),
  });
}

function lanesOf(parts: WorkerParts, settler: Settler, parking: Parking): Lanes {
  const { config, jobs, metrics } = parts;
  const executing = executeOptions(parts);
  return new Lanes({
    slots: config.FLEET_SLOTS,
    costOf: (kind) => jobs.get(kind)?.definition.policy.cost ?? 1,
    monotonic: parts.clock.monotonic,
    execute: async (delivery, stop) => {
      if (parking.isPaused(delivery)) return { outcome: "returned" };
      const outcome = await execute(executing, delivery, stop);
      metrics.outcome(delivery.kind, outcome.outcome);
      if ("replayed" in outcome && outcome.replayed) metrics.replayed(delivery.kind);
      return outcome;
    },
    finish: (delivery, outcome) => settler.finish(delivery, outcome),
    returnToQueue: (deliveries, delaySeconds) => parking.parkOrReturn(deliveries, delaySeconds),
  });
}

/** The lanes, with no room for a kind that is held as a whole. */
function roomOf(lanes: Lanes, parking: Parking): Room {
  return {
    roomFor: (kind) => (parking.isKindPaused(kind) ? 0 : lanes.roomFor(kind)),
    worthFew: (kind) => lanes.worthFew(kind),
    changed: () => lanes.changed(),
    accept: (deliveries: readonly Delivery[]) => lanes.accept(deliveries),
  };
}

function ledgerOf({ ledger, clients, names, config, clock }: WorkerParts): Ledger {
  return ledger ?? createLedger({ db: clients.db, table: names.tables.jobs, owner: config.workerId, clock });
}

function executeOptions(parts: WorkerParts): ExecuteOptions {
  const { config, clients, clock, names, sandbox, jobs, log, metrics } = parts;
  const { s3, db, ses } = clients;
  return {
    jobs,
    ledger: ledgerOf(parts),
    quarantine: new Quarantine(),
    clock,
    random: Math.random,
    log,
    clients: { names, s3, db, ses, sandbox, mail: config.mail },
    timeScale: config.FLEET_TIME_SCALE,
    onRun: (kind, times) => metrics.run(kind, times),
  };
}

function pollerOf(parts: WorkerParts, kind: string, room: Room, heartbeat: Heartbeat): Poller {
  const { config, clients, clock, log, urls } = parts;
  return new Poller({
    kind,
    queueUrl: urls.queue(kind),
    sqs: clients.sqsReceive,
    room,
    clock,
    log,
    visibilitySeconds: visibilityOf(parts, kind),
    waitSeconds: config.FLEET_WAIT_SECONDS,
    receives: config.FLEET_RECEIVES,
    keepAlive: (delivery) => heartbeat.keepAlive(delivery),
  });
}
