// The row of a word in one hour: how often it was said in it. count-words adds to it in the commit that adds to the total, so
// both are exact. Rows are forgotten after a week. Knows no client, so pages may import it.
import type { Addition } from "../../engine/ledger/addition.ts";
import { topShard, wordKey } from "./word-row.ts";

/** Hours that are kept. */
export const keptHours = 7 * 24;

const hourMs = 60 * 60 * 1000;

/** The hour of a moment, in UTC: `2026-11-29T12`. Sorts as time does. */
export function hourOf(moment: string | number): string {
  return new Date(moment).toISOString().slice(0, 13);
}

/** When an hour began, epoch milliseconds. */
export function hourStart(hour: string): number {
  return Date.parse(`${hour}:00:00.000Z`);
}

/** The last `count` hours up to the present one, oldest first. */
export function lastHours(now: number, count: number): string[] {
  return Array.from({ length: count }, (_, index) => hourOf(now - (count - 1 - index) * hourMs));
}

/** A partition of an hour's words in the index `top`. */
export function hourShard(hour: string, shard: string): string {
  return `${hour}#${shard}`;
}

/** Adds to a word's count in an hour. */
export function hourAddition(
  table: string,
  { word, hour, amount }: { word: string; hour: string; amount: number },
): Addition {
  const key = wordKey(word);
  return {
    table,
    key: { word: key, hour },
    attribute: "count",
    amount,
    fixed: {
      shard: hourShard(hour, topShard(key)),
      expiresAt: (hourStart(hour) + (keptHours + 1) * hourMs) / 1000,
      ...(key !== word && { text: word }),
    },
  };
}
