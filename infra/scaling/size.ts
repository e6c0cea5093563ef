// How large the waiting work is beside the fleet as it stands.
import { backlogOf, type ScalingFigures } from "./figures.ts";
import type { ScalingPolicy } from "./policy.ts";

/** The fleet and its backlog in slots and instances. */
export type Size = {
  /** Slots of one instance. */
  slots: number;
  /** Slots of all instances. */
  capacity: number;
  backlogSeconds: number;
  /** Instances for which every kind's backlog fits into its target, as the fleet stands. */
  need: number;
  idleShare: number;
  openGroups: number;
};

/** Rounding errors of sums of seconds must not cost an instance. */
const epsilon = 1e-9;

/** Whole instances for an amount of instances. */
export const wholeInstances = (count: number): number => Math.ceil(count - epsilon);

/** Measures the figures. */
export function sizeOf(policy: ScalingPolicy, figures: ScalingFigures): Size {
  const { busySlots, idleSlots, inService, openGroups } = figures;
  const capacity = busySlots + idleSlots;
  const slots = inService > 0 && capacity > 0 ? capacity / inService : policy.slotsPerInstance;
  const backlog = backlogOf(policy, figures);
  return {
    slots,
    capacity,
    backlogSeconds: backlog.seconds,
    need: wholeInstances(backlog.slots / slots),
    idleShare: capacity === 0 ? 0 : idleSlots / capacity,
    openGroups: openGroups ?? Number.POSITIVE_INFINITY,
  };
}

/** Instances for what is left of the backlog by the time another instance could take jobs. */
export function needAfterBoot(
  { bootSeconds }: Pick<ScalingPolicy, "bootSeconds">,
  { slots, capacity, backlogSeconds, need }: Pick<Size, "slots" | "capacity" | "backlogSeconds" | "need">,
  arrivingSlots: number,
  onTheirWay: number,
): number {
  if (backlogSeconds === 0) return 0;
  // Instances on their way have half of the boot time left on average.
  const served = (capacity - arrivingSlots + (onTheirWay * slots) / 2) * bootSeconds;
  return wholeInstances((need * Math.max(0, backlogSeconds - served)) / backlogSeconds);
}
