// The fleet's status as data, for `queues status --json`, the console and the drills. Version 1.
import { z } from "zod";
import { scalingDecisionSchema } from "../../triggers/metrics-due/scaling-row.ts";

export const queueStatusSchema = z.object({
  kind: z.string(),
  /** Messages waiting, in flight and dead-lettered; SQS counts them approximately. */
  visible: z.number().int().nonnegative(),
  inFlight: z.number().int().nonnegative(),
  dead: z.number().int().nonnegative(),
  /** Age of the oldest message; 0 for an empty queue, null where it is unknown. */
  oldestSeconds: z.number().nonnegative().nullable(),
});

export const troubleSchema = z.object({
  /** The AWS service that does not answer, e.g. `s3`. */
  service: z.string(),
  /** When the first call failed, ISO 8601. */
  since: z.iso.datetime(),
  /** What the last failed call ended with, e.g. `SlowDown`. */
  code: z.string(),
  /** The buckets, tables or queues concerned. */
  resources: z.array(z.string()),
});

export const workerStatusSchema = z.object({
  id: z.string(),
  /** As the worker announced it; `dead` when its announcements ended without `stopped`. */
  state: z.enum(["starting", "ready", "cautious", "draining", "stopped", "dead"]),
  busySlots: z.number().int().nonnegative(),
  idleSlots: z.number().int().nonnegative(),
  /** The machine it runs on; null where that is no EC2 instance. */
  instance: z.string().nullable(),
  /** What it runs; left out where a worker from before does not tell. */
  version: z.string().optional(),
  /** Job kinds it works on. */
  kinds: z.array(z.string()),
  /** Seconds since it last announced itself. */
  seenSecondsAgo: z.number().nonnegative(),
  /** Services that do not answer it; left out where there is none. */
  troubles: z.array(troubleSchema).optional(),
  /** What does not confine its decode children, e.g. `network`; left out where they are fully confined. */
  unconfined: z.array(z.string()).optional(),
  /** Why it drains, since when, and until when at the latest, ISO 8601; left out while it does not. */
  drain: z
    .object({
      reason: z.enum(["signal", "spot", "scale-in"]),
      since: z.iso.datetime(),
      until: z.iso.datetime(),
    })
    .optional(),
});

/** The last decision on the fleet's size and its figures, all of one instant. */
export const scalingStatusSchema = scalingDecisionSchema
  .omit({ at: true })
  .extend({ secondsAgo: z.number().nonnegative() });

export const capacitySchema = z.object({
  /** Instances asked for. */
  desired: z.number().int().nonnegative(),
  /** Instances whose workers are ready, and those that boot. */
  inService: z.number().int().nonnegative(),
  pending: z.number().int().nonnegative(),
  /** How many of these are on-demand instances that stand in for spot instances. */
  onDemand: z.number().int().nonnegative(),
  /** Why the last launches failed; left out while as many came as were asked for. */
  launchError: z.object({ since: z.iso.datetime(), message: z.string() }).optional(),
});

export const verdicts = [
  "idle",
  "working",
  "overloaded",
  "group-bound",
  "workers-dead",
  "no-capacity",
  "poison",
] as const;

export const fleetStatusSchema = z.object({
  v: z.literal(1),
  queues: z.array(queueStatusSchema),
  workers: z.array(workerStatusSchema),
  verdict: z.enum(verdicts),
  /** Services that do not answer the workers. */
  troubles: z.array(troubleSchema).default([]),
  /** The fleet's instances; left out where Auto Scaling is not there or not asked. */
  capacity: capacitySchema.optional(),
  /** Null before the first decision. */
  scaling: scalingStatusSchema.nullable().default(null),
});

/** The fleet's instances as Auto Scaling sees them. */
export type Capacity = z.infer<typeof capacitySchema>;

/** Since when launches fail, and what EC2 says. */
export type LaunchError = NonNullable<Capacity["launchError"]>;

/** The last decision on the fleet's size. */
export type ScalingStatus = z.infer<typeof scalingStatusSchema>;

/** Messages of one job kind. */
export type QueueStatus = z.infer<typeof queueStatusSchema>;

/** One worker as it last announced itself. */
export type WorkerStatus = z.infer<typeof workerStatusSchema>;

/** A service that does not answer. */
export type Trouble = z.infer<typeof troubleSchema>;

/** The fleet's state in one word; see verdict.ts. */
export type Verdict = (typeof verdicts)[number];

/** The whole fleet at one moment. */
export type FleetStatus = z.infer<typeof fleetStatusSchema>;
