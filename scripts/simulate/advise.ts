// What target wait, largest fleet and warm minutes cost on a trace: our policy with each, and the settings worth having.
import { scalingPolicy } from "../../infra/scaling/policy.ts";
import { simulate } from "./model/simulation.ts";
import type { Trace } from "./model/trace.ts";
import { oursWith } from "./policies/ours.ts";

const targetWaits = [15, 30, 60, 120, 300];
const sizes = [0.5, 1, 2];
const warmMinutes = [1, 5, 15];

/** One choice of settings and what came of it. */
export type Advice = {
  targetWaitSeconds: number;
  max: number;
  warmMinutes: number;
  instanceHours: number;
  cost: number;
  waitP95: number;
  /** Every choice that costs no more has a wait that is longer by a hundredth or more. */
  onFront: boolean;
};

/** Plays the trace with every choice; the cheapest first. */
export function advise(trace: Trace): Advice[] {
  const fleets = sizes.map((size) => Math.max(1, Math.round(size * trace.measures.max)));
  const rows = targetWaits.flatMap((targetWaitSeconds) =>
    [...new Set(fleets)].flatMap((max) =>
      warmMinutes.map((minutes) => played(trace, targetWaitSeconds, max, minutes)),
    ),
  );
  const sorted = rows.toSorted((a, b) => a.cost - b.cost || a.waitP95 - b.waitP95);
  let shortest = Number.POSITIVE_INFINITY;
  return sorted.map((row) => {
    const onFront = row.waitP95 <= 0.99 * shortest;
    shortest = Math.min(shortest, row.waitP95);
    return { ...row, onFront };
  });
}

function played(trace: Trace, targetWaitSeconds: number, max: number, minutes: number) {
  const measures = { ...trace.measures, targetWaitSeconds, max };
  const keepSeconds = { ...scalingPolicy.keepSeconds, most: minutes * 60 };
  const { instanceHours, cost, waits } = simulate({ ...trace, measures }, oursWith({ keepSeconds }));
  return { targetWaitSeconds, max, warmMinutes: minutes, instanceHours, cost, waitP95: waits.p95 };
}
