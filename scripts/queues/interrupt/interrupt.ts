// Interrupts a worker: its instance is ended through the group's termination hook, which lets it drain, and replaced.
import {
  type AutoScalingClient,
  TerminateInstanceInAutoScalingGroupCommand,
} from "@aws-sdk/client-auto-scaling";

/** An instance's id. */
export const instanceId = /^i-[0-9a-f]{1,32}$/;

/** Interrupts it. @throws the error of Auto Scaling, as for an instance that is not in a group */
export async function interruptInstance(autoScaling: AutoScalingClient, InstanceId: string): Promise<string> {
  await autoScaling.send(
    new TerminateInstanceInAutoScalingGroupCommand({ InstanceId, ShouldDecrementDesiredCapacity: false }),
  );
  return `${InstanceId} drains: its jobs end or are returned, and another instance takes its place.`;
}
