// The one metric of AWS's own that the local CloudWatch knows: how old the oldest message of a queue is. SQS publishes it
// once a minute; here it is read from the queue in the moment of asking.
import type { Clock } from "../clock/clock.ts";
import type { MetricStore } from "./metric-store.ts";

/** Where ages come from; undefined for a queue that does not exist. */
export type QueueAges = { clock: Clock; ageMsOf: (queue: string) => number | undefined };

/** The store, with a datapoint of this moment for `AWS/SQS` `ApproximateAgeOfOldestMessage` of every queue. */
export function withQueueAges(store: MetricStore, { clock, ageMsOf }: QueueAges): MetricStore {
  return {
    ...store,
    datapoints: (asked) => {
      const { namespace, name, dimensions, unit = "Seconds", startMs, endMs, periodSeconds } = asked;
      if (namespace !== "AWS/SQS" || name !== "ApproximateAgeOfOldestMessage") return store.datapoints(asked);
      const now = clock.now();
      const ageMs = ageMsOf(dimensions.QueueName ?? "");
      if (ageMs === undefined || unit !== "Seconds" || now < startMs || now >= endMs) return [];
      const periodMs = periodSeconds * 1000;
      // CloudWatch has whole seconds here (SQS developer guide, available CloudWatch metrics).
      const age = Math.floor(ageMs / 1000);
      const startOfPeriodMs = Math.floor(now / periodMs) * periodMs;
      return [{ startMs: startOfPeriodMs, unit, count: 1, sum: age, min: age, max: age }];
    },
  };
}
