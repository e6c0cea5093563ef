// The fleet's instances as Auto Scaling sees them: how many were asked for, how many came, and why the others did not.
import {
  type Activity,
  type AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  DescribeScalingActivitiesCommand,
  type AutoScalingGroup as Group,
} from "@aws-sdk/client-auto-scaling";
import type { Capacity, LaunchError } from "./fleet-status.ts";

/** The groups of a fleet: spot, and on-demand instances that stand in; infra/placement.ts has the same names. */
export const groupNames = (fleet: string) =>
  ({ spot: `${fleet}-workers`, onDemand: `${fleet}-workers-on-demand` }) as const;

/** Activities that are looked through for the last launches. */
const lookedThrough = 50;

/**
 * Reads the groups; undefined where there are none, as at an endpoint that is neither AWS nor the local cloud.
 * @throws the errors of Auto Scaling on AWS, such as a missing permission
 */
export async function readCapacity(client: AutoScalingClient, fleet: string): Promise<Capacity | undefined> {
  const names = groupNames(fleet);
  const { AutoScalingGroups = [] } = await client.send(
    new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: Object.values(names) }),
  );
  const spot = AutoScalingGroups.find(({ AutoScalingGroupName: name }) => name === names.spot);
  const onDemand = AutoScalingGroups.find(({ AutoScalingGroupName: name }) => name === names.onDemand);
  if (spot === undefined) return undefined;
  const both = [spot, onDemand].filter((group) => group !== undefined);
  const count = (starts: string) => both.reduce((sum, group) => sum + inState(group, starts), 0);
  const capacity = {
    desired: spot.DesiredCapacity ?? 0,
    inService: count("InService"),
    pending: count("Pending"),
    onDemand: onDemand === undefined ? 0 : inState(onDemand, "InService") + inState(onDemand, "Pending"),
  };
  if (capacity.inService + capacity.pending >= capacity.desired) return capacity;
  const launchError = await lastLaunchError(client, names.spot);
  return { ...capacity, ...(launchError !== undefined && { launchError }) };
}

const inState = ({ Instances = [] }: Group, starts: string): number =>
  Instances.filter(({ LifecycleState: state = "" }) => state.startsWith(starts)).length;

/** What the launches say that have failed since the last one that did not. */
async function lastLaunchError(client: AutoScalingClient, group: string): Promise<LaunchError | undefined> {
  const { Activities = [] } = await client.send(
    new DescribeScalingActivitiesCommand({ AutoScalingGroupName: group, MaxRecords: lookedThrough }),
  );
  const launches = Activities.filter(({ Description = "" }) => Description.startsWith("Launching"));
  const succeeded = launches.findIndex((launch) => !hasFailed(launch));
  const failed = succeeded < 0 ? launches : launches.slice(0, succeeded);
  const [newest, oldest] = [failed[0], failed.at(-1)];
  if (newest === undefined) return undefined;
  return {
    since: (oldest?.StartTime ?? new Date(0)).toISOString(),
    message: (newest.StatusMessage ?? "no reason was given").slice(0, 500),
  };
}

const hasFailed = ({ StatusCode }: Activity): boolean =>
  StatusCode === "Failed" || StatusCode === "Cancelled";

/** Instances that were asked for and of which there is no sign. */
export const missingInstances = ({ desired, inService, pending }: Capacity): number =>
  Math.max(0, desired - inService - pending);

/** Whether a message is about a quota of the account rather than EC2's supply (EC2 API error codes). */
export const isQuota = (message: string): boolean =>
  /MaxSpotInstanceCountExceeded|VcpuLimitExceeded|InstanceLimitExceeded|limit exceeded/i.test(message);

/** E.g. `3 instances asked for, 1 came since 14:02: Could not launch … (a quota of the account is used up)`. */
export function capacityInWords(capacity: Capacity): string {
  const { desired, inService, pending, onDemand, launchError } = capacity;
  const coming = pending > 0 ? `, ${pending} on the way` : "";
  const standIns = onDemand > 0 ? `, ${onDemand} of them on-demand` : "";
  const counts = `${desired} ${desired === 1 ? "instance" : "instances"} asked for, ${inService} in service${coming}${standIns}`;
  if (launchError === undefined || missingInstances(capacity) === 0) return counts;
  const at = new Date(launchError.since).toTimeString().slice(0, 5);
  const why = isQuota(launchError.message) ? " (a quota of the account is used up)" : "";
  return `${counts}; launches have failed since ${at}${why}: ${launchError.message}`;
}
