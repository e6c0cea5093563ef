// Repeats a call about held messages while SQS is in trouble: a message that is neither deleted nor returned blocks its group
// until its lease has run out, so each is settled as soon as SQS answers again.
import type { Clock } from "../../fleet/clock.ts";
import type { Delivery } from "../receive/delivery.ts";

/** Pauses between two tries, doubling, milliseconds. Work goes on at most the longest one after SQS is back. */
const pauseMs = { first: 250, longest: 5000 };

/**
 * Tries until nothing is left to do or the leases have run out.
 * @param attempt resolves to the messages worth another try
 * @returns the messages whose leases ran out before
 */
export async function repeatWhileOurs(
  clock: Clock,
  deliveries: readonly Delivery[],
  attempt: (deliveries: readonly Delivery[]) => Promise<Delivery[]>,
): Promise<Delivery[]> {
  const given: Delivery[] = [];
  let left = [...deliveries];
  for (let pause = pauseMs.first; ; pause = Math.min(pauseMs.longest, pause * 2)) {
    left = await attempt(left);
    if (left.length === 0) return given;
    await clock.sleep(pause);
    const now = clock.monotonic();
    given.push(...left.filter(({ lease }) => lease.remainingMs(now) <= 0));
    left = left.filter(({ lease }) => lease.remainingMs(now) > 0);
    if (left.length === 0) return given;
  }
}
