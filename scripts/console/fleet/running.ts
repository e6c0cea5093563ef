// What runs in the workers' slots at this moment, from the rows with which they announce themselves.
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { z } from "zod";
import { missedAnnouncements, presentIds } from "../../../triggers/metrics-due/present-workers.ts";
import { batchGet } from "../../../triggers/shared/batch-get.ts";
import type { RunningJob } from "../../../worker/engine/execute/running-jobs.ts";
import type { ResourceNames } from "../../../worker/fleet/resources.ts";

/** A job in a worker's slot, as the worker announced it. */
export type SlotJob = RunningJob & { worker: string };

const rowSchema = z.object({
  workerId: z.string(),
  state: z.string(),
  updatedAt: z.iso.datetime(),
  everySeconds: z.number().positive(),
  running: z
    .array(
      z.object({
        jobId: z.string(),
        kind: z.string(),
        group: z.string(),
        since: z.iso.datetime(),
        slots: z.number(),
        leaseSeconds: z.number(),
      }),
    )
    .default([]),
});

/** The running jobs, those that have run longest first. A worker tells of twenty at most. Two reads for a hundred workers. */
export async function runningJobs(
  db: DynamoDBDocumentClient,
  { fleet, tables }: ResourceNames,
  now: number,
): Promise<SlotJob[]> {
  const ids = await presentIds(db, tables.workers, fleet);
  const keys = ids.map((workerId) => ({ workerId }));
  const { [tables.workers]: rows = [] } = await batchGet(
    db,
    { [tables.workers]: keys },
    { consistent: false },
  );
  return rows
    .flatMap((row) => rowSchema.safeParse(row).data ?? [])
    .filter(
      ({ updatedAt, everySeconds }) =>
        now - Date.parse(updatedAt) <= missedAnnouncements * everySeconds * 1000,
    )
    .flatMap(({ workerId, running }) => running.map((job) => ({ worker: workerId, ...job })))
    .sort((a, b) => a.since.localeCompare(b.since));
}
