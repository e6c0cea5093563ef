// How measurements of one period are spread, so that percentiles can be told: counts by classes of value, each ten percent wider than
// the one below: a percentile is within five percent of the true one.

/** Counts by class. */
export type Spread = Readonly<Record<number, number>>;

const width = Math.log(1.1);
/** The class of values that are not above zero. */
const none = -10_000;

/** The spread of one value that was measured `count` times. */
export const spreadOf = (value: number, count = 1): Spread => ({
  [value > 0 ? Math.round(Math.log(value) / width) : none]: count,
});

/** Two spreads as one. */
export function mergedSpread(a: Spread, b: Spread): Spread {
  const sum: Record<number, number> = { ...a };
  for (const [key, count] of Object.entries(b)) sum[Number(key)] = (sum[Number(key)] ?? 0) + count;
  return sum;
}

/** The value below which a share of the measurements lies, within their least and greatest. @param share 0 to 1 */
export function percentileOf(
  spread: Spread,
  share: number,
  { min, max }: { min: number; max: number },
): number {
  if (share >= 1) return max;
  const classes = Object.keys(spread)
    .map(Number)
    .sort((a, b) => a - b);
  const total = Object.values(spread).reduce((sum, count) => sum + count, 0);
  let seen = 0;
  for (const each of classes) {
    seen += spread[each] ?? 0;
    if (seen >= share * total)
      return Math.min(max, Math.max(min, each === none ? 0 : Math.exp(each * width)));
  }
  return max;
}
