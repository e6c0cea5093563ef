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
import type { Addition } from "../../engine/ledger/addition.ts";
import { FleetError } from "../../fleet/errors.ts";
import { topShard, wordKey } from "./word-row.ts";

/** Words per chunk. DynamoDB's limit of 100 actions and the chunk's marker leave room for at most 99. */
export const wordsPerChunk = 98;

/** Words and the amounts added to their counts. */
export type Chunk = readonly (readonly [word: string, amount: number])[];

const planSchema = z.object({
  v: z.literal(1),
  chunks: z.array(z.array(z.tuple([z.string().min(1), z.number().int()])).min(1)).min(1),
});

/** The stored plan is gone, or this version cannot read it. Another worker may be able to. */
export class PlanUnreadable extends FleetError {}

/** Splits counts into chunks. */
export function chunksOf(counts: ReadonlyMap<string, number>, factor: number): Chunk[] {
  const words = [...counts].map(([word, count]) => [word, count * factor] as const);
  const chunks: Chunk[] = [];
  for (let start = 0; start < words.length; start += wordsPerChunk)
    chunks.push(words.slice(start, start + wordsPerChunk));
  return chunks;
}

/** A chunk as additions to the words table. */
export function additionsOf(chunk: Chunk, { tables }: JobContext["names"]): Addition[] {
  return chunk.map(([word, amount]) => {
    const key = wordKey(word);
    const fixed = { shard: topShard(key), ...(key !== word && { text: word }) };
    return { table: tables.words, key: { word: key }, attribute: "count", amount, fixed };
  });
}

type PlanContext = Pick<JobContext, "s3" | "names" | "jobId" | "signal">;

const placeOf = ({ names, jobId }: PlanContext) => ({ Bucket: names.buckets.plans, Key: `${jobId}.json` });

/** Stores a plan unless one exists. Returns the stored plan, which is always the first one. */
export async function storePlan(chunks: readonly Chunk[], context: PlanContext): Promise<Chunk[]> {
  const put = new PutObjectCommand({
    ...placeOf(context),
    Body: JSON.stringify({ v: 1, chunks }),
    ContentType: "application/json",
    IfNoneMatch: "*",
  });
  try {
    await context.s3.send(put, { abortSignal: context.signal });
    return [...chunks];
  } catch (error) {
    if (!(error instanceof S3ServiceException && error.name === "PreconditionFailed")) throw error;
    return readPlan(context);
  }
}

/**
 * Reads the stored plan.
 * @throws PlanUnreadable when it is gone or has another version
 */
export async function readPlan(context: PlanContext): Promise<Chunk[]> {
  const { s3, signal, jobId } = context;
  try {
    const { Body } = await s3.send(new GetObjectCommand(placeOf(context)), { abortSignal: signal });
    return planSchema.parse(JSON.parse((await Body?.transformToString()) ?? "")).chunks;
  } catch (error) {
    const gone = error instanceof S3ServiceException && error.name === "NoSuchKey";
    if (!gone && !(error instanceof z.ZodError)) throw error;
    throw new PlanUnreadable(`the plan of ${jobId} is ${gone ? "gone" : "of another version"}`, {
      cause: error,
    });
  }
}

/** Deletes the plan of a finished job. A plan that is already gone is not an error. */
export async function deletePlan(context: PlanContext): Promise<void> {
  await context.s3.send(new DeleteObjectCommand(placeOf(context)), { abortSignal: context.signal });
}
