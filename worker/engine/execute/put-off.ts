// How long a put-off job waits, and for how long in all. Pure.

/** The bounds of putting off. */
export type PutOffLimits = {
  /** A job that has been put off for so many seconds is dead-lettered. */
  troubleSeconds: number;
  /** A message that may be newer than this worker waits for so many seconds: the length of a rollout. */
  rolloutSeconds: number;
};

/** Pauses are a thirtieth of the time the trouble has lasted, within these bounds in seconds. */
const pauseBounds = { shortest: 2, longest: 60 };
const share = 30;

/** SQS's backstop allows 1,000 receives; so many pauses at most fit into the longest wait. */
const mostPauses = 900;

/**
 * Seconds until a put-off job is tried again: short after short trouble, so that work goes on within seconds, and few calls
 * during long trouble.
 * @param troubledMs how long the trouble has lasted, milliseconds
 * @param random uniform in [0, 1)
 */
export function putOffSeconds(troubledMs: number, limits: PutOffLimits, random: () => number): number {
  const { shortest, longest } = pauseBounds;
  const most = Math.max(longest, limits.troubleSeconds / mostPauses);
  const full = Math.min(most, Math.max(shortest, troubledMs / 1000 / share));
  return Math.ceil(full * (0.75 + random() / 4));
}

/** True when a job has been put off for longer than it may be. */
export const isPutOffTooLong = (troubledMs: number, seconds: number): boolean => troubledMs > seconds * 1000;

/** A length of time for people, e.g. `12 h`. */
export function inWords(seconds: number): string {
  if (seconds >= 5400) return `${Math.round(seconds / 360) / 10} h`;
  return seconds >= 90 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds)} s`;
}
