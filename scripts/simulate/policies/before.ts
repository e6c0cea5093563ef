// The policy of the deployed alarms, as the comparison's "before".
import { decideCapacity, scalingPolicy } from "../../../infra/scaling-policy.ts";
import type { SimulatedPolicy } from "./policy.ts";

/** While a new instance warms up, the same step adds nothing (`estimatedInstanceWarmup` of the alarms' step policies). */
const warmUpSeconds = 180;

export const before: SimulatedPolicy = {
  name: "before",
  source: "infra/scaling-policy.ts with the alarms of infra/constructs/step-scaling.ts",
  everySeconds: 60,
  lagSeconds: 60,
  start: ({ measures: { min, max } }) => {
    const policy = { ...scalingPolicy, min, max };
    let emptySince: number | undefined;
    let grownAt = Number.NEGATIVE_INFINITY;
    return ({ waiting, inFlight, busySlots, idleSlots, at }, { desired, now }) => {
      emptySince = waiting + inFlight > 0 ? undefined : (emptySince ?? at);
      const emptySeconds = emptySince === undefined ? 0 : at - emptySince;
      const signals = { visible: waiting, inFlight, busySlots, idleSlots, desired, emptySeconds };
      const { desired: wanted, reason } = decideCapacity(policy, signals);
      if (wanted > desired && desired > 0 && now - grownAt < warmUpSeconds)
        return { wanted: desired, reason: "warming-up" };
      if (wanted > desired) grownAt = now;
      return { wanted, reason };
    };
  },
};
