// What the demand policy learns from figure to figure: arrivals, the usual load, gaps without work. Pure: memory in, memory out.
import {
  backlogOf,
  type DemandFigures,
  type DemandHistory,
  type DemandPolicy,
  hasWork,
} from "./demand-policy.ts";

/** Seconds of figures that averages are taken over. */
const windowSeconds = 60;

/** Gaps without work that are remembered. */
const gapsKept = 20;

/** Memory between decisions. */
export type DemandMemory = Omit<DemandHistory, "emptySeconds"> & {
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
export const blankMemory: DemandMemory = {
  looks: 0,
  earlierNeed: 0,
  need: 0,
  usualBusySlots: 0,
  arrivingSlots: 0,
  gaps: [],
  grownAt: Number.NEGATIVE_INFINITY,
  shrunkAt: Number.NEGATIVE_INFINITY,
  recent: [],
  desired: 0,
  ended: 0,
};

/** Adds figures to the memory. Figures no newer than the last ones change nothing. */
export function remember(policy: DemandPolicy, memory: DemandMemory, figures: DemandFigures): DemandMemory {
  const { at, busySlots } = figures;
  const last = memory.recent.at(-1);
  if (last !== undefined && at <= last.at) return memory;
  const backlog = backlogOf(policy, figures);
  const recent = [...memory.recent, { at, busySlots, backlogSeconds: backlog.seconds }].filter(
    (one) => at - one.at < windowSeconds || one.at === at,
  );
  const slots = figures.inService > 0 ? (busySlots + figures.idleSlots) / figures.inService : 0;
  const ended = figures.ended ?? memory.ended;
  const works = hasWork(figures) || ended > memory.ended;
  const { emptySince, ...kept } = memory;
  return {
    ...kept,
    recent,
    ended,
    looks: works ? memory.looks + 1 : 0,
    earlierNeed: memory.need,
    need: Math.ceil(backlog.slots / (slots || policy.slotsPerInstance)),
    usualBusySlots: recent.reduce((sum, one) => sum + one.busySlots, 0) / recent.length,
    arrivingSlots: arriving(recent),
    gaps:
      works && emptySince !== undefined ? [...memory.gaps, at - emptySince].slice(-gapsKept) : memory.gaps,
    ...(!works && { emptySince: emptySince ?? at }),
  };
}

/** Notes that the desired capacity became `desired`. */
export function noteDesired(memory: DemandMemory, desired: number, now: number): DemandMemory {
  return {
    ...memory,
    desired,
    ...(desired > memory.desired && { grownAt: now }),
    ...(desired < memory.desired && { shrunkAt: now }),
  };
}

/** What `decideDemand` takes, at a moment. */
export function historyOf({ emptySince, ...memory }: DemandMemory, now: number): DemandHistory {
  return { ...memory, emptySeconds: emptySince === undefined ? 0 : now - emptySince };
}

/** The median over the window, so that one burst is not taken for a rate. */
function arriving(recent: DemandMemory["recent"]): number {
  const rates = recent.slice(1).map((one, index) => {
    const before = recent[index] ?? one;
    return Math.max(
      0,
      before.busySlots + (one.backlogSeconds - before.backlogSeconds) / (one.at - before.at),
    );
  });
  return rates.sort((a, b) => a - b)[Math.floor(rates.length / 2)] ?? recent.at(-1)?.busySlots ?? 0;
}
