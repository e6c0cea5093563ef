// When an instance counts as working, and when it is given up: the numbers that the boot script, the Auto Scaling groups and
// the laptop's fleet share.

/** The name of the launch hook. The worker completes it when it is ready; until then the instance is not in service. */
export const readyHook = "ready";

/** How long an instance may take from its launch to a worker that is ready, seconds. Then Auto Scaling abandons it. */
export const readyWithinSeconds = 900;

/** A unit that was started so often within so many seconds is given up, and so is its instance. */
export const unitStarts = { most: 5, withinSeconds: 600, pauseSeconds: 5 } as const;

/**
 * The host asks the worker's `/live` and gives the instance up after so many misses in a row. After a worker's clean end,
 * fewer are enough: it does not come back.
 */
export const liveChecks = { everySeconds: 30, mostMisses: 6, mostEnded: 2 } as const;

/** Instances are replaced at this age, so that none misses its system's updates for longer. */
export const longestLifeDays = 7;
