// The instances that were taken away, as Auto Scaling tells: spot interruptions, smaller sizes, replacements.
import { type AutoScalingClient, DescribeScalingActivitiesCommand } from "@aws-sdk/client-auto-scaling";
import { groupNames } from "./capacity.ts";

/** An instance that was or is being taken away. */
export type Termination = {
  /** ISO 8601. */
  at: string;
  instance: string;
  /** Why, in Auto Scaling's words. */
  cause: string;
};

/** Activities that are looked through. */
const lookedThrough = 50;

/** The last terminations of the spot group, the newest first, each with what began it. One call. @throws the errors of Auto Scaling */
export async function readTerminations(client: AutoScalingClient, fleet: string): Promise<Termination[]> {
  const { Activities = [] } = await client.send(
    new DescribeScalingActivitiesCommand({
      AutoScalingGroupName: groupNames(fleet).spot,
      MaxRecords: lookedThrough,
    }),
  );
  const found = Activities.flatMap(({ Description = "", Cause = "", StartTime }) => {
    const instance = /^Terminating EC2 instance:? ?(\S*)/.exec(Description)?.[1];
    if (instance === undefined) return [];
    return [{ at: (StartTime ?? new Date(0)).toISOString(), instance, cause: Cause.slice(0, 500) }];
  });
  return found.filter(
    ({ instance }, place) => !found.slice(place + 1).some((older) => older.instance === instance),
  );
}
