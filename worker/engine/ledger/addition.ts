// Additions: effects that may be applied in any order and together with those of other jobs, because adding numbers
// commutes. That is how many jobs that count the same words stay out of each other's way.
import type { Effect } from "../job/effect.ts";

/** Adds to a number of an item, whatever it is; the item is made with the first addition. */
export type Addition = {
  table: string;
  /** The item's key, all parts. */
  key: Readonly<Record<string, string>>;
  attribute: string;
  /** A whole number other than 0. */
  amount: number;
  /** Attributes that always have the same value for this key (index partitions, the key in clear). */
  fixed?: Readonly<Record<string, string>>;
};

/** What tells one sum from another. */
export function sumOf({ table, key, attribute }: Addition): string {
  return JSON.stringify([table, attribute, Object.entries(key).sort()]);
}

/** The sums of several lists of additions: one addition for each sum, in order of first appearance. */
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

/** Bytes an addition brings into a transaction, roughly; DynamoDB's limit is far above what is allowed for. */
export function sizeOf({ key, fixed = {} }: Addition): number {
  return [...Object.values(key), ...Object.values(fixed)].reduce(
    (sum, text) => sum + Buffer.byteLength(text),
    200,
  );
}
