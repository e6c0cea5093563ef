// What has come to the dead-letter queues and failure queues since the count before. Pure.
import type { QueueCounts } from "./queue-counts.ts";

/** Messages at the ends of the fleet, by queue: dead letters by kind, failed events by trigger. */
export type EndCounts = Pick<QueueCounts, "dead" | "failedEvents">;

/** New messages over all queues. */
export type Arrivals = { dead: number; failedEvents: number };

/**
 * What arrived between two counts. It is taken queue by queue, so that letters that went from one queue do not hide those that
 * came to another. Nothing is known without a count before; a queue that was not counted before was empty.
 */
export function arrivalsSince(before: EndCounts | undefined, now: EndCounts): Arrivals {
  const risen = (of: keyof EndCounts) =>
    Object.entries(now[of]).reduce(
      (total, [queue, count]) => total + Math.max(0, count - (before?.[of][queue] ?? 0)),
      0,
    );
  return before === undefined
    ? { dead: 0, failedEvents: 0 }
    : { dead: risen("dead"), failedEvents: risen("failedEvents") };
}

/** The arrivals of two looks that follow each other. */
export const addArrivals = (first: Arrivals, second: Arrivals): Arrivals => ({
  dead: first.dead + second.dead,
  failedEvents: first.failedEvents + second.failedEvents,
});
