// Additions: effects that may be applied in any order and together with those of other jobs, because addition commutes.
// They let many jobs raise the same numbers without conflicts.
import type { Effect } from "../job/effect.ts";

/** Adds to a number of an item. The first addition creates the item. */
export type Addition = {
  table: string;
  /** The item's key, all parts. */
  key: Readonly<Record<string, string>>;
  attribute: string;
  /** A whole number other than 0. */
  amount: number;
  /** Attributes that always have the same value for this key (index partitions, the readable key, when it ends). */
  fixed?: Readonly<Record<string, string | number>>;
};

/** Identifies a sum. */
export function sumOf({ table, key, attribute }: Addition): string {
  return JSON.stringify([table, attribute, Object.entries(key).sort()]);
}

/** Sums up lists of additions: one addition per sum, in order of first appearance. */
export function addUp(lists: Iterable<readonly Addition[]>): Addition[] {
  const sums = new Map<string, Addition>();
  for (const list of lists)
    for (const addition of list) {
      const name = sumOf(addition);
      const before = sums.get(name);
      sums.set(name, before ? { ...before, amount: before.amount + addition.amount } : addition);
    }
  return [...sums.values()];
}

/** An addition as an action of a transaction. */
export function additionEffect({ table, key, attribute, amount, fixed = {} }: Addition): Effect {
  const names = Object.keys(fixed);
  const set =
    names.length === 0 ? "" : `SET ${names.map((_, index) => `#f${index} = :f${index}`).join(", ")} `;
  return {
    Update: {
      TableName: table,
      Key: { ...key },
      UpdateExpression: `${set}ADD #n :n`,
      ExpressionAttributeNames: {
        "#n": attribute,
        ...Object.fromEntries(names.map((name, index) => [`#f${index}`, name])),
      },
      ExpressionAttributeValues: {
        ":n": amount,
        ...Object.fromEntries(names.map((name, index) => [`:f${index}`, fixed[name]])),
      },
    },
  };
}

/** Approximate bytes an addition takes in a transaction. */
export function sizeOf({ key, fixed = {} }: Addition): number {
  const values = [...Object.values(key), ...Object.values(fixed)];
  return values.reduce<number>((sum, value) => sum + Buffer.byteLength(String(value)), 200);
}
