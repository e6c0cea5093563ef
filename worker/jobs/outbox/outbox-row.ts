// A row of the outbox: a follow-up job, committed together with the effects of the job it follows. It waits until it is
// relayed to its queue, by the table's stream at once or by the sweeper later. Knows no client: triggers import it.
import * as z from "zod";

/** What is due is spread over this many partitions of the sparse index `pending`. */
export const pendingShards = [..."0123456789abcdef"] as const;

/** The stream relays within seconds; what is older than this belongs to the sweeper. */
export const graceSeconds = 30;

/** Relayed rows are kept this long, to be looked at. */
export const keepRelayedSeconds = 7 * 24 * 60 * 60;

export const outboxRowSchema = z.object({
  id: z.string(),
  kind: z.string(),
  /** The payload as JSON text, exactly as the job committed it. */
  payload: z.string(),
  traceId: z.string(),
  /** Partition of the index `pending`; gone once the row is relayed. */
  pending: z.enum(pendingShards).optional(),
  /** ISO 8601, UTC: when the sweeper is to take the row. */
  dueAt: z.string(),
  /** The sweeper's failed tries. */
  tries: z.number().int().nonnegative().default(0),
});

export type OutboxRow = z.infer<typeof outboxRowSchema>;
