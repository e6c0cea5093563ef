// A soak on a running system: load and disturbances while everything is sampled, the last outcomes, the stop of the system,
// the verdict.
import { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import { systemClock } from "../../../worker/fleet/clock.ts";
import type { LocalControl } from "../../control/local-control.ts";
import { localEnvironment } from "../../local/cloud/identity.ts";
import { seededRandom } from "../../local/gateway/faults.ts";
import { isAlive, type ProcessState } from "../measure/processes.ts";
import { scaleIn } from "../scale-in.ts";
import { within } from "../within.ts";
import { disturb, steadyFaults } from "./disturbances.ts";
import { leftInside, sandboxesIn } from "./leftovers.ts";
import type { Load } from "./load.ts";
import { recordWindows } from "./record-windows.ts";
import type { SoakResult } from "./soak-result.ts";
import type { Soaked } from "./soaked-system.ts";
import { judgeTrends, type Leftovers, problemsOf, warmUpMinutes } from "./verdict.ts";

/** Runs the soak, stops the system and judges the result. */
export async function soakSystem(soaked: Soaked, feed: (signal: AbortSignal) => Load): Promise<SoakResult> {
  const { asked, place, control, system } = soaked;
  await waitForWorkers(control);
  await control.addFaults(steadyFaults(asked.seed));
  const over = new AbortController();
  const feeding = AbortSignal.any([over.signal, place.signal]);
  const load = feed(feeding);
  const trouble = startDisturbances(soaked, feeding);
  const recorded = await recordWindows(soaked, load, feeding);
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
    processes: (await stillAlive(recorded.seen)).length,
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

/** What has been killed is gone once the system has cleared it away, which takes a busy machine a moment. */
const clearedWithinSeconds = 10;

async function stillAlive(seen: readonly ProcessState[]): Promise<ProcessState[]> {
  await within(clearedWithinSeconds, new AbortController().signal, async () => !seen.some(isAlive));
  return seen.filter(isAlive);
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
  const everySeconds = Math.min(45, Math.max(3, asked.minutes * 1.5));
  const random = seededRandom(asked.seed + 1000);
  const onError = (error: unknown) => place.progress(`a disturbance failed: ${String(error)}`);
  const shrink = (instance: string) => scaleIn(autoScaling, instance);
  return disturb(
    { control, scaleIn: shrink, clock: systemClock, random, everySeconds, onError },
    signal,
  ).finally(() => autoScaling.destroy());
}
