// The phases of a soak on a running system: load and disturbances while everything is sampled, the last outcomes, the stop
// of the system, and what it left behind.
import { readdir } from "node:fs/promises";
import { AutoScalingClient, TerminateInstanceInAutoScalingGroupCommand } from "@aws-sdk/client-auto-scaling";
import { paginateScan } from "@aws-sdk/lib-dynamodb";
import { systemClock } from "../../../worker/fleet/clock.ts";
import { resourceNames } from "../../../worker/fleet/resources.ts";
import { jobKinds } from "../../../worker/jobs/catalog.ts";
import type { LocalControl } from "../../control/local-control.ts";
import { seededRandom } from "../../local/gateway/faults.ts";
import { type LocalClients, localEnvironment } from "../../local/identity.ts";
import { readStatus } from "../../status/status.ts";
import { isAlive, type ProcessState } from "../measure/processes.ts";
import { megabytes } from "../measure/statistics.ts";
import type { SoakArguments } from "./arguments.ts";
import { deleteOldData, type StoredData } from "./delete-old-data.ts";
import { disturb, steadyFaults } from "./disturbances.ts";
import type { Load } from "./load.ts";
import type { LocalProcess } from "./local-process.ts";
import { type Sample, takeSample, windowOf } from "./samples.ts";
import type { SoakResult, WindowExtras } from "./soak-result.ts";
import { judgeTrends, type Leftovers, problemsOf, warmUpMinutes } from "./verdict.ts";

/** Where a soak may write files, the signal that ends it early, and where its progress goes. */
export type SoakPlace = { folder: string; signal: AbortSignal; progress: (line: string) => void };

/** A system under soak. */
export type Soaked = {
  asked: SoakArguments;
  place: SoakPlace;
  system: LocalProcess;
  clients: LocalClients;
  control: LocalControl;
  temporaryFolder: string;
};

/** Objects and rows older than this are deleted. */
const keepMs = 5 * 60_000;

/** Runs the soak, stops the system and judges the result. */
export async function soakSystem(soaked: Soaked, feed: (signal: AbortSignal) => Load): Promise<SoakResult> {
  const { asked, place, control, system } = soaked;
  await waitForWorkers(control);
  await control.addFaults(steadyFaults(asked.seed));
  const over = new AbortController();
  const feeding = AbortSignal.any([over.signal, place.signal]);
  const load = feed(feeding);
  const trouble = startDisturbances(soaked, feeding);
  const recorded = await record(soaked, load, feeding);
  over.abort();
  const troubles = await trouble;
  await control.clearFaults();
  place.progress("no more inputs; waiting for the last outcomes");
  await load.finished;
  const faults = await control.faultHits();
  const inside = await leftInside(soaked);
  await system.interrupt();
  const leftovers: Leftovers = {
    lost: load.counts.lost,
    deadLettered: load.counts.deadLettered,
    ...inside,
    processes: recorded.seen.filter(isAlive).length,
    temporaryFiles: await sandboxesIn(soaked.temporaryFolder),
  };
  const { minutes, windows } = recorded;
  const trends = judgeTrends(windows, minutes);
  return {
    v: 1,
    seed: asked.seed,
    minutes: Math.round(minutes * 10) / 10,
    warmUpMinutes: Math.round(warmUpMinutes(minutes) * 10) / 10,
    inputs: load.counts,
    inputsPerSecond: load.counts.submitted / (minutes * 60),
    faults,
    troubles,
    windows,
    trends,
    leftovers,
    problems: problemsOf(trends, leftovers, recorded.oldest.size <= 1),
  };
}

async function waitForWorkers(control: LocalControl): Promise<void> {
  for (;;) {
    const { instances } = await control.fleet();
    if (instances.filter(({ state, process }) => state === "InService" && process !== null).length >= 2)
      return;
    await systemClock.sleep(200);
  }
}

function startDisturbances({ asked, control, clients, place }: Soaked, signal: AbortSignal) {
  const endpoint = clients.sqs.config.endpoint;
  const { AWS_REGION: region, ...keys } = localEnvironment;
  const credentials = { accessKeyId: keys.AWS_ACCESS_KEY_ID, secretAccessKey: keys.AWS_SECRET_ACCESS_KEY };
  const autoScaling = new AutoScalingClient({ region, credentials, ...(endpoint && { endpoint }) });
  const scaleIn = async (InstanceId: string) => {
    const ShouldDecrementDesiredCapacity = true;
    await autoScaling.send(
      new TerminateInstanceInAutoScalingGroupCommand({ InstanceId, ShouldDecrementDesiredCapacity }),
    );
  };
  const everySeconds = Math.min(45, Math.max(3, asked.minutes * 1.5));
  const random = seededRandom(asked.seed + 1000);
  const onError = (error: unknown) => place.progress(`a disturbance failed: ${String(error)}`);
  return disturb({ control, scaleIn, clock: systemClock, random, everySeconds, onError }, signal).finally(
    () => autoScaling.destroy(),
  );
}

type Recorded = {
  minutes: number;
  windows: (Sample & WindowExtras)[];
  seen: ProcessState[];
  /** Ids of the oldest worker. More than one means that it did not survive. */
  oldest: Set<string>;
};

/** Samples until the requested minutes are over or the signal aborts. */
async function record(soaked: Soaked, load: Load, signal: AbortSignal): Promise<Recorded> {
  const { minutes } = soaked.asked;
  const windowSeconds = Math.min(60, Math.max(2, minutes));
  const started = performance.now();
  const minute = () => (performance.now() - started) / 60_000;
  const seen = new Map<string, ProcessState>();
  const recorded: Recorded = { minutes: 0, windows: [], seen: [], oldest: new Set() };
  let ended = 0;
  for (let end = windowSeconds; minute() < minutes && !signal.aborted; end += windowSeconds) {
    const samples = await samplesUntil(
      soaked,
      Math.min(end / 60, minutes),
      minute,
      (processes, oldest) => {
        for (const state of processes) seen.set(`${state.pid} ${state.startTicks}`, state);
        if (oldest !== undefined) recorded.oldest.add(oldest);
      },
      signal,
    );
    const window = windowOf(samples);
    if (window === undefined) continue;
    const { completed, rejected, deadLettered } = load.counts;
    const endedNow = completed + rejected + deadLettered;
    const holdings = await deleteOld(soaked);
    recorded.windows.push({ ...window, ...holdings, ended: endedNow - ended, underWay: load.underWay() });
    ended = endedNow;
    soaked.place.progress(progress(recorded, minutes, load));
  }
  return { ...recorded, minutes: minute(), seen: [...seen.values()] };
}

const sampleMs = 5000;

async function samplesUntil(
  { control, system, temporaryFolder }: Soaked,
  untilMinute: number,
  minute: () => number,
  note: (processes: ProcessState[], oldest: string | undefined) => void,
  signal: AbortSignal,
): Promise<Sample[]> {
  const samples: Sample[] = [];
  do {
    await systemClock.sleep(Math.max(0, Math.min(sampleMs, (untilMinute - minute()) * 60_000)), signal);
    const { sample, processes, oldest } = await takeSample(
      { pid: system.pid, control, temporaryFolder },
      minute(),
    );
    samples.push(sample);
    note(processes, oldest);
  } while (minute() < untilMinute && !signal.aborted);
  return samples;
}

/** Faults hit this command's calls too. What is not deleted now is deleted after the next window. */
async function deleteOld({ clients, system, place }: Soaked): Promise<StoredData> {
  try {
    return await deleteOldData(clients, resourceNames(system.ready.fleet), { now: Date.now(), keepMs });
  } catch (error) {
    place.progress(`old objects and rows were not deleted: ${String(error)}`);
    return { objects: 0, rows: 0 };
  }
}

function progress({ windows }: Recorded, minutes: number, { counts }: Load): string {
  const last = windows.at(-1);
  const inMegabytes = (bytes = 0) => `${Math.round(megabytes(bytes))} MB`;
  return (
    `${last?.minute.toFixed(1)} of ${minutes} min, ${counts.submitted} inputs, ${last?.underWay} in progress; ` +
    `worker ${inMegabytes(last?.roles.worker?.rssBytes)}, cloud ${inMegabytes(last?.roles.cloud?.rssBytes)}`
  );
}

/** What is left in queues and tables once every input has ended. Follow-up jobs get some time to end too. */
async function leftInside({
  clients,
  system,
}: Soaked): Promise<Pick<Leftovers, "messages" | "unfinishedJobs">> {
  const { fleet } = system.ready;
  const { tables } = resourceNames(fleet);
  for (let tries = 0; ; tries += 1) {
    const { queues } = await readStatus(clients, { fleet, kinds: jobKinds });
    const messages = queues.reduce((sum, { visible, inFlight, dead }) => sum + visible + inFlight + dead, 0);
    let unfinishedJobs = 0;
    for await (const { Items = [] } of paginateScan(
      { client: clients.db },
      { TableName: tables.jobs, ConsistentRead: true },
    ))
      unfinishedJobs += Items.filter(({ endedAt }) => endedAt === undefined).length;
    if (messages + unfinishedJobs === 0 || tries >= 120) return { messages, unfinishedJobs };
    await systemClock.sleep(1000);
  }
}

/** Directories of workers' sandboxes that were not removed. */
async function sandboxesIn(folder: string): Promise<number> {
  return (await readdir(folder)).filter((name) => name.startsWith("fifo-fleet-")).length;
}
