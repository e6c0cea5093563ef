// How long to wait before a failed step is tried again. Knows no browser.

/** Tries of one step before the upload counts as failed. While the browser is offline, nothing is tried. */
export const maxTries = 6;

const firstMs = 500;
const longestMs = 30_000;

/**
 * Milliseconds before the next try: twice as long each time, randomised so that many browsers do not come back together.
 * @param tries how many have failed, from 1
 * @param random from 0 up to 1
 */
export function backoffMs(tries: number, random: number): number {
  const most = Math.min(longestMs, firstMs * 2 ** (tries - 1));
  return Math.round(most / 2 + (most / 2) * random);
}
