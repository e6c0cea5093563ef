// What happens to a running system in a soak: load and troubles while everything is recorded, the last outcomes, the end
// of the system, and what it left behind.
import { readdir } from "node:fs/promises";
import { AutoScalingClient, TerminateInstanceInAutoScalingGroupCommand } from "@aws-sdk/client-auto-scaling";
import { paginateScan } from "@aws-sdk/lib-dynamodb";
import { systemClock } from "../../../worker/fleet/clock.ts";
import { resourceNames } from "../../../worker/fleet/resources.ts";
import { jobKinds } from "../../../worker/jobs/catalog.ts";
import type { LocalControl } from "../../control/local-control.ts";
import { type LocalClients, localEnvironment } from "../../local/cloud/identity.ts";
import { seededRandom } from "../../local/gateway/faults.ts";
import { readStatus } from "../../status/status.ts";
import type { SoakArguments } from "./arguments.ts";
import { type Holdings, keepHouse } from "./housekeeping.ts";
import type { Load } from "./load.ts";
import type { LocalProcess } from "./local-process.ts";
import { isStillThere, type ProcessState } from "./processes.ts";
import { type Sample, takeSample, windowOf } from "./record.ts";
import type { SoakResult, WindowExtras } from "./soak-result.ts";
import { makeTrouble, steadyFaults } from "./trouble.ts";
import { judgeTrends, type Leftovers, problemsOf, warmUpMinutes } from "./verdict.ts";

/** Where a soak may write, what ends it early, and who hears of its progress. */
export type SoakPlace = { folder: string; signal: AbortSignal; tell: (line: string) => void };

/** A system under soak. */
export type Soaked = {
  asked: SoakArguments;
  place: SoakPlace;
  system: LocalProcess;
  clients: LocalClients;
  control: LocalControl;
  temporaryFolder: string;
};

/** Objects and rows older than this go. */
const keepMs = 5 * 60_000;

/** Soaks it, stops it, judges it. */
export async function soakSystem(soaked: Soaked, feed: (signal: AbortSignal) => Load): Promise<SoakResult> {
  const { asked, place, control, system } = soaked;
  await untilWorkersServe(control);
  await control.addFaults(steadyFaults(asked.seed));
  const over = new AbortController();
  const feeding = AbortSignal.any([over.signal, place.signal]);
  const load = feed(feeding);
  const trouble = troubled(soaked, feeding);
  const recorded = await record(soaked, load, feeding);
  over.abort();
  const troubles = await trouble;
  await control.clearFaults();
  place.tell("feeding has ended; waiting for the last outcomes");
  await load.finished;
  const faults = await control.faultHits();
  const inside = await leftInside(soaked);
  await system.interrupt();
  const leftovers: Leftovers = {
    lost: load.counts.lost,
    deadLettered: load.counts.deadLettered,
    ...inside,
    processes: recorded.seen.filter(isStillThere).length,
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
    problems: problemsOf(trends, leftovers, recorded.eldest.size <= 1),
  };
}

async function untilWorkersServe(control: LocalControl): Promise<void> {
  for (;;) {
    const { instances } = await control.fleet();
    if (instances.filter(({ state, process }) => state === "InService" && process !== null).length >= 2)
      return;
    await systemClock.sleep(200);
  }
}

function troubled({ asked, control, clients, place }: Soaked, signal: AbortSignal) {
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
  const onError = (error: unknown) => place.tell(`trouble not made: ${String(error)}`);
  return makeTrouble({ control, scaleIn, clock: systemClock, random, everySeconds, onError }, signal).finally(
    () => autoScaling.destroy(),
  );
}

type Recorded = {
  minutes: number;
  windows: (Sample & WindowExtras)[];
  seen: ProcessState[];
  /** Ids the oldest worker had; more than one means that it did not survive. */
  eldest: Set<string>;
};

/** Records until the minutes asked for are over, or somebody stops it. */
async function record(soaked: Soaked, load: Load, signal: AbortSignal): Promise<Recorded> {
  const { minutes } = soaked.asked;
  const windowSeconds = Math.min(60, Math.max(2, minutes));
  const started = performance.now();
  const minute = () => (performance.now() - started) / 60_000;
  const seen = new Map<string, ProcessState>();
  const recorded: Recorded = { minutes: 0, windows: [], seen: [], eldest: new Set() };
  let ended = 0;
  for (let end = windowSeconds; minute() < minutes && !signal.aborted; end += windowSeconds) {
    const samples = await samplesUntil(
      soaked,
      Math.min(end / 60, minutes),
      minute,
      (processes, eldest) => {
        for (const state of processes) seen.set(`${state.pid} ${state.startTicks}`, state);
        if (eldest !== undefined) recorded.eldest.add(eldest);
      },
      signal,
    );
    const window = windowOf(samples);
    if (window === undefined) continue;
    const { completed, rejected, deadLettered } = load.counts;
    const endedNow = completed + rejected + deadLettered;
    const holdings = await houseKept(soaked);
    recorded.windows.push({ ...window, ...holdings, ended: endedNow - ended, underWay: load.underWay() });
    ended = endedNow;
    soaked.place.tell(progress(recorded, minutes, load));
  }
  return { ...recorded, minutes: minute(), seen: [...seen.values()] };
}

const sampleMs = 5000;

async function samplesUntil(
  { control, system, temporaryFolder }: Soaked,
  untilMinute: number,
  minute: () => number,
  note: (processes: ProcessState[], eldest: string | undefined) => void,
  signal: AbortSignal,
): Promise<Sample[]> {
  const samples: Sample[] = [];
  do {
    await systemClock.sleep(Math.max(0, Math.min(sampleMs, (untilMinute - minute()) * 60_000)), signal);
    const { sample, processes, eldest } = await takeSample(
      { pid: system.pid, control, temporaryFolder },
      minute(),
    );
    samples.push(sample);
    note(processes, eldest);
  } while (minute() < untilMinute && !signal.aborted);
  return samples;
}

/** Faults hit this command's calls, too; what is not removed now is removed with the next window. */
async function houseKept({ clients, system, place }: Soaked): Promise<Holdings> {
  try {
    return await keepHouse(clients, resourceNames(system.ready.fleet), { now: Date.now(), keepMs });
  } catch (error) {
    place.tell(`house not kept: ${String(error)}`);
    return { objects: 0, rows: 0 };
  }
}

function progress({ windows }: Recorded, minutes: number, { counts }: Load): string {
  const last = windows.at(-1);
  const megabytes = (bytes = 0) => `${Math.round(bytes / 1024 ** 2)} MB`;
  return (
    `${last?.minute.toFixed(1)} of ${minutes} min, ${counts.submitted} inputs, ${last?.underWay} under way; ` +
    `worker ${megabytes(last?.roles.worker?.rssBytes)}, cloud ${megabytes(last?.roles.cloud?.rssBytes)}`
  );
}

/** What is left in queues and tables once every input has ended; follow-ups get a while to end, too. */
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

/** Directories of workers' sandboxes that nobody removed. */
async function sandboxesIn(folder: string): Promise<number> {
  return (await readdir(folder)).filter((name) => name.startsWith("fifo-fleet-")).length;
}
