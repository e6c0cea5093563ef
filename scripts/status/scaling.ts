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

/** E.g. `2 instances, 5 wanted (backlog: …); 2 in service, 15 of 16 slots busy; 2 s ago`. */
export function scalingInWords(scaling: ScalingStatus): string {
  const { wanted, desired, inService, reason, busySlots, idleSlots, backlogSeconds, secondsAgo } = scaling;
  const change = wanted === desired ? "" : `, ${wanted} wanted`;
  const figures = [
    `${inService} in service`,
    `${busySlots} of ${busySlots + idleSlots} slots busy`,
    ...(backlogSeconds > 0 ? [`${duration(backlogSeconds)} of work waits`] : []),
  ];
  return `${counted(desired, "instance")}${change} (${reason}: ${scalingReasons[reason]}); ${figures.join(", ")}; ${duration(secondsAgo)} ago`;
}
