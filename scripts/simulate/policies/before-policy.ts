// The policy that the fleet had before: thresholds as data, and one pure function. It leaves zero well, but never shrinks while
// one message exists. Kept as the comparison's "before".

/** The state of the fleet at one moment. Message counts are sums over all job queues. */
export type BeforeSignals = {
  /** Messages that wait to be received. */
  visible: number;
  /** Messages that were received and not yet deleted. */
  inFlight: number;
  /** Slots of all workers that run a job. */
  busySlots: number;
  /** Slots of all workers that run none. */
  idleSlots: number;
  /** The group's desired capacity, in instances. */
  desired: number;
  /** How long there has been no message, neither visible nor in flight. */
  emptySeconds: number;
};

/** The thresholds. */
export type BeforePolicy = {
  min: number;
  max: number;
  /** Instances to add, by waiting messages per instance. The last matching step applies. */
  scaleOut: readonly { visiblePerInstance: number; add: number }[];
  /** No instance is added while a larger share of all slots is idle: the number of message groups limits the fleet then. */
  holdIdleShare: number;
  /** The fleet shrinks to its minimum after this time without any work. */
  scaleInAfterSeconds: number;
};

/** The policy that the fleet had. */
export const beforePolicy: BeforePolicy = {
  min: 0,
  max: 10,
  scaleOut: [
    { visiblePerInstance: 20, add: 1 },
    { visiblePerInstance: 200, add: 2 },
    { visiblePerInstance: 1000, add: 4 },
  ],
  // Slots are idle for a moment between short jobs. That alone must not keep the fleet from growing.
  holdIdleShare: 0.1,
  scaleInAfterSeconds: 300,
};

/** The reason for a decision. */
export type BeforeReason = "from-zero" | "backlog" | "group-bound" | "empty" | "steady";

/** The desired capacity and its reason. */
export type BeforeDecision = { desired: number; reason: BeforeReason };

/**
 * Decides the number of instances. An empty fleet starts one as soon as anything waits. Instances are added only while
 * messages wait and almost no slot is idle: idle slots beside waiting messages mean that the number of message groups
 * limits the fleet, and more machines would not help. The fleet never shrinks while a message is visible or in flight.
 */
export function decideBefore(policy: BeforePolicy, signals: BeforeSignals): BeforeDecision {
  const { visible, inFlight, idleSlots, busySlots, desired, emptySeconds } = signals;
  const ask = (count: number, reason: BeforeReason): BeforeDecision => ({
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
