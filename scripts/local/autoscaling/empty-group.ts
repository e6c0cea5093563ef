// An Auto Scaling group that never has an instance: for clouds whose workers somebody else starts.
import { realClock } from "../clock/clock.ts";
import { ScalingGroup } from "./group.ts";

/** Makes the group. Launching is an error, since its largest size is 0. */
export function emptyGroup(name: string): ScalingGroup {
  const refuse = async () => {
    throw new RangeError(`group ${name} has no instances`);
  };
  return new ScalingGroup({
    name,
    min: 0,
    max: 0,
    hook: { name: "drain", timeoutSeconds: 60 },
    zones: ["local-a"],
    instanceType: "none",
    clock: realClock,
    newInstanceId: () => "i-none",
    launcher: { launch: refuse, terminate: refuse, announce: () => {} },
    onError: (error) => {
      throw error;
    },
  });
}
