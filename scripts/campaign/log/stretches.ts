// Stretches of time: what is left between holes, and how much of a span some cover.

/** From one moment until another; epoch milliseconds. */
export type Stretch = { from: number; to: number };

/** What is left of a stretch. */
export function without(whole: Stretch, holes: readonly Stretch[]): Stretch[] {
  let rest = [whole];
  for (const hole of holes)
    rest = rest
      .flatMap(({ from, to }) => [
        { from, to: Math.min(to, hole.from) },
        { from: Math.max(from, hole.to), to },
      ])
      .filter(({ from, to }) => from < to);
  return rest;
}

/** Milliseconds between `from` and `to` in which at least one of the stretches ran. */
export function covered(stretches: readonly Stretch[], from: number, to: number): number {
  const sorted = stretches.filter((one) => one.to > from && one.from < to).sort((a, b) => a.from - b.from);
  let [sum, reached] = [0, from];
  for (const one of sorted) {
    const end = Math.min(one.to, to);
    sum += Math.max(0, end - Math.max(one.from, reached));
    reached = Math.max(reached, end);
  }
  return sum;
}
