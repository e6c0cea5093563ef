// Spans of time, and how much of a period they cover.

/** A span between two moments, in epoch milliseconds. */
export type TimeSpan = { from: number; to: number };

/** Milliseconds between `from` and `to` that are covered by at least one of the spans. */
export function coveredMs(spans: readonly TimeSpan[], from: number, to: number): number {
  const sorted = spans.filter((one) => one.to > from && one.from < to).sort((a, b) => a.from - b.from);
  let [sum, reached] = [0, from];
  for (const one of sorted) {
    const end = Math.min(one.to, to);
    sum += Math.max(0, end - Math.max(one.from, reached));
    reached = Math.max(reached, end);
  }
  return sum;
}
