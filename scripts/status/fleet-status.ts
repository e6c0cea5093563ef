// The fleet's status as data: what `queues status --json`, the console and the drills look at. Version 1.
import { z } from "zod";

export const queueStatusSchema = z.object({
  kind: z.string(),
  /** Messages waiting, in flight and dead-lettered; SQS counts them approximately. */
  visible: z.number().int().nonnegative(),
  inFlight: z.number().int().nonnegative(),
  dead: z.number().int().nonnegative(),
  /** Age of the oldest message that is not done; 0 for an empty queue, null where nobody knows it. */
  oldestSeconds: z.number().nonnegative().nullable(),
});

export const workerStatusSchema = z.object({
  id: z.string(),
  /** As the worker announced it; `dead` when it has stopped announcing without having said `stopped`. */
  state: z.enum(["starting", "ready", "cautious", "draining", "stopped", "dead"]),
  busySlots: z.number().int().nonnegative(),
  idleSlots: z.number().int().nonnegative(),
  /** The machine it runs on; null where it is no EC2 instance. */
  instance: z.string().nullable(),
  /** Job kinds it takes. */
  kinds: z.array(z.string()),
  /** Seconds since it last announced itself. */
  seenSecondsAgo: z.number().nonnegative(),
});

export const verdicts = ["idle", "working", "overloaded", "group-bound", "workers-dead", "poison"] as const;

export const fleetStatusSchema = z.object({
  v: z.literal(1),
  queues: z.array(queueStatusSchema),
  workers: z.array(workerStatusSchema),
  verdict: z.enum(verdicts),
});

/** Messages of one job kind. */
export type QueueStatus = z.infer<typeof queueStatusSchema>;

/** One worker as it last announced itself. */
export type WorkerStatus = z.infer<typeof workerStatusSchema>;

/** One word for the whole fleet; see verdict.ts. */
export type Verdict = (typeof verdicts)[number];

/** Everything at one moment. */
export type FleetStatus = z.infer<typeof fleetStatusSchema>;
