// The workers as they announce themselves in the workers table (see worker/process/presence.ts for who writes it).
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { z } from "zod";
import { missedAnnouncements, presentIds } from "../../triggers/metrics-due/present-workers.ts";
import { batchGet } from "../../triggers/shared/batch-get.ts";
import type { ResourceNames } from "../../worker/fleet/resources.ts";
import { troubleSchema, type WorkerStatus, workerStatusSchema } from "./fleet-status.ts";

/** Workers that were last seen longer ago are left out. */
const forgetAfterSeconds = 600;

const rowSchema = z.object({
  workerId: z.string(),
  state: workerStatusSchema.shape.state,
  busySlots: z.number(),
  idleSlots: z.number(),
  instance: z.string().optional(),
  version: z.string().optional(),
  kinds: z.array(z.string()),
  updatedAt: z.iso.datetime(),
  everySeconds: z.number().positive(),
  troubles: z.array(troubleSchema).default([]),
  unconfined: z.array(z.string()).default([]),
  drain: workerStatusSchema.shape.drain,
});

/**
 * Workers seen in the last ten minutes that have not stopped, live ones first, then by id. A dead worker has no slots. Two reads for
 * a hundred workers: stopped ones are not in the index.
 * @param now epoch milliseconds
 */
export async function readWorkers(
  db: DynamoDBDocumentClient,
  { fleet, tables }: Pick<ResourceNames, "fleet" | "tables">,
  now: number,
): Promise<WorkerStatus[]> {
  const table = tables.workers;
  const keys = (await presentIds(db, table, fleet)).map((workerId) => ({ workerId }));
  const { [table]: rows = [] } = await batchGet(db, { [table]: keys });
  const found = rows.map((row) => workerOf(row, now));
  return found.filter(({ seenSecondsAgo }) => seenSecondsAgo <= forgetAfterSeconds).sort(liveFirst);
}

function workerOf(item: unknown, now: number): WorkerStatus {
  const row = rowSchema.parse(item);
  const seenSecondsAgo = Math.max(0, (now - Date.parse(row.updatedAt)) / 1000);
  const silent = seenSecondsAgo > missedAnnouncements * row.everySeconds;
  const state = row.state !== "stopped" && silent ? "dead" : row.state;
  const gone = state === "dead" || state === "stopped";
  return {
    id: row.workerId,
    state,
    busySlots: gone ? 0 : row.busySlots,
    idleSlots: gone ? 0 : row.idleSlots,
    instance: row.instance ?? null,
    ...(row.version !== undefined && { version: row.version }),
    kinds: row.kinds,
    seenSecondsAgo,
    ...(!gone && row.troubles.length > 0 && { troubles: row.troubles }),
    ...(!gone && row.unconfined.length > 0 && { unconfined: row.unconfined }),
    ...(!gone && row.drain !== undefined && { drain: row.drain }),
  };
}

const rank = { ready: 0, cautious: 0, starting: 0, draining: 0, stopped: 1, dead: 1 } as const;

function liveFirst(a: WorkerStatus, b: WorkerStatus): number {
  return rank[a.state] - rank[b.state] || a.id.localeCompare(b.id, "en", { numeric: true });
}
