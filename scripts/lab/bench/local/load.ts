// What the local suite asks of each server.

/** Messages of one run, their groups, calls under way at once, and how long a pass may take: then it counts what it has done. */
export const load = { messages: 100_000, groups: 1000, atOnce: 4, longestMs: 5000 };
