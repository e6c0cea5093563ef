// How running instances are replaced when a deployment changes what they run: the preferences of the instance refresh.
import type { RefreshPreferences } from "@aws-sdk/client-auto-scaling";

/**
 * A replacement is ready before the instance it replaces drains, so that capacity never falls. After the first fifth the
 * refresh waits for the alarms. Protection from scale-in must not stop it, since a drain loses nothing; instances that a
 * person has put on standby are left alone.
 */
export const refreshPreferences = {
  MinHealthyPercentage: 100,
  MaxHealthyPercentage: 150,
  InstanceWarmup: 30,
  SkipMatching: true,
  CheckpointPercentages: [20, 100],
  CheckpointDelay: 120,
  ScaleInProtectedInstances: "Refresh",
  StandbyInstances: "Ignore",
} as const satisfies RefreshPreferences;

/** The deployment waits so long for a refresh; CloudFormation would wait an hour. Then the refresh goes on alone. */
export const refreshWithinSeconds = 50 * 60;
