// What a counting job does to the words table, as chunks that each fit one transaction. A job of one chunk is its own
// commit. A larger one stores its plan before the first chunk: whoever goes on after a crash, perhaps a worker that
// splits texts by other rules, applies the plan that was begun and never one of its own.
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

/** Words of one chunk; the marker and DynamoDB's limit of 100 actions leave room for no more than 99. */
export const wordsPerChunk = 98;

/** Words and what is added to their counts. */
export type Chunk = readonly (readonly [word: string, amount: number])[];

const planSchema = z.object({
  v: z.literal(1),
  chunks: z.array(z.array(z.tuple([z.string().min(1), z.number().int()])).min(1)).min(1),
});

/** The stored plan cannot be followed by this version, or is gone. Another worker may know better. */
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

/** Stores a plan unless there is one, and answers the one that counts: the first. */
export async function settlePlan(chunks: readonly Chunk[], context: PlanContext): Promise<Chunk[]> {
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
 * Reads the plan that was begun.
 * @throws PlanUnreadable when it is gone or of another version
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

/** Removes the plan of a job that is done; one that is gone already is no error. */
export async function dropPlan(context: PlanContext): Promise<void> {
  await context.s3.send(new DeleteObjectCommand(placeOf(context)), { abortSignal: context.signal });
}
