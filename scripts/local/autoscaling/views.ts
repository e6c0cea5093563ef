// The group, its instances and its activities as the API shows them.
import type { QueryValue } from "../protocols/query.ts";
import type { Activity, Instance, ScalingGroup } from "./group.ts";

/** One entry of DescribeAutoScalingGroups. */
export function groupView({ options, bounds, desired, instances }: ScalingGroup): QueryValue {
  return {
    AutoScalingGroupName: options.name,
    MinSize: String(bounds.min),
    MaxSize: String(bounds.max),
    DesiredCapacity: String(desired),
    AvailabilityZones: [...options.zones],
    Instances: instances.map(instanceView),
  };
}

/** An instance without its group's name. */
export function instanceView(instance: Instance): Record<string, string> {
  return {
    InstanceId: instance.id,
    InstanceType: instance.type,
    AvailabilityZone: instance.zone,
    LifecycleState: instance.state,
    HealthStatus: "Healthy",
    ProtectedFromScaleIn: String(instance.protectedFromScaleIn),
  };
}

/** One entry of DescribeScalingActivities. */
export function activityView(groupName: string) {
  return ({ at, instanceId, what, cause }: Activity, index: number): QueryValue => ({
    ActivityId: `${at}-${index}`,
    AutoScalingGroupName: groupName,
    Description: `${what} ${instanceId}`,
    Cause: cause,
    StartTime: new Date(at).toISOString(),
    StatusCode: "Successful",
  });
}
