// How many instances the fleet should have: thresholds as data and one pure function. The deployed alarms, the local
// fleet and the simulator read the same file.

/** What the fleet knows of itself at one moment. Message counts are sums over all job queues. */
export type ScalingSignals = {
  /** Messages that wait to be received. */
  visible: number;
  /** Messages received and not yet deleted. */
  inFlight: number;
  /** Slots of all workers that run a job, and slots that do not. */
  busySlots: number;
  idleSlots: number;
  /** Instances asked for at the moment. */
  desired: number;
  /** Seconds for which there was neither a visible message nor one in flight. */
  emptySeconds: number;
};

/** The thresholds. */
export type ScalingPolicy = {
  min: number;
  max: number;
  /** Instances added by how many messages wait per instance; the last step that applies counts. */
  scaleOut: readonly { visiblePerInstance: number; add: number }[];
  /** Nothing is added while more than this share of all slots idles: then open message groups bound the fleet. */
  holdIdleShare: number;
  /** The fleet goes to its minimum after this long without any work. */
  scaleInAfterSeconds: number;
};

/** The policy of a deployed fleet. */
export const scalingPolicy: ScalingPolicy = {
  min: 0,
  max: 10,
  scaleOut: [
    { visiblePerInstance: 20, add: 1 },
    { visiblePerInstance: 200, add: 2 },
    { visiblePerInstance: 1000, add: 4 },
  ],
  // Between two short jobs a slot is idle for a moment; that alone must not hold the fleet.
  holdIdleShare: 0.1,
  scaleInAfterSeconds: 300,
};

/** Why the decision is what it is. */
export type ScalingReason = "from-zero" | "backlog" | "group-bound" | "empty" | "steady";

/** What to do now. */
export type ScalingDecision = { desired: number; reason: ScalingReason };

/**
 * The number of instances to ask for now.
 * Zero is left at once when anything waits. More are added only while messages wait and hardly a slot idles: idle
 * slots beside waiting messages mean that open message groups bound the fleet, and machines would not help. Nothing
 * is taken away while a message is visible or in flight.
 */
export function decideCapacity(policy: ScalingPolicy, signals: ScalingSignals): ScalingDecision {
  const { visible, inFlight, idleSlots, busySlots, desired, emptySeconds } = signals;
  const ask = (count: number, reason: ScalingReason): ScalingDecision => ({
    desired: Math.min(policy.max, Math.max(policy.min, count)),
    reason,
  });
  if (visible + inFlight === 0)
    return emptySeconds >= policy.scaleInAfterSeconds && desired > policy.min
      ? ask(policy.min, "empty")
      : ask(desired, "steady");
  if (desired === 0) return ask(1, "from-zero");
  const add = policy.scaleOut.findLast((step) => visible / desired >= step.visiblePerInstance)?.add ?? 0;
  const idleShare = idleSlots / Math.max(1, idleSlots + busySlots);
  if (add > 0 && idleShare > policy.holdIdleShare) return ask(desired, "group-bound");
  return add > 0 && busySlots > 0 ? ask(desired + add, "backlog") : ask(desired, "steady");
}
