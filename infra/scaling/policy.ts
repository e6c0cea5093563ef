// The settings of the scaling policy, the vocabulary of its decisions, and what it remembers. Data only.
import type { BacklogDefaults } from "./figures.ts";

/** The settings. */
export type ScalingPolicy = BacklogDefaults & {
  min: number;
  max: number;
  /** Slots of an instance, used until workers report theirs. */
  slotsPerInstance: number;
  /** From the launch of an instance until its worker takes jobs. */
  bootSeconds: number;
  /** The last instance is kept without work at least and at most this long. */
  keepSeconds: { least: number; most: number };
  /** Seconds of figures that averages are taken over. */
  windowSeconds: number;
  /** Figures older than this decide nothing. */
  staleSeconds: number;
  /** While a larger share of the slots is idle beside waiting jobs, the open groups are the bound. */
  holdIdleShare: number;
};

/** The settings of a deployed fleet. */
export const scalingPolicy: ScalingPolicy = {
  min: 0,
  max: 10,
  slotsPerInstance: 8,
  bootSeconds: 120,
  targetWaitSeconds: 60,
  priorSecondsPerJob: 5,
  keepSeconds: { least: 30, most: 300 },
  windowSeconds: 60,
  staleSeconds: 180,
  holdIdleShare: 0.1,
};

/** What earlier figures taught; `remember` in memory.ts keeps it. */
export type ScalingHistory = {
  /** Figures with work since the fleet last had none. One look alone may be odd. */
  looks: number;
  /** Instances that the figures before these asked for. */
  earlierNeed: number;
  /** Slots busy on average over the last minute. */
  usualBusySlots: number;
  /** Slots whose work arrives: busy slots, plus what the backlog grows by a second. */
  arrivingSlots: number;
  /** Looks in a row at which more than `holdIdleShare` of the slots idled beside waiting jobs. */
  boundLooks: number;
  /** How long there has been no work; 0 while there is some. */
  emptySeconds: number;
  /** Lengths of the last spells without work. */
  gaps: readonly number[];
  /** When the desired capacity was last raised and lowered; absent before the first time. */
  grownAt?: number;
  shrunkAt?: number;
};

/** Why the fleet has the size that it should have. */
export const scalingReasons = {
  asked: "an operator asked for this size for a time",
  stale: "the figures are too old to decide by",
  "from-zero": "jobs wait and no instance runs",
  "looking-again": "a count is looked at twice before it costs an instance",
  booting: "the first worker has not reported yet",
  backlog: "what waits does not fit into the target wait",
  "group-bound": "slots idle beside waiting jobs: their groups are the bound",
  "idle-slots": "slots idle, so the emptiest instances leave",
  kept: "the last instance is kept for the next job",
  empty: "nothing has waited or run for long enough",
  steady: "no other size would serve better",
  bounds: "the smallest or largest size is reached",
} as const;

export type ScalingReason = keyof typeof scalingReasons;

/** The size that the fleet should have, and the figures that led to it. */
export type ScalingDecision = {
  wanted: number;
  reason: ScalingReason;
  /** Instances the backlog needs within the target wait. */
  need: number;
  /** Slot-seconds of waiting work. */
  backlogSeconds: number;
};

/** The same policy on a clock on which everything takes `scale` times as long. */
export function scaledPolicy(policy: ScalingPolicy, scale: number): ScalingPolicy {
  const { least, most } = policy.keepSeconds;
  return {
    ...policy,
    bootSeconds: policy.bootSeconds * scale,
    targetWaitSeconds: policy.targetWaitSeconds * scale,
    priorSecondsPerJob: policy.priorSecondsPerJob * scale,
    keepSeconds: { least: least * scale, most: most * scale },
    windowSeconds: policy.windowSeconds * scale,
    staleSeconds: policy.staleSeconds * scale,
  };
}

/** The group's size as set, the time on the clock of the figures, and the size that an operator asks for now, if any. */
export type FleetNow = { desired: number; now: number; asked?: number | undefined };

/** Seconds since a moment; infinite where it never was. */
export const since = (at: number | undefined, now: number): number =>
  at === undefined ? Number.POSITIVE_INFINITY : now - at;

/**
 * True when the same trigger should count again soon instead of at its next turn: a second look would decide more. Between the
 * two looks lie `lookAgainSeconds`.
 */
export const wantsSecondLook = ({ reason, wanted, need }: ScalingDecision): boolean =>
  reason === "looking-again" || (reason === "from-zero" && need > wanted);

/** Seconds until a second look. SQS's counts are those of many servers and settle meanwhile. */
export const lookAgainSeconds = 10;
