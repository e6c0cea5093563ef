// Which instances leave a fleet that shrinks: the emptiest first. Pure.

/** An instance and what its worker holds. */
export type Occupied = {
  id: string;
  /** Slots that run a job; absent while no worker reports: the instance boots, or its worker never came. */
  busySlots?: number;
  /** Messages held, running and waiting. */
  held?: number;
};

/**
 * The instances to end, `count` of them at most: those without a worker, then those with the fewest busy slots, of these the
 * ones that hold the fewest messages.
 */
export function emptiest(instances: readonly Occupied[], count: number): string[] {
  const rank = ({ busySlots = -1 }: Occupied) => busySlots;
  return instances
    .toSorted((a, b) => rank(a) - rank(b) || (a.held ?? 0) - (b.held ?? 0) || a.id.localeCompare(b.id))
    .slice(0, Math.max(0, count))
    .map(({ id }) => id);
}
