// What the policy learns from figure to figure: arrivals, the usual load, gaps without work. Pure: memory in, memory out. The
// memory is plain data, so that it can be kept in a row between decisions.
import { backlogOf, hasWork, type ScalingFigures } from "./figures.ts";
import type { ScalingHistory, ScalingPolicy } from "./policy.ts";
import { wholeInstances } from "./size.ts";

/** Figures that averages take at least, where they come seldom. */
const fewestFigures = 2;

/** Gaps without work that are remembered. */
const gapsKept = 20;

/** Memory between decisions. */
export type ScalingMemory = Omit<ScalingHistory, "emptySeconds"> & {
  /** The figures of the last minute, oldest first. */
  recent: readonly { at: number; busySlots: number; backlogSeconds: number }[];
  /** Since when there has been no work. */
  emptySince?: number;
  need: number;
  desired: number;
  /** Jobs that had ended by the last figures. */
  ended: number;
};

/** The memory of a fleet that has seen nothing. */
export const blankMemory: ScalingMemory = {
  looks: 0,
  earlierNeed: 0,
  need: 0,
  usualBusySlots: 0,
  arrivingSlots: 0,
  boundLooks: 0,
  gaps: [],
  recent: [],
  desired: 0,
  ended: 0,
};

/** Adds figures to the memory. Figures no newer than the last ones change nothing. */
export function remember(
  policy: ScalingPolicy,
  memory: ScalingMemory,
  figures: ScalingFigures,
): ScalingMemory {
  const { at, busySlots, idleSlots, inService } = figures;
  const last = memory.recent.at(-1);
  if (last !== undefined && at <= last.at) return memory;
  const backlog = backlogOf(policy, figures);
  const recent = recentOf(policy, [...memory.recent, { at, busySlots, backlogSeconds: backlog.seconds }]);
  const slots = inService > 0 ? (busySlots + idleSlots) / inService : 0;
  const ended = figures.ended ?? memory.ended;
  const idles = idleSlots > policy.holdIdleShare * (busySlots + idleSlots);
  const works = hasWork(figures) || ended > memory.ended;
  const { emptySince, ...kept } = memory;
  return {
    ...kept,
    recent,
    ended,
    looks: works ? memory.looks + 1 : 0,
    earlierNeed: memory.need,
    need: wholeInstances(backlog.slots / (slots || policy.slotsPerInstance)),
    usualBusySlots: recent.reduce((sum, one) => sum + one.busySlots, 0) / recent.length,
    arrivingSlots: arriving(recent) ?? busySlots,
    boundLooks: idles && backlog.seconds > 0 ? memory.boundLooks + 1 : 0,
    gaps:
      works && emptySince !== undefined ? [...memory.gaps, at - emptySince].slice(-gapsKept) : memory.gaps,
    ...(!works && { emptySince: emptySince ?? at }),
  };
}

/** Notes that the desired capacity became `desired`. */
export function noteDesired(memory: ScalingMemory, desired: number, now: number): ScalingMemory {
  return {
    ...memory,
    desired,
    ...(desired > memory.desired && { grownAt: now }),
    ...(desired < memory.desired && { shrunkAt: now }),
  };
}

/** What `decideCapacity` takes, at a moment. */
export function historyOf({ emptySince, ...memory }: ScalingMemory, now: number): ScalingHistory {
  return { ...memory, emptySeconds: emptySince === undefined ? 0 : now - emptySince };
}

function recentOf(
  { windowSeconds }: Pick<ScalingPolicy, "windowSeconds">,
  all: ScalingMemory["recent"],
): ScalingMemory["recent"] {
  const newest = all.at(-1)?.at ?? 0;
  return all.filter(({ at }, index) => newest - at < windowSeconds || index >= all.length - fewestFigures);
}

/** The median over the window, so that one burst is not taken for a rate; undefined after a single look. */
function arriving(recent: ScalingMemory["recent"]): number | undefined {
  const rates = recent.slice(1).map((one, index) => {
    const before = recent[index] ?? one;
    return Math.max(
      0,
      before.busySlots + (one.backlogSeconds - before.backlogSeconds) / (one.at - before.at),
    );
  });
  return rates.sort((a, b) => a - b)[Math.floor(rates.length / 2)];
}
