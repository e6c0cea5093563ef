// Target tracking on the backlog per instance, as AWS documents it for SQS.
import { meanSeconds } from "../model/trace.ts";
import type { SimulatedPolicy } from "./policy.ts";

/** Points of one minute above the target before the group grows, and below nine tenths of it before it shrinks. */
const highPoints = 3;
const lowPoints = 15;
const lowShare = 0.9;

/**
 * The acceptable backlog of an instance: the latency that is accepted, over the time one message takes, for each message
 * that an instance can process at once.
 */
export function acceptableBacklog(latencySeconds: number, secondsPerMessage: number, atOnce = 1): number {
  return (latencySeconds / secondsPerMessage) * atOnce;
}

/** The capacity that brings the backlog per instance to its target. */
export function trackedCapacity(messages: number, instances: number, target: number): number {
  return Math.ceil(instances * (messages / instances / target));
}

export const targetTracking: SimulatedPolicy = {
  name: "target-tracking",
  source: "Amazon EC2 Auto Scaling User Guide, Scaling policy based on Amazon SQS",
  everySeconds: 60,
  lagSeconds: 60,
  start: (trace) => {
    const { slotsPerInstance, targetWaitSeconds } = trace.measures;
    const target = acceptableBacklog(targetWaitSeconds, meanSeconds(trace) || 1, slotsPerInstance);
    let high = 0;
    let low = 0;
    return ({ waiting, inService }, { desired }) => {
      // The metric divides by the instances in service, so without one it has no value and nothing scales.
      if (desired < 1) return { wanted: 1, reason: "at least one" };
      if (inService === 0) return { wanted: desired, reason: "no data" };
      const perInstance = waiting / inService;
      high = perInstance > target ? high + 1 : 0;
      low = perInstance < lowShare * target ? low + 1 : 0;
      const tracked = Math.max(1, trackedCapacity(waiting, inService, target));
      if (high >= highPoints && tracked > desired) return { wanted: tracked, reason: "above target" };
      if (low < lowPoints || tracked >= desired) return { wanted: desired, reason: "steady" };
      low = 0;
      return { wanted: tracked, reason: "below target" };
    };
  },
};
