// Replaces the instances of Auto Scaling groups by an instance refresh and waits for its end. Knows no CloudFormation.
import {
  type AutoScalingClient,
  CancelInstanceRefreshCommand,
  DescribeAutoScalingGroupsCommand,
  DescribeInstanceRefreshesCommand,
  type InstanceRefresh,
  StartInstanceRefreshCommand,
} from "@aws-sdk/client-auto-scaling";
import { refreshPreferences } from "./preferences.ts";

/** A started refresh. */
export type Refresh = { group: string; id: string };

/** A refresh ended otherwise than with every instance replaced. */
export class RefreshFailed extends Error {
  override name = "RefreshFailed";
}

export type ReplaceOptions = {
  client: AutoScalingClient;
  /** Alarms that fail the refresh. */
  alarms: readonly string[];
  sleep: (ms: number) => Promise<void>;
};

const askEveryMs = 10_000;

/**
 * Starts a refresh of every group that has instances, in place of one that is under way.
 * @returns what was started
 */
export async function startRefreshes(groups: readonly string[], options: ReplaceOptions): Promise<Refresh[]> {
  const { client, alarms } = options;
  const { AutoScalingGroups = [] } = await client.send(
    new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [...groups] }),
  );
  const started: Refresh[] = [];
  for (const { AutoScalingGroupName: group = "", Instances = [] } of AutoScalingGroups) {
    await cancelRunning(group, options);
    if (Instances.length === 0) continue;
    const { InstanceRefreshId: id = "" } = await client.send(
      new StartInstanceRefreshCommand({
        AutoScalingGroupName: group,
        Preferences: {
          ...refreshPreferences,
          CheckpointPercentages: [...refreshPreferences.CheckpointPercentages],
          ...(alarms.length > 0 && { AlarmSpecification: { Alarms: [...alarms] } }),
        },
      }),
    );
    started.push({ group, id });
  }
  return started;
}

/** A group can have one refresh at a time. What an earlier deployment began is now the wrong thing. */
async function cancelRunning(group: string, { client, sleep }: ReplaceOptions): Promise<void> {
  for (let asked = false; ; asked = true) {
    const { InstanceRefreshes = [] } = await client.send(
      new DescribeInstanceRefreshesCommand({ AutoScalingGroupName: group, MaxRecords: 1 }),
    );
    if (!InstanceRefreshes.some(isRunning)) return;
    if (!asked) await client.send(new CancelInstanceRefreshCommand({ AutoScalingGroupName: group }));
    await sleep(askEveryMs);
  }
}

/** Neither over nor failed: Pending, InProgress, Baking, Cancelling or rolling back (DescribeInstanceRefreshes API reference). */
const isRunning = ({ Status }: InstanceRefresh) =>
  ["Pending", "InProgress", "Baking", "Cancelling", "RollbackInProgress"].includes(String(Status));

/**
 * Waits for the refreshes.
 * @returns those that still run when `isLate` says so
 * @throws RefreshFailed for the first that failed, was cancelled or rolled back
 */
export async function awaitRefreshes(
  refreshes: readonly Refresh[],
  options: ReplaceOptions & { isLate: () => boolean },
): Promise<Refresh[]> {
  for (;;) {
    const running: Refresh[] = [];
    for (const refresh of refreshes) if (!(await isOver(refresh, options.client))) running.push(refresh);
    if (running.length === 0 || options.isLate()) return running;
    await options.sleep(askEveryMs);
  }
}

async function isOver({ group, id }: Refresh, client: AutoScalingClient): Promise<boolean> {
  const { InstanceRefreshes = [] } = await client.send(
    new DescribeInstanceRefreshesCommand({ AutoScalingGroupName: group, InstanceRefreshIds: [id] }),
  );
  const found = InstanceRefreshes[0];
  if (found !== undefined && isRunning(found)) return false;
  if (found?.Status === "Successful") return true;
  throw new RefreshFailed(
    `the instances of ${group} were not all replaced: ${found?.Status ?? "no such refresh"}; ${found?.StatusReason ?? ""}`,
  );
}
