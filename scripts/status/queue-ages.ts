// The age of a queue's oldest message, from CloudWatch. SQS publishes the metric once a minute, stops six hours after a queue
// became idle and needs some minutes to start again, so a queue with messages may have no age.
import { type CloudWatchClient, GetMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import type { AgeOfOldest } from "./read-queues.ts";

/** Datapoints older than this say nothing about now. */
const lookBackMs = 10 * 60 * 1000;

/**
 * Reads ages from CloudWatch; null where it has none of the last ten minutes.
 * @param onUnknown called with the reason when ages cannot be read at all (no permission, no CloudWatch); they are null then
 * @param now epoch milliseconds
 */
export function agesInCloudWatch(
  cloudWatch: CloudWatchClient,
  { onUnknown, now }: { onUnknown: (error: unknown) => void; now: () => number },
): AgeOfOldest {
  return async (QueueName) => {
    const Metric = {
      Namespace: "AWS/SQS",
      MetricName: "ApproximateAgeOfOldestMessage",
      Dimensions: [{ Name: "QueueName", Value: QueueName }],
    };
    try {
      const { MetricDataResults = [] } = await cloudWatch.send(
        new GetMetricDataCommand({
          StartTime: new Date(now() - lookBackMs),
          EndTime: new Date(now() + 60_000),
          ScanBy: "TimestampDescending",
          MetricDataQueries: [{ Id: "age", MetricStat: { Metric, Period: 60, Stat: "Maximum" } }],
        }),
      );
      return MetricDataResults[0]?.Values?.[0] ?? null;
    } catch (error) {
      onUnknown(error);
      return null;
    }
  };
}
