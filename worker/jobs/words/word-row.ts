// The row of a word: its key and its count. Triggers and scripts read it; counting jobs add to it.
import { createHash } from "node:crypto";
import * as z from "zod";

/** DynamoDB's limit for a partition key, in bytes of UTF-8 (DynamoDB developer guide, "Constraints"). */
export const maxKeyBytes = 2048;

/**
 * The key of a word: the word itself, or `sha-256 ` and its hash when the word is too long for a key. No word contains a
 * space, so the two never collide. The row of a long word holds the word in `text`.
 */
export function wordKey(word: string): string {
  // A UTF-16 code unit takes at most three bytes, so most words need no exact byte length.
  if (word.length * 3 <= maxKeyBytes || Buffer.byteLength(word) <= maxKeyBytes) return word;
  return `sha-256 ${createHash("sha256").update(word).digest("hex")}`;
}

/** The partitions of the index `top`. With 16 of them, no single partition takes every change. */
export const topShards = [..."0123456789abcdef"] as const;

/** The partition of a word's key in the index `top`. */
export function topShard(key: string): string {
  return createHash("sha256").update(key).digest("hex").slice(0, 1);
}

export const wordRowSchema = z.object({
  word: z.string().min(1),
  count: z.number().int(),
  /** The word itself, when it is too long for a key. */
  text: z.string().optional(),
});

/** A word and how often it was said. */
export type WordCount = { word: string; count: number };

/** Reads a row of the words table. */
export function readWordRow(item: unknown): WordCount {
  const { word, count, text } = wordRowSchema.parse(item);
  return { word: text ?? word, count };
}
