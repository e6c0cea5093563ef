// The policy that the fleet had, with the alarms that put it in force.
import { beforePolicy, decideBefore } from "./before-policy.ts";
import type { SimulatedPolicy } from "./policy.ts";

/** While a new instance warms up, the same step adds nothing (`estimatedInstanceWarmup` of the alarms' step policies). */
const warmUpSeconds = 180;

export const before: SimulatedPolicy = {
  name: "before",
  source: "scripts/simulate/policies/before-policy.ts, by alarms once a minute",
  everySeconds: 60,
  lagSeconds: 60,
  start: ({ measures: { min, max } }) => {
    const policy = { ...beforePolicy, min, max };
    let emptySince: number | undefined;
    let grownAt = Number.NEGATIVE_INFINITY;
    return ({ waiting, inFlight, busySlots, idleSlots, at }, { desired, now }) => {
      emptySince = waiting + inFlight > 0 ? undefined : (emptySince ?? at);
      const emptySeconds = emptySince === undefined ? 0 : at - emptySince;
      const signals = { visible: waiting, inFlight, busySlots, idleSlots, desired, emptySeconds };
      const { desired: wanted, reason } = decideBefore(policy, signals);
      if (wanted > desired && desired > 0 && now - grownAt < warmUpSeconds)
        return { wanted: desired, reason: "warming-up" };
      if (wanted > desired) grownAt = now;
      return { wanted, reason };
    };
  },
};
