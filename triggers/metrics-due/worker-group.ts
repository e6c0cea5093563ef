// The Auto Scaling group as the trigger sees it, and its one right: to end an instance for good. The instance drains through
// the group's termination hook, so nothing is lost.
import {
  type AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  TerminateInstanceInAutoScalingGroupCommand,
} from "@aws-sdk/client-auto-scaling";

/** An instance of the group that is not about to end. */
export type GroupInstance = { id: string; inService: boolean };

/** The group at one moment. */
export type GroupState = { desired: number; min: number; max: number; instances: readonly GroupInstance[] };

/** There is no such group. */
export class NoScalingGroup extends Error {
  constructor(name: string) {
    super(`there is no Auto Scaling group ${name}`);
    this.name = "NoScalingGroup";
  }
}

/** Reads the group. @throws NoScalingGroup */
export async function readGroup(client: AutoScalingClient, name: string): Promise<GroupState> {
  const { AutoScalingGroups: [group] = [] } = await client.send(
    new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] }),
  );
  if (group === undefined) throw new NoScalingGroup(name);
  const instances = (group.Instances ?? []).flatMap(({ InstanceId: id, LifecycleState: state = "" }) =>
    id === undefined || !/^(Pending|InService)/.test(state) ? [] : [{ id, inService: state === "InService" }],
  );
  const { DesiredCapacity: desired = 0, MinSize: min = 0, MaxSize: max = 0 } = group;
  return { desired, min, max, instances };
}

/**
 * Ends instances and lowers the desired capacity by as many. Auto Scaling refuses (ValidationError) an instance that is ending
 * already, and to go below the minimum; the next count looks again then.
 * @returns how many were ended
 */
export async function endInstances(client: AutoScalingClient, ids: readonly string[]): Promise<number> {
  let ended = 0;
  for (const InstanceId of ids) {
    try {
      await client.send(
        new TerminateInstanceInAutoScalingGroupCommand({ InstanceId, ShouldDecrementDesiredCapacity: true }),
      );
      ended += 1;
    } catch (error) {
      if (!(error instanceof Error && refusals.has(error.name))) throw error;
    }
  }
  return ended;
}

const refusals = new Set(["ValidationError", "ScalingActivityInProgress", "ScalingActivityInProgressFault"]);
