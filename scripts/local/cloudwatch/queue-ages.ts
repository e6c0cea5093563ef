// The age of a queue's oldest message. SQS publishes it once a minute; here it is read from the queue when it is asked for.
import type { Clock } from "../clock/clock.ts";
import type { MetricStore } from "./metric-store.ts";

/** Reads ages; undefined for a queue that does not exist. */
export type QueueAges = { clock: Clock; ageMsOf: (queue: string) => number | undefined };

/** The store with a current datapoint of `AWS/SQS` `ApproximateAgeOfOldestMessage` for every queue. */
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
      // CloudWatch reports whole seconds (SQS developer guide, available CloudWatch metrics).
      const age = Math.floor(ageMs / 1000);
      const startOfPeriodMs = Math.floor(now / periodMs) * periodMs;
      return [{ startMs: startOfPeriodMs, unit, count: 1, sum: age, min: age, max: age }];
    },
  };
}
