// The scaling policy of a laptop: the deployed one with its own bounds, and what it does in words.
import { type ScalingPolicy, scalingPolicy } from "../../../infra/scaling-policy.ts";
import type { LocalSettings } from "../system/settings.ts";

type Bounds = Pick<LocalSettings, "minWorkers" | "maxWorkers">;

/** A laptop starts a worker in a second, so it keeps none as long as the cloud does. */
const scaleInAfterSeconds = 60;

/** The policy of a local fleet. */
export function localPolicy({ minWorkers, maxWorkers }: Bounds): ScalingPolicy {
  return { ...scalingPolicy, scaleInAfterSeconds, min: minWorkers, max: maxWorkers };
}

/** When workers start and end, in one line. */
export function policyInWords({ minWorkers, maxWorkers }: Bounds): string {
  const first = minWorkers === 0 ? "one starts when a job waits" : `${minWorkers} always run`;
  if (maxWorkers <= Math.max(1, minWorkers)) return first;
  const each = scalingPolicy.scaleOut[0]?.visiblePerInstance;
  return `${first}, another while at least ${each} jobs wait per worker and all are busy (at most ${maxWorkers})`;
}
