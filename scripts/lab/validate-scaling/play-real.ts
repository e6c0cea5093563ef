// Plays a trace on a real local fleet: worker processes, queues, ledger, counting trigger and Auto Scaling group, with all
// times divided by a speed.
import { type Logger, pino } from "pino";
import { queueName, resourceNames } from "../../../worker/fleet/resources.ts";
import type { Activity } from "../../local/autoscaling/instance.ts";
import { localClients } from "../../local/cloud/identity.ts";
import type { FleetPace } from "../../local/fleet/pace.ts";
import { type LocalSystem, startSystem } from "../../local/system/system.ts";
import type { Trace } from "../../simulate/model/trace.ts";
import { planMails, sendAt } from "./mails.ts";
import { jobSeconds } from "./traces.ts";

/** What a run came to, in seconds of the trace. */
export type Played = {
  /** From the first arrival until the last job was done. */
  drainSeconds: number;
  /** Seconds of all instances, from launch to end. */
  instanceSeconds: number;
  launches: number;
  peak: number;
  /** Measured on the way: from a launch to a worker that takes jobs, and the mean length of a run. */
  bootSeconds: number;
  runSeconds: number;
};

/** A process of Node takes about so long to start; the rest of the boot is waited. */
const startupMs = 1500;

/** A run that takes this many times the trace's length has failed. */
const patience = 4;

/** The fleet did not finish in time. */
export class NotFinished extends Error {}

/** Plays it. @throws NotFinished */
export async function playReal(trace: Trace, speed: number): Promise<Played> {
  const watched = watchedLog();
  const settings = {
    ...{ port: 0, webPort: 0, smtpPort: 0, awsPort: 0, fleet: "validate", json: true },
    ...{ minWorkers: 0, maxWorkers: trace.measures.max, targetWait: trace.measures.targetWaitSeconds },
  };
  const system = await startSystem(settings, watched.log, paceOf(trace, speed));
  const clients = localClients(system.awsUrl);
  try {
    const names = resourceNames(settings.fleet);
    slowSes(system, speed);
    const ids = await planMails(clients, names, trace.jobs.length);
    const mails = trace.jobs.map(({ arrival }, index) => ({
      id: ids[index] ?? "",
      atMs: (arrival * 1000) / speed,
    }));
    const startedAt = Date.now();
    const sent = sendAt(clients, settings.fleet, mails);
    const limitMs = (patience * trace.horizonSeconds * 1000) / speed;
    await sent;
    await until(() => leftIn(system) === 0, startedAt + limitMs, "jobs");
    const drainedAt = Date.now();
    await until(() => system.group.instances.length === 0, startedAt + limitMs, "instances");
    const scaled = (ms: number) => (ms * speed) / 1000;
    return {
      drainSeconds: scaled(drainedAt - startedAt),
      ...billOf(system.group.activities, scaled),
      bootSeconds: scaled(watched.bootMs(system.group.activities)),
      runSeconds: scaled(meanRunMs(system, settings.fleet)),
    };
  } finally {
    clients.destroy();
    await system.close();
  }
}

/** All times divided by the speed; polls at least as often as the cloud's. */
function paceOf({ measures }: Trace, speed: number): FleetPace {
  const bootMs = Math.max(0, (measures.bootSeconds * 1000) / speed - startupMs);
  return {
    bootMs,
    countEveryMs: 60_000 / speed,
    scaling: {
      FLEET_TIME_SCALE: String(1 / speed),
      FLEET_TARGET_WAIT_SECONDS: String(measures.targetWaitSeconds),
      FLEET_BOOT_SECONDS: String(measures.bootSeconds),
    },
    workers: {
      FLEET_JOBS: "send-mail",
      FLEET_SLOTS: String(measures.slotsPerInstance),
      FLEET_DECODERS: "1",
      FLEET_WAIT_SECONDS: "1",
      FLEET_MAIL_WAIT_SECONDS: "30",
      FLEET_METRICS_SECONDS: "1",
      FLEET_PRESENCE_SECONDS: String(Math.max(0.2, 5 / speed)),
      FLEET_METADATA_SECONDS: String(Math.max(0.2, 5 / speed)),
    },
  };
}

/** SES takes as long to answer as a job of the trace lasts. */
function slowSes({ cloud }: LocalSystem, speed: number): void {
  const beforeMs = (jobSeconds * 1000) / speed;
  cloud.faults.push(({ service, action }) =>
    service === "ses" && action === "SendEmail" ? { kind: "delay", beforeMs, afterMs: 0 } : undefined,
  );
}

function leftIn({ cloud }: LocalSystem): number {
  const { visible, inFlight } = cloud.sqs.metrics(queueName("validate", "send-mail"));
  return visible + inFlight;
}

function meanRunMs({ cloud }: LocalSystem, Fleet: string): number {
  const id = { namespace: "FifoFleet", name: "Run", dimensions: { Fleet, Kind: "send-mail" } };
  const points = cloud.metrics.datapoints({
    ...id,
    ...{ startMs: 0, endMs: Number.POSITIVE_INFINITY, periodSeconds: 60 },
  });
  const sum = (of: "sum" | "count") => points.reduce((total, point) => total + point[of], 0);
  return sum("sum") / Math.max(1, sum("count"));
}

/** What the instances cost, from the group's history, newest first. */
function billOf(activities: readonly Activity[], scaled: (ms: number) => number) {
  const launchedAt = new Map<string, number>();
  let [milliseconds, peak] = [0, 0];
  for (const { at, what, instanceId } of activities.toReversed()) {
    if (what === "launched") launchedAt.set(instanceId, at);
    if (what === "terminated") {
      milliseconds += at - (launchedAt.get(instanceId) ?? at);
      launchedAt.delete(instanceId);
    }
    peak = Math.max(peak, launchedAt.size);
  }
  const launches = activities.filter(({ what }) => what === "launched").length;
  return { instanceSeconds: scaled(milliseconds), launches, peak };
}

/** A log that is not shown, but remembers when each instance's worker was ready. */
function watchedLog(): { log: Logger; bootMs: (activities: readonly Activity[]) => number } {
  const readyAt = new Map<string, number>();
  const write = (line: string) => {
    const { msg, worker, time } = JSON.parse(line) as { msg?: string; worker?: string; time?: number };
    if (msg === "worker ready" && worker !== undefined && time !== undefined)
      readyAt.set(worker.replace(/^worker-/, ""), time);
  };
  return {
    log: pino({}, { write }),
    bootMs: (activities) => {
      const boots = activities.flatMap(({ what, at, instanceId }) => {
        const ready = readyAt.get(instanceId);
        return what === "launched" && ready !== undefined ? [ready - at] : [];
      });
      return boots.reduce((sum, ms) => sum + ms, 0) / Math.max(1, boots.length);
    },
  };
}

async function until(done: () => boolean, limitMs: number, what: string): Promise<void> {
  while (!done()) {
    if (Date.now() > limitMs) throw new NotFinished(`${what} are left after ${patience} times the trace`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
