// The workers as they announce themselves in the workers table (see worker/process/presence.ts for who writes it).
import { type DynamoDBDocumentClient, paginateScan } from "@aws-sdk/lib-dynamodb";
import { z } from "zod";
import { missedAnnouncements } from "../../triggers/metrics-due/present-workers.ts";
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
});

/**
 * Workers seen in the last ten minutes, live ones first, then by id. A dead or stopped worker has no slots.
 * @param now epoch milliseconds
 */
export async function readWorkers(
  db: DynamoDBDocumentClient,
  table: string,
  now: number,
): Promise<WorkerStatus[]> {
  const found: WorkerStatus[] = [];
  for await (const { Items = [] } of paginateScan({ client: db }, { TableName: table, ConsistentRead: true }))
    found.push(...Items.map((item) => workerOf(item, now)));
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
  };
}

const rank = { ready: 0, cautious: 0, starting: 0, draining: 0, stopped: 1, dead: 1 } as const;

function liveFirst(a: WorkerStatus, b: WorkerStatus): number {
  return rank[a.state] - rank[b.state] || a.id.localeCompare(b.id, "en", { numeric: true });
}
