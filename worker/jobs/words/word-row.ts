// The row of a word: key `word`, number `count`. Triggers and scripts read it; counting jobs add to it.
import { createHash } from "node:crypto";
import * as z from "zod";

/** DynamoDB's limit for a partition key, in bytes of UTF-8 (DynamoDB developer guide, "Constraints"). */
export const maxKeyBytes = 2048;

/**
 * The key of a word: the word itself, or for a longer one `sha-256 ` and its hash. No word contains a space, so the two
 * can never be mixed up; the row of a long word holds it in `text`.
 */
export function wordKey(word: string): string {
  // A UTF-16 unit takes at most three bytes, so that most words need no counting.
  if (word.length * 3 <= maxKeyBytes || Buffer.byteLength(word) <= maxKeyBytes) return word;
  return `sha-256 ${createHash("sha256").update(word).digest("hex")}`;
}

/** The index `top` is spread over 16 partitions, so that no partition takes every count's change. */
export const topShards = [..."0123456789abcdef"] as const;

/** The partition of a key in the index `top`. */
export function topShard(key: string): string {
  return createHash("sha256").update(key).digest("hex").slice(0, 1);
}

export const wordRowSchema = z.object({
  word: z.string().min(1),
  count: z.number().int(),
  /** The word itself where it is longer than a key may be. */
  text: z.string().optional(),
});

/** A word and how often it was said. */
export type WordCount = { word: string; count: number };

/** Reads a row of the words table. */
export function readWordRow(item: unknown): WordCount {
  const { word, count, text } = wordRowSchema.parse(item);
  return { word: text ?? word, count };
}
