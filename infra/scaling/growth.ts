// When the fleet grows: at once to what the backlog needs, but never past what its message groups can use.
import type { ScalingFigures } from "./figures.ts";
import {
  type FleetNow,
  type ScalingHistory,
  type ScalingPolicy,
  type ScalingReason,
  since,
} from "./policy.ts";
import { needAfterBoot, type Size } from "./size.ts";

/** Looks in a row at which slots idled beside waiting jobs, until instances leave for it: a worker that starts idles too. */
export const boundLooks = 3;

/** A count of instances before the bounds, and why. */
export type Proposal = { count: number; reason: ScalingReason };

/** A second growth soon after a shrink takes a wait this many times the target. */
const urgentFactor = 2;

/** A launch that has brought no worker after so many boot times is not waited for any more. */
const overdueBoots = 1.5;

/** The first instance starts at the first look, what else the backlog needs at the second. */
export function fromZero({ looks, earlierNeed }: ScalingHistory, { need }: Pick<Size, "need">): Proposal {
  return { count: looks < 2 ? 1 : Math.max(1, Math.min(need, earlierNeed)), reason: "from-zero" };
}

/** The size for more work than the fleet gets done in time; undefined where more instances would not help. */
export function growth(
  policy: ScalingPolicy,
  figures: ScalingFigures,
  history: ScalingHistory,
  { desired, now }: FleetNow,
  size: Size,
): Proposal | undefined {
  const onTheirWay = Math.max(0, desired - figures.inService);
  const needed = needAfterBoot(policy, size, history.arrivingSlots, onTheirWay);
  const limit = Math.ceil(size.openGroups / size.slots);
  const count = Math.min(needed, limit);
  if (needed > desired && limit <= desired) return { count: desired, reason: "group-bound" };
  if (count <= desired) return undefined;
  if (figures.inService === 0) return beforeEvidence(policy, history, { desired, now }, count);
  if (size.idleShare > policy.holdIdleShare)
    return history.boundLooks < boundLooks ? { count: desired, reason: "group-bound" } : undefined;
  const twice = Math.min(count, Math.max(history.earlierNeed, desired));
  if (twice <= desired) return { count: desired, reason: "looking-again" };
  const soon = since(history.shrunkAt, now) < policy.bootSeconds;
  const urgent = size.need > urgentFactor * desired;
  return soon && !urgent ? { count: desired, reason: "steady" } : { count: twice, reason: "backlog" };
}

/**
 * Until a worker reports, nobody knows how many groups can run. The fleet takes what the second look at the backlog says, and
 * then waits for the first instance, but not for ever.
 */
function beforeEvidence(
  { bootSeconds }: ScalingPolicy,
  { looks, earlierNeed, grownAt }: ScalingHistory,
  { desired, now }: FleetNow,
  count: number,
): Proposal {
  if (looks < 2) return { count: desired, reason: "looking-again" };
  const overdue = since(grownAt, now) > overdueBoots * bootSeconds;
  if (looks > 2 && !overdue) return { count: desired, reason: "booting" };
  return { count: Math.max(desired, Math.min(count, earlierNeed)), reason: "backlog" };
}
