// How measurements of one period are spread, so that percentiles can be told: counts by classes of value, each ten percent wider than
// the one below: a percentile is within five percent of the true one.

/** Class and count, class and count, by rising class: a flat list takes a fifth of an object's memory. */
export type Spread = readonly number[];

const width = Math.log(1.1);
/** The class of values that are not above zero. */
const none = -10_000;

/** The spread of one value that was measured `count` times. */
export const spreadOf = (value: number, count = 1): Spread => [
  value > 0 ? Math.round(Math.log(value) / width) : none,
  count,
];

function* pairs(spread: Spread): Generator<readonly [number, number]> {
  for (let at = 0; at < spread.length; at += 2) yield [spread[at] ?? 0, spread[at + 1] ?? 0];
}

/** Two spreads as one. */
export function mergedSpread(a: Spread, b: Spread): Spread {
  const sum = new Map(pairs(a));
  for (const [each, count] of pairs(b)) sum.set(each, (sum.get(each) ?? 0) + count);
  return [...sum].sort(([one], [other]) => one - other).flat();
}

/** The value below which a share of the measurements lies, within their least and greatest. @param share 0 to 1 */
export function percentileOf(
  spread: Spread,
  share: number,
  { min, max }: { min: number; max: number },
): number {
  if (share >= 1) return max;
  const total = [...pairs(spread)].reduce((sum, [, count]) => sum + count, 0);
  let seen = 0;
  for (const [each, count] of pairs(spread)) {
    seen += count;
    if (seen >= share * total)
      return Math.min(max, Math.max(min, each === none ? 0 : Math.exp(each * width)));
  }
  return max;
}
