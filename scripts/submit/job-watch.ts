// Watches jobs in the jobs table until they end.
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { Clock } from "../../worker/fleet/clock.ts";
import { type Outcome, outcomeOf } from "../status/outcomes.ts";
import { createRowWatch, type RowWatch } from "./row-watch.ts";

export type JobWatchOptions = { db: DynamoDBDocumentClient; table: string; clock: Clock };

export type JobWatch = RowWatch<Outcome>;

/** Makes a watch that polls only while somebody waits for a job. */
export function createJobWatch(options: JobWatchOptions): JobWatch {
  return createRowWatch({ ...options, key: "jobId", endedIn: outcomeOf });
}
