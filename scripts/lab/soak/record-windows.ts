// Samples a system under load, window after window, and deletes old data so that only leaks grow.
import { systemClock } from "../../../worker/fleet/clock.ts";
import { resourceNames } from "../../../worker/fleet/resources.ts";
import type { ProcessState } from "../measure/processes.ts";
import { megabytes } from "../measure/statistics.ts";
import { deleteOldData, type StoredData } from "./delete-old-data.ts";
import type { Load } from "./load.ts";
import { type Sample, takeSample, windowOf } from "./samples.ts";
import type { WindowExtras } from "./soak-result.ts";
import type { Soaked } from "./soaked-system.ts";
import { shortestJudgedMinutes, warmUpMinutes } from "./verdict.ts";

/** Objects and rows older than this are deleted: soon enough that what is stored has stopped growing when the warm-up ends. */
export const keepMsOf = (minutes: number): number =>
  Math.min(5, Math.max(1, warmUpMinutes(minutes) / 3)) * 60_000;

/** What was sampled in a soak. */
export type Recorded = {
  minutes: number;
  windows: (Sample & WindowExtras)[];
  seen: ProcessState[];
  /** Ids of the oldest worker. More than one means that it did not survive. */
  oldest: Set<string>;
};

/** Samples until the requested minutes are over or the signal aborts. */
export async function recordWindows(soaked: Soaked, load: Load, signal: AbortSignal): Promise<Recorded> {
  const { minutes } = soaked.asked;
  const windowSeconds = minutes >= shortestJudgedMinutes ? 60 : Math.max(2, minutes);
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
    const stored = await deleteOld(soaked);
    recorded.windows.push({ ...window, ...stored, ended: endedNow - ended, underWay: load.underWay() });
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
      { minute: minute(), collect: minute() >= untilMinute },
    );
    samples.push(sample);
    note(processes, oldest);
  } while (minute() < untilMinute && !signal.aborted);
  return samples;
}

/** Faults hit this command's calls too. What is not deleted now is deleted after the next window. */
async function deleteOld({ asked, clients, system, place }: Soaked): Promise<StoredData> {
  const keepMs = keepMsOf(asked.minutes);
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
