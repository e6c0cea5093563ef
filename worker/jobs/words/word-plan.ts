// What a counting job adds to the words table, in chunks that each fit into one transaction. A job with one chunk needs no
// plan. A larger job stores its plan before the first chunk: a worker that continues after a crash, perhaps one with other
// rules for splitting texts, always follows the plan that was begun.
import {
  DeleteObjectCommand,
  GetObjectCommand,
  PutObjectCommand,
  S3ServiceException,
} from "@aws-sdk/client-s3";
import * as z from "zod";
import type { JobContext } from "../../engine/job/handler.ts";
import { NewerInput } from "../../engine/job/newer-input.ts";
import type { Addition } from "../../engine/ledger/addition.ts";
import { FleetError } from "../../fleet/errors.ts";
import { hourAddition } from "./hour-row.ts";
import { topShard, wordKey } from "./word-row.ts";

/** Words per chunk. DynamoDB's limit of 100 actions and the chunk's marker leave room for at most 99. */
export const wordsPerChunk = 98;

/** Words per chunk of a plan with an hour, where each word is two actions. */
export const wordsPerChunkWithHour = Math.floor(wordsPerChunk / 2);

/** Words and the amounts added to their counts. */
export type Chunk = readonly (readonly [word: string, amount: number])[];

/** What a job adds: its chunks, and the hour that they count in as well. */
export type Plan = {
  chunks: readonly Chunk[];
  /** For example `2026-11-29T12`. Absent: the job counts in no hour. */
  hour?: string | undefined;
};

const chunksSchema = z.array(z.array(z.tuple([z.string().min(1), z.number().int()])).min(1)).min(1);

/** Plans without an hour are of version 1, so that workers that know no hours go on with them. */
const planSchema = z.discriminatedUnion("v", [
  z.object({ v: z.literal(1), chunks: chunksSchema }),
  z.object({ v: z.literal(2), chunks: chunksSchema, hour: z.string() }),
]);

/** The stored plan is gone. */
export class PlanGone extends FleetError {}

/**
 * Plans the counts of a text.
 * @param hour the hour that they count in as well
 */
export function planOf(counts: ReadonlyMap<string, number>, factor: number, hour?: string): Plan {
  const words = [...counts].map(([word, count]) => [word, count * factor] as const);
  const size = hour === undefined ? wordsPerChunk : wordsPerChunkWithHour;
  const chunks: Chunk[] = [];
  for (let start = 0; start < words.length; start += size) chunks.push(words.slice(start, start + size));
  return { chunks, hour };
}

/** A chunk as additions to the tables of words. */
export function additionsOf(chunk: Chunk, { hour }: Plan, { tables }: JobContext["names"]): Addition[] {
  return chunk.flatMap(([word, amount]) => {
    const key = wordKey(word);
    const fixed = { shard: topShard(key), ...(key !== word && { text: word }) };
    const total = { table: tables.words, key: { word: key }, attribute: "count", amount, fixed };
    return hour === undefined ? [total] : [total, hourAddition(tables.wordHours, { word, hour, amount })];
  });
}

type PlanContext = Pick<JobContext, "s3" | "names" | "jobId" | "signal">;

const placeOf = ({ names, jobId }: PlanContext) => ({ Bucket: names.buckets.plans, Key: `${jobId}.json` });

/** Stores a plan unless one exists. Returns the stored plan, which is always the first one. */
export async function storePlan(plan: Plan, context: PlanContext): Promise<Plan> {
  const put = new PutObjectCommand({
    ...placeOf(context),
    Body: JSON.stringify({ v: plan.hour === undefined ? 1 : 2, ...plan }),
    ContentType: "application/json",
    IfNoneMatch: "*",
  });
  try {
    await context.s3.send(put, { abortSignal: context.signal });
    return plan;
  } catch (error) {
    if (!(error instanceof S3ServiceException && error.name === "PreconditionFailed")) throw error;
    return readPlan(context);
  }
}

/**
 * Reads the stored plan.
 * @throws PlanGone; NewerInput when it is of a version that this worker does not know
 */
export async function readPlan(context: PlanContext): Promise<Plan> {
  const { s3, signal, jobId } = context;
  try {
    const { Body } = await s3.send(new GetObjectCommand(placeOf(context)), { abortSignal: signal });
    return planSchema.parse(JSON.parse((await Body?.transformToString()) ?? ""));
  } catch (error) {
    if (error instanceof z.ZodError)
      throw new NewerInput(`the plan of ${jobId} is of another version`, { cause: error });
    if (!(error instanceof S3ServiceException && error.name === "NoSuchKey")) throw error;
    throw new PlanGone(`the plan of ${jobId} is gone`, { cause: error });
  }
}

/** Deletes the plan of a finished job. A plan that is already gone is not an error. */
export async function deletePlan(context: PlanContext): Promise<void> {
  await context.s3.send(new DeleteObjectCommand(placeOf(context)), { abortSignal: context.signal });
}
