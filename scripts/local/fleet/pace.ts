// How fast things happen on a laptop: workers start in seconds, so waits and keeping are short; and what the fleet does in
// words.
import type { LocalSettings } from "../system/settings.ts";

type Bounds = Pick<LocalSettings, "minWorkers" | "maxWorkers" | "targetWait">;

/** How fast the fleet boots and counts, and what its trigger and workers are told. */
export type FleetPace = {
  /** Milliseconds from a launch to the start of the worker. An EC2 instance takes about a minute. */
  bootMs: number;
  /** Milliseconds from one count to the next. The cloud counts once a minute. */
  countEveryMs: number;
  /** Environment of the counting trigger, besides that of every trigger. */
  scaling: Record<string, string>;
  /** Environment of the workers, besides that of every local worker. */
  workers: Record<string, string>;
};

/** The pace of `npm run local`. */
export function laptopPace(settings: Pick<Bounds, "targetWait">): FleetPace {
  return { bootMs: 500, countEveryMs: 1000, scaling: localScaling(settings), workers: {} };
}

/** The environment of the counting trigger (triggers/metrics-due/scaling-config.ts), besides that of every trigger. */
export function localScaling({ targetWait }: Pick<Bounds, "targetWait">): Record<string, string> {
  return {
    FLEET_TARGET_WAIT_SECONDS: String(targetWait),
    FLEET_BOOT_SECONDS: "3",
    FLEET_JOB_SECONDS: "0.5",
    FLEET_KEEP_LEAST_SECONDS: "60",
    FLEET_KEEP_MOST_SECONDS: "60",
    // It is called every second, so the second look is the next call.
    FLEET_LOOK_AGAIN_SECONDS: "0",
  };
}

/** When workers start and end, in one line. */
export function policyInWords({ minWorkers, maxWorkers, targetWait }: Bounds): string {
  const first = minWorkers === 0 ? "one starts when a job waits" : `${minWorkers} always run`;
  if (maxWorkers <= Math.max(1, minWorkers)) return first;
  return `${first}, more when the backlog would take longer than ${targetWait} s (at most ${maxWorkers})`;
}
