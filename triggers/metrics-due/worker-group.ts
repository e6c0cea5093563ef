// The Auto Scaling group as the trigger sees it, and what it may do: end an instance for good, and take back the wish for
// instances that have not come. An instance drains through the group's termination hook, so nothing is lost.
import {
  type AutoScalingClient,
  type AutoScalingGroup,
  DescribeAutoScalingGroupsCommand,
  SetDesiredCapacityCommand,
  TerminateInstanceInAutoScalingGroupCommand,
} from "@aws-sdk/client-auto-scaling";

/** An instance of the group that is not about to end. */
export type GroupInstance = { id: string; inService: boolean };

/** The group at one moment. */
export type GroupState = {
  desired: number;
  min: number;
  max: number;
  instances: readonly GroupInstance[];
  /** On-demand instances of another group, which stand in for those of this one that do not come. */
  standIns: readonly GroupInstance[];
};

/** There is no such group. */
export class NoScalingGroup extends Error {
  constructor(name: string) {
    super(`there is no Auto Scaling group ${name}`);
    this.name = "NoScalingGroup";
  }
}

/**
 * Reads the group, and that of its stand-ins, which may not exist.
 * @throws NoScalingGroup
 */
export async function readGroup(
  client: AutoScalingClient,
  name: string,
  standInGroup?: string,
): Promise<GroupState> {
  const names = [name, ...(standInGroup === undefined ? [] : [standInGroup])];
  const { AutoScalingGroups = [] } = await client.send(
    new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: names }),
  );
  const group = AutoScalingGroups.find((found) => found.AutoScalingGroupName === name);
  if (group === undefined) throw new NoScalingGroup(name);
  const { DesiredCapacity: desired = 0, MinSize: min = 0, MaxSize: max = 0 } = group;
  const others = AutoScalingGroups.find((found) => found.AutoScalingGroupName === standInGroup);
  return { desired, min, max, instances: stayingIn(group), standIns: stayingIn(others) };
}

const stayingIn = (group: AutoScalingGroup | undefined): GroupInstance[] =>
  (group?.Instances ?? []).flatMap(({ InstanceId: id, LifecycleState: state = "" }) =>
    id === undefined || !/^(Pending|InService)/.test(state) ? [] : [{ id, inService: state === "InService" }],
  );

/**
 * Takes back the wish for instances that have not come, for want of capacity: there is none to end. Were some to come at this
 * moment, Auto Scaling would end as many, through the hook.
 */
export async function lowerDesired(client: AutoScalingClient, name: string, count: number): Promise<void> {
  await client.send(new SetDesiredCapacityCommand({ AutoScalingGroupName: name, DesiredCapacity: count }));
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
