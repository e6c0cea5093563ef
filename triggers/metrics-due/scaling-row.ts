// The row of the scaling policy: what it has learned, and its last decision with the figures. Tools show the decision.
import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { type DynamoDBDocumentClient, GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { blankMemory, type ScalingMemory } from "../../infra/scaling/memory.ts";
import { type ScalingReason, scalingReasons } from "../../infra/scaling/policy.ts";
import type { EndCounts } from "./arrivals.ts";

const count = z.number().nonnegative();

const memorySchema = z.object({
  looks: count,
  earlierNeed: count,
  need: count,
  usualBusySlots: count,
  arrivingSlots: count,
  boundLooks: count,
  gaps: z.array(z.number()),
  grownAt: z.number().optional(),
  shrunkAt: z.number().optional(),
  recent: z.array(z.object({ at: z.number(), busySlots: count, backlogSeconds: count })),
  emptySince: z.number().optional(),
  desired: count,
  ended: count,
});

const kindSchema = z.object({
  waiting: count,
  inFlight: count,
  secondsPerJob: z.number().optional(),
  slotsPerJob: z.number(),
  targetWaitSeconds: z.number(),
});

/** The last decision and its figures, all of one instant. */
export const scalingDecisionSchema = z.object({
  /** Epoch seconds. */
  at: z.number(),
  reason: z.enum(Object.keys(scalingReasons) as [ScalingReason, ...ScalingReason[]]),
  wanted: count,
  desired: count,
  /** `wanted` less `desired`. */
  gap: z.number(),
  inService: count,
  need: count,
  backlogSeconds: count,
  busySlots: count,
  idleSlots: count,
  /** Message groups that workers hold messages of. */
  groups: count,
  ended: count,
  /** Kinds with messages, or whose runs are known. */
  kinds: z.record(z.string(), kindSchema),
});

/** What is known of runs, so that the first decision after a pause does not start from nothing. */
const knownSchema = z.object({
  seconds: z.record(z.string(), z.number()),
  slotsPerInstance: z.number().positive().optional(),
});

/** What lay in the queues at the fleet's ends, by queue. */
const endCountsSchema = z.object({
  dead: z.record(z.string(), count),
  failedEvents: z.record(z.string(), count),
});

/** A decision that asked for another size. */
export const capacityChangeSchema = z.object({
  /** Epoch seconds. */
  at: z.number(),
  from: count,
  to: count,
  reason: z.enum(Object.keys(scalingReasons) as [ScalingReason, ...ScalingReason[]]),
});

export type CapacityChange = z.infer<typeof capacityChangeSchema>;

/** Changes that the row keeps. */
const keptChanges = 30;

const rowSchema = z.object({
  memory: memorySchema,
  known: knownSchema,
  ends: endCountsSchema.optional(),
  decision: scalingDecisionSchema,
  /** The last changes of the wanted size, oldest first; for people. */
  changes: z.array(capacityChangeSchema).default([]),
});

/** What a look leaves for the next one. */
export type Learned = {
  memory: ScalingMemory;
  known: z.infer<typeof knownSchema>;
  ends?: EndCounts | undefined;
  changes: readonly CapacityChange[];
};

/** A decision with its figures. */
export type ShownDecision = z.infer<typeof scalingDecisionSchema>;

/** What a fleet that has seen nothing knows. */
export const nothingLearned: Learned = { memory: blankMemory, known: { seconds: {} }, changes: [] };

type Place = { table: string; fleet: string };

/** Reads what was learned. A row of another version counts as none: the policy learns again within minutes. */
export async function readLearned(db: DynamoDBDocumentClient, place: Place): Promise<Learned> {
  return (await readRow(db, place)) ?? nothingLearned;
}

/** The last decision; undefined before the first. */
export async function readDecision(
  db: DynamoDBDocumentClient,
  place: Place,
): Promise<ShownDecision | undefined> {
  return (await readRow(db, place))?.decision;
}

/** The last changes of the wanted size, oldest first; none where no row tells. */
export async function readChanges(
  db: DynamoDBDocumentClient,
  place: Place,
): Promise<readonly CapacityChange[]> {
  return (await readRow(db, place))?.changes ?? [];
}

/** The changes with that of a decision, if it asks for a size that was not asked for yet. */
export function withChange(
  changes: readonly CapacityChange[],
  { at, desired, wanted, reason }: Pick<ShownDecision, "at" | "desired" | "wanted" | "reason">,
): readonly CapacityChange[] {
  if (wanted === desired || changes.at(-1)?.to === wanted) return changes;
  return [...changes, { at, from: desired, to: wanted, reason }].slice(-keptChanges);
}

async function readRow(db: DynamoDBDocumentClient, { table, fleet }: Place) {
  const { Item } = await db.send(new GetCommand({ TableName: table, Key: { fleet }, ConsistentRead: true }));
  const parsed = rowSchema.safeParse(Item);
  if (!parsed.success) return undefined;
  const { grownAt, shrunkAt, emptySince, ...memory } = parsed.data.memory;
  return {
    ...parsed.data,
    memory: {
      ...memory,
      ...(grownAt !== undefined && { grownAt }),
      ...(shrunkAt !== undefined && { shrunkAt }),
      ...(emptySince !== undefined && { emptySince }),
    } satisfies ScalingMemory,
  };
}

/** Writes the row; false when a newer decision is there already, as after two calls for one minute. */
export async function writeDecision(
  db: DynamoDBDocumentClient,
  { table, fleet }: Place,
  row: Learned & { decision: ShownDecision },
): Promise<boolean> {
  try {
    await db.send(
      new PutCommand({
        TableName: table,
        Item: { fleet, at: row.decision.at, ...row },
        ConditionExpression: "attribute_not_exists(fleet) OR #at < :at",
        ExpressionAttributeNames: { "#at": "at" },
        ExpressionAttributeValues: { ":at": row.decision.at },
      }),
    );
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}
