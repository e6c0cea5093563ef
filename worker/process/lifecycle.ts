// Tells Auto Scaling to go on with an instance: into service when its worker is ready, to its end after the drain.
import { AutoScalingClient, CompleteLifecycleActionCommand } from "@aws-sdk/client-auto-scaling";

/** Which hook to complete for which instance. */
export type LifecycleHook = { group: string; hook: string; instanceId: string };

/** Completes the hook's action as `completeLifecycle` does, with a client of its own: it is called twice in a worker's life. */
export async function completeHook(region: string, hook: LifecycleHook): Promise<void> {
  const client = new AutoScalingClient({ region });
  try {
    await completeLifecycle(client, hook);
  } finally {
    client.destroy();
  }
}

/** Completes the hook's action with CONTINUE. An action that no longer exists counts as completed. */
export async function completeLifecycle(autoScaling: AutoScalingClient, hook: LifecycleHook): Promise<void> {
  try {
    await autoScaling.send(
      new CompleteLifecycleActionCommand({
        AutoScalingGroupName: hook.group,
        LifecycleHookName: hook.hook,
        InstanceId: hook.instanceId,
        LifecycleActionResult: "CONTINUE",
      }),
    );
  } catch (error) {
    // Auto Scaling answers ValidationError when no action is active: the instance has no hook, or the hook has timed out.
    if (!(error instanceof Error && error.name === "ValidationError")) throw error;
  }
}
