// How long a failed job waits: doubling from `first` to `max` seconds, each with jitter so that retries spread.

/**
 * Whole seconds until the next attempt: between half and all of the doubled delay.
 * @param attempt the attempt that failed, from 1
 * @param random uniform in [0, 1)
 */
export function backoffSeconds(
  range: { first: number; max: number },
  attempt: number,
  random: () => number,
): number {
  const full = Math.min(range.max, range.first * 2 ** (Math.max(1, attempt) - 1));
  return Math.ceil(full * (0.5 + random() / 2));
}
