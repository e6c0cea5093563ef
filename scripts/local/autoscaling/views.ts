// Groups, instances, activities and refreshes as the API shows them.
import type { QueryValue } from "../protocols/query.ts";
import type { ScalingGroup } from "./group.ts";
import type { Activity, Instance } from "./instance.ts";
import type { Refresh } from "./instance-refresh.ts";

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
  return ({ at, instanceId, what, cause, message }: Activity, index: number): QueryValue => ({
    ActivityId: `${at}-${index}`,
    AutoScalingGroupName: groupName,
    Description: `${/^launch/.test(what) ? "Launching a new" : "Terminating"} EC2 instance${instanceId === "" ? "" : `: ${instanceId}`}`,
    Cause: cause,
    StartTime: new Date(at).toISOString(),
    StatusCode: message === undefined ? "Successful" : "Failed",
    ...(message !== undefined && { StatusMessage: message }),
  });
}

/** One entry of DescribeInstanceRefreshes. */
export function refreshView(groupName: string) {
  return ({ id, status, reason, startedAt, endedAt, percentage, toUpdate }: Refresh): QueryValue => ({
    InstanceRefreshId: id,
    AutoScalingGroupName: groupName,
    Status: status,
    ...(reason !== "" && { StatusReason: reason }),
    StartTime: new Date(startedAt).toISOString(),
    ...(endedAt !== undefined && { EndTime: new Date(endedAt).toISOString() }),
    PercentageComplete: String(percentage),
    InstancesToUpdate: String(toUpdate),
  });
}
