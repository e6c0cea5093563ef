// The last decision on the fleet's size: read from its row, and as a sentence.
import { ResourceNotFoundException } from "@aws-sdk/client-dynamodb";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { scalingReasons } from "../../infra/scaling/policy.ts";
import { readDecision } from "../../triggers/metrics-due/scaling-row.ts";
import { resourceNames } from "../../worker/fleet/resources.ts";
import { counted, duration } from "../cli/format.ts";
import type { ScalingStatus } from "./fleet-status.ts";

/**
 * The last decision; null before the first, and where no table keeps one.
 * @param now epoch milliseconds
 */
export async function readScaling(
  db: DynamoDBDocumentClient,
  fleet: string,
  now: number,
): Promise<ScalingStatus | null> {
  const { tables } = resourceNames(fleet);
  const decision = await readDecision(db, { table: tables.scaling, fleet }).catch((error: unknown) => {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  });
  if (decision === undefined) return null;
  const { at, ...rest } = decision;
  return { ...rest, secondsAgo: Math.max(0, Math.round(now / 1000 - at)) };
}

/** E.g. `2 instances, 5 wanted (backlog: …); 2 in service, 15 of 16 slots busy; 2 s ago`; without the reason where `why` is false. */
export function scalingInWords(scaling: ScalingStatus, { why = true }: { why?: boolean } = {}): string {
  const { wanted, desired, inService, busySlots, idleSlots, secondsAgo } = scaling;
  const change = wanted === desired ? "" : `, ${wanted} wanted`;
  const figures = [
    `${inService} in service`,
    `${busySlots} of ${busySlots + idleSlots} slots busy`,
    ...backlogInWords(scaling),
  ];
  return `${counted(desired, "instance")}${change}${why ? ` (${whyOf(scaling)})` : ""}; ${figures.join(", ")}; ${duration(secondsAgo)} ago`;
}

/** How long the slots there are would work on what waits, if its groups let all of them. */
function backlogInWords({ backlogSeconds, busySlots, idleSlots }: ScalingStatus): string[] {
  if (backlogSeconds <= 0) return [];
  const slots = Math.max(1, busySlots + idleSlots);
  return [
    `${duration(backlogSeconds / slots)} of work waits for ${slots === 1 ? "one slot" : `${slots} slots`}`,
  ];
}

function whyOf({ reason, need, desired }: ScalingStatus): string {
  if (reason !== "bounds") return `${reason}: ${scalingReasons[reason]}`;
  return `${reason}: the ${need > desired ? "largest" : "smallest"} size is reached`;
}
