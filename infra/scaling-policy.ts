// How many instances the fleet should have: one pure function, which the counting trigger calls in the cloud and on a laptop,
// and the simulator for its comparisons.
import { hasWork, type ScalingFigures } from "./scaling/figures.ts";
import { fromZero, growth, type Proposal } from "./scaling/growth.ts";
import type { FleetNow, ScalingDecision, ScalingHistory, ScalingPolicy } from "./scaling/policy.ts";
import { shrinkage, withoutWork } from "./scaling/shrinkage.ts";
import { type Size, sizeOf } from "./scaling/size.ts";

/**
 * Decides the number of instances. Grows at once to what the backlog needs within the target wait, less what the running
 * instances finish until a new one has booted; does not grow while slots are idle beside waiting jobs, since the open groups
 * are the bound then. Gives up half of the surplus at a time while slots idle, also under load: a drain loses nothing. The
 * last instance stays as long as past gaps say that it pays. What an operator asks for, within the bounds, comes before all of it.
 */
export function decideCapacity(
  policy: ScalingPolicy,
  figures: ScalingFigures,
  history: ScalingHistory,
  fleet: FleetNow,
): ScalingDecision {
  const size = sizeOf(policy, figures);
  const { count, reason } = proposed(policy, figures, history, fleet, size);
  const wanted = Math.min(policy.max, Math.max(policy.min, count));
  const { need, backlogSeconds } = size;
  return { wanted, reason: count === wanted ? reason : "bounds", need, backlogSeconds };
}

function proposed(
  policy: ScalingPolicy,
  figures: ScalingFigures,
  history: ScalingHistory,
  fleet: FleetNow,
  size: Size,
): Proposal {
  const { desired, now, asked } = fleet;
  if (asked !== undefined) return { count: asked, reason: "asked" };
  if (now - figures.at > policy.staleSeconds) return { count: desired, reason: "stale" };
  if (desired < policy.min || desired > policy.max) return { count: desired, reason: "bounds" };
  if (!hasWork(figures)) return withoutWork(policy, history, fleet);
  if (desired === 0) return fromZero(history, size);
  return growth(policy, figures, history, fleet, size) ?? shrinkage(policy, history, fleet, size);
}
