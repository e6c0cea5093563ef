// On-demand instances that stand in for missing spot instances: what the cloud's alarms do, on a laptop's two groups.
import { decideOnDemand, type OnDemandMemory } from "../../../infra/on-demand-policy.ts";
import type { ScalingGroup } from "../autoscaling/group.ts";
import type { Clock } from "../clock/clock.ts";

/** The cloud waits a quarter of an hour, and then five minutes; a laptop's workers come and go faster. */
const policy = { afterSeconds: 15, backAfterSeconds: 5 };

const everyMs = 1000;

/** Keeps the group of stand-ins as large as spot instances are missing, until the returned function is called. */
export function keepStandingIn(spot: ScalingGroup, standIns: ScalingGroup, clock: Clock): () => void {
  let memory: OnDemandMemory = {};
  let cancel = () => {};
  const look = () => {
    const inService = spot.staying.filter(({ state }) => state === "InService").length;
    const pending = spot.staying.length - inService;
    const figures = { desired: spot.desired, inService, pending };
    const at = clock.now() / 1000;
    const { wanted, memory: next } = decideOnDemand(policy, figures, {
      at,
      current: standIns.desired,
      memory,
    });
    memory = next;
    if (wanted !== standIns.desired)
      standIns.setDesired(Math.min(wanted, standIns.bounds.max), `${wanted} spot instances are missing`);
    cancel = clock.at(clock.now() + everyMs, look);
  };
  look();
  return () => cancel();
}
