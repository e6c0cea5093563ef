// A row of the outbox: a follow-up job, committed together with the effects of the job that it follows. The table's stream
// relays it to its queue at once, or the sweeper does it later. Knows no client: triggers import it.
import * as z from "zod";

/** The partitions of the sparse index `pending`. Pending rows are spread over them. */
export const pendingShards = [..."0123456789abcdef"] as const;

/** The stream relays within seconds; the sweeper takes rows that are older than this. */
export const graceSeconds = 30;

/** Relayed rows are kept this long for inspection. */
export const keepRelayedSeconds = 7 * 24 * 60 * 60;

export const outboxRowSchema = z.object({
  id: z.string(),
  kind: z.string(),
  /** The payload as JSON, exactly as the job committed it. */
  payload: z.string(),
  traceId: z.string(),
  /** The job that this one follows. */
  jobId: z.string().optional(),
  /** Partition of the index `pending`. Removed when the row is relayed. */
  pending: z.enum(pendingShards).optional(),
  /** ISO 8601, UTC: when the sweeper takes the row. */
  dueAt: z.string(),
  /** ISO 8601, UTC: nobody relays the row before this time. `dueAt` is never earlier. */
  notBefore: z.string().optional(),
  /** How often the sweeper has failed to relay the row. */
  tries: z.number().int().nonnegative().default(0),
});

export type OutboxRow = z.infer<typeof outboxRowSchema>;
