// Work that is done one after another, in the order in which it comes, with a bound on how much of it waits.

/** Does the work when its turn comes. Rejects at once when too much waits. */
export type Lane = <Result>(work: () => Promise<Result>) => Promise<Result>;

/** Opens a lane in which at most `mostWaiting` wait behind the one that runs. `refusal` is what the others get. */
export function openLane(mostWaiting: number, refusal: () => Error): Lane {
  let taken = 0;
  let last: Promise<unknown> = Promise.resolve();
  return async (work) => {
    if (taken > mostWaiting) throw refusal();
    taken += 1;
    const turn = last.then(work);
    last = turn.catch(() => {});
    try {
      return await turn;
    } finally {
      taken -= 1;
    }
  };
}
