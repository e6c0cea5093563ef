// Connects a worker's parts: heartbeat, settler, lanes and pollers, each with just what it uses.
import { execute } from "./execute/execute.ts";
import type { ExecuteOptions } from "./execute/execution.ts";
import type { RunningJobs } from "./execute/running-jobs.ts";
import { Lanes } from "./lanes/lanes.ts";
import { Quarantine } from "./lanes/quarantine.ts";
import { Heartbeat } from "./lease/heartbeat.ts";
import { createLedger } from "./ledger/dynamodb-ledger.ts";
import type { Ledger } from "./ledger/ledger.ts";
import type { Parking } from "./pause/parking.ts";
import { Poller, type PollerRoom } from "./receive/poller.ts";
import { Settler } from "./settle/settle.ts";
import type { ServiceHealth } from "./trouble/service-health.ts";
import type { WorkerParts } from "./worker-parts.ts";

/** The lease of a kind's messages, seconds. */
function visibilityOf({ settings, jobs }: WorkerParts, kind: string): number {
  return settings.visibilitySeconds ?? jobs.get(kind)?.policy.visibilitySeconds ?? 60;
}

/** The heartbeat of all kinds; it looks at the leases often enough for the shortest. */
export function heartbeatOf(parts: WorkerParts): Heartbeat {
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

/** The settler; it ends a message's heartbeats before it settles the message. */
export function settlerOf(parts: WorkerParts, heartbeat: Heartbeat): Settler {
  const { clients, clock, log, urls, settings, metrics } = parts;
  return new Settler({
    sqs: clients.sqs,
    clock,
    log,
    ledger: ledgerOf(parts),
    queueUrl: urls.queue,
    deadLetterQueueUrl: urls.deadLetterQueue,
    endHeartbeats: (delivery) => heartbeat.end(delivery),
    lingerMs: settings.deleteLingerMs,
    onLateDelete: ({ kind }) => metrics.leaseLost(kind),
  });
}

/** A worker's parts with the health of its services. */
export type WatchedParts = WorkerParts & { health: ServiceHealth };

/**
 * The lanes. They start no job that is paused or whose services do not answer, and paused messages they return may be
 * parked.
 */
export function lanesOf(
  parts: WatchedParts,
  { settler, parking, running }: { settler: Settler; parking: Parking; running: RunningJobs },
): Lanes {
  const { settings, jobs, metrics, health } = parts;
  const canRun = parts.loaded?.then(
    () => true,
    () => false,
  );
  const executing = { ...executeOptions(parts), running };
  return new Lanes({
    slots: settings.slots,
    costOf: (kind) => jobs.get(kind)?.policy.cost ?? 1,
    monotonic: parts.clock.monotonic,
    execute: async (delivery, stop) => {
      const runs = (await canRun) ?? true;
      if (!runs || parking.isPaused(delivery) || !health.mayStart(delivery.kind)) {
        executing.quarantine.leave(delivery);
        return { outcome: "returned" };
      }
      const outcome = await execute(executing, delivery, stop);
      health.ended(delivery.kind);
      if (outcome.outcome === "waits") return outcome;
      metrics.outcome(delivery.kind, outcome.outcome);
      if ("replayed" in outcome && outcome.replayed) metrics.replayed(delivery.kind);
      return outcome;
    },
    finish: (delivery, outcome) => settler.finish(delivery, outcome),
    returnToQueue: (deliveries, delaySeconds) => parking.parkOrReturn(deliveries, delaySeconds),
  });
}

/**
 * The lanes as pollers see them: no room for a kind that is paused as a whole, and room for one message, as a probe, of a
 * kind whose services did not answer.
 */
export function roomOf(lanes: Lanes, parking: Parking, health: ServiceHealth): PollerRoom {
  return {
    roomFor: (kind) => {
      const gate = health.gate(kind);
      if (gate === "closed" || parking.isKindPaused(kind)) return 0;
      const room = lanes.roomFor(kind);
      return gate === "open" ? room : Math.min(room, Math.max(0, 1 - lanes.heldOf(kind)));
    },
    worthFew: (kind) => health.gate(kind) === "probe" || lanes.worthFew(kind),
    changed: () => lanes.changed(),
    accept: (deliveries) => lanes.accept(deliveries),
  };
}

/** The poller of one kind. */
export function pollerOf(
  parts: WorkerParts,
  kind: string,
  room: PollerRoom,
  { heartbeat, waitSeconds }: { heartbeat: Heartbeat; waitSeconds: () => number },
): Poller {
  const { settings, clients, clock, log, urls } = parts;
  return new Poller({
    kind,
    queueUrl: urls.queue(kind),
    sqs: clients.sqsReceive,
    room,
    clock,
    log,
    visibilitySeconds: visibilityOf(parts, kind),
    waitSeconds,
    receives: settings.receives,
    keepAlive: (delivery) => heartbeat.keepAlive(delivery),
  });
}

function ledgerOf({ ledger, clients, names, settings, clock }: WorkerParts): Ledger {
  return (
    ledger ?? createLedger({ db: clients.db, table: names.tables.jobs, owner: settings.workerId, clock })
  );
}

function executeOptions(parts: WatchedParts): ExecuteOptions {
  const { settings, clients, clock, names, sandbox, jobs, log, metrics, health } = parts;
  const { db } = clients;
  return {
    jobs,
    ledger: ledgerOf(parts),
    quarantine: new Quarantine(),
    clock,
    random: Math.random,
    log,
    clients: {
      names,
      // Read for every run: it may be there later than the worker.
      get s3() {
        return clients.s3;
      },
      db,
      sandbox,
    },
    runSeconds: settings.runSeconds,
    health,
    putOff: settings,
    onRun: (kind, times) => metrics.run(kind, times),
    onDelivery: parts.onDelivery,
  };
}
