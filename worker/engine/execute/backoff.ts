// How long a failed job waits: from `first` to `max` seconds, doubling with every run, with jitter that spreads retries.

/**
 * Whole seconds until the next run: between half and all of the doubled delay.
 * @param run the run that failed, from 1
 * @param random uniform in [0, 1)
 */
export function backoffSeconds(
  range: { first: number; max: number },
  run: number,
  random: () => number,
): number {
  const full = Math.min(range.max, range.first * 2 ** (run - 1));
  return Math.ceil(full * (0.5 + random() / 2));
}
