// Where a worker can crash: before and after each request it makes for one job, numbered from the receive of its message.

/** A point to crash at: the nth request (the receive is 0), before or after it is applied. */
export type CrashPoint = { request: number; side: "before" | "after"; name: string };

/** Every point along a job's requests. Before the receive is applied there is no job to interrupt. */
export function pointsAlong(requests: readonly string[]): CrashPoint[] {
  return [
    { request: 0, side: "after", name: "ReceiveMessage" },
    ...requests.flatMap((name, index) =>
      (["before", "after"] as const).map((side) => ({ request: index + 1, side, name })),
    ),
  ];
}

/** A second run may find a plan or a mark and make more requests than the first: at most this many. */
const maxFurther = 3;

/**
 * Every ordered pair of crash points, the second in the run that follows the first crash. Some of those runs are too short
 * to reach it. Crashing before a request equals crashing after the one before it, so only "after" points are used.
 */
export function pairsAlong(requests: readonly string[]): [CrashPoint, CrashPoint][] {
  const states = pointsAlong(requests).filter(({ side }) => side === "after");
  const further = Array.from({ length: maxFurther }, (_, index): CrashPoint => {
    return { request: requests.length + 1 + index, side: "after", name: "a further request" };
  });
  return states.flatMap((first) =>
    [...states, ...further].map((second): [CrashPoint, CrashPoint] => [first, second]),
  );
}
