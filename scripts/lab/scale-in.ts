// Lets Auto Scaling end one instance, as it does when it shrinks a group.
import {
  type AutoScalingClient,
  TerminateInstanceInAutoScalingGroupCommand,
} from "@aws-sdk/client-auto-scaling";

/** Ends an instance through the group's hook, and shrinks the group by it; a group at its minimum replaces it. */
export async function scaleIn(client: AutoScalingClient, InstanceId: string): Promise<void> {
  const end = (ShouldDecrementDesiredCapacity: boolean) =>
    client.send(
      new TerminateInstanceInAutoScalingGroupCommand({ InstanceId, ShouldDecrementDesiredCapacity }),
    );
  try {
    await end(true);
  } catch (error) {
    if (!(error instanceof Error && error.name === "ValidationError")) throw error;
    await end(false);
  }
}
