// When the fleet shrinks: half of the surplus at a time while slots idle, also under load, since a drain loses nothing; and
// the last instance when the gaps between jobs say that keeping it does not pay.
import { boundLooks, type Proposal } from "./growth.ts";
import { type FleetNow, type ScalingHistory, type ScalingPolicy, since } from "./policy.ts";
import type { Size } from "./size.ts";

/** The instance time lost by a launch counts this often: once for the boot itself, the rest for jobs that wait for it. */
const bootWeight = 2.5;

/** Gaps that must be known before they decide. */
const enoughGaps = 3;

/** The size for less work than the fleet has slots for. */
export function shrinkage(
  policy: ScalingPolicy,
  history: ScalingHistory,
  { desired, now }: FleetNow,
  size: Size,
): Proposal {
  const { grownAt, shrunkAt } = history;
  const enough = Math.max(1, policy.min, enoughFor(policy, history, size));
  const settled =
    since(grownAt, now) >= policy.bootSeconds && since(shrunkAt, now) >= policy.keepSeconds.least;
  if (enough >= desired || !settled) return { count: desired, reason: "steady" };
  return { count: desired - Math.ceil((desired - enough) / 2), reason: "idle-slots" };
}

/**
 * Instances for the work as it comes. Without the surplus, what waits must still fit into half of the target, unless the open
 * groups are the bound: then so many slots must stay idle that the bound remains visible, or the fleet would grow again.
 */
function enoughFor(
  { holdIdleShare }: ScalingPolicy,
  { usualBusySlots, boundLooks: looks }: ScalingHistory,
  { slots, need }: Size,
): number {
  if (looks >= boundLooks) return Math.floor(usualBusySlots / ((1 - holdIdleShare) * slots)) + 1;
  return Math.max(Math.ceil(usualBusySlots / slots - 0.01), 2 * need);
}

/** The size of a fleet without any work. */
export function withoutWork(
  policy: ScalingPolicy,
  { emptySeconds, gaps, grownAt }: ScalingHistory,
  { desired, now }: FleetNow,
): Proposal {
  if (desired <= policy.min) return { count: desired, reason: "steady" };
  const settled = emptySeconds >= policy.keepSeconds.least && since(grownAt, now) >= policy.bootSeconds;
  if (!settled) return { count: desired, reason: "kept" };
  if (emptySeconds >= keepSecondsFor(policy, gaps)) return { count: policy.min, reason: "empty" };
  return { count: Math.max(policy.min, 1), reason: desired > 1 ? "idle-slots" : "kept" };
}

/**
 * How long the last instance is worth keeping: the time that would have cost least over the past gaps, where an instance
 * that is kept costs its time, and one that is not costs its boot and the wait for it. Bounded by the settings.
 */
export function keepSecondsFor(
  { keepSeconds: { least, most }, bootSeconds }: Pick<ScalingPolicy, "keepSeconds" | "bootSeconds">,
  gaps: readonly number[],
): number {
  const launch = bootWeight * bootSeconds;
  const cost = (keep: number) => gaps.reduce((sum, gap) => sum + (gap <= keep ? gap : keep + launch), 0);
  if (gaps.length < enoughGaps) return Math.min(most, Math.max(least, bootSeconds));
  const candidates = [least, ...gaps.filter((gap) => gap > least && gap < most), most].sort((a, b) => a - b);
  // Of equals the longest: a gap that never came may still come.
  return candidates.reduce((best, keep) => (cost(keep) <= cost(best) ? keep : best));
}
