// Arrivals from a seed: the same trace on every machine.

/** Numbers from 0 up to 1 from a seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Arrival times of a Poisson process between two moments, at most `most` a second, thinned to `rate` where that varies. */
export function poisson(
  random: () => number,
  {
    from,
    to,
    most,
    rate = () => most,
  }: { from: number; to: number; most: number; rate?: (at: number) => number },
): number[] {
  const times: number[] = [];
  for (let at = from; ; ) {
    at -= Math.log(1 - random()) / most;
    if (at >= to) return times;
    if (random() * most < rate(at)) times.push(at);
  }
}

/** A length around a mean, from half of it to one and a half times. */
export const around = (random: () => number, mean: number): number => mean * (0.5 + random());
