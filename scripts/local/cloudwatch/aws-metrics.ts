// The metrics that SQS and Auto Scaling publish by themselves, added to the local CloudWatch whenever the fleet is counted: on
// AWS they come once a minute.
import type { MetricStore } from "./metric-store.ts";

/** What is measured. */
export type AwsMetricsSource = {
  queueNames: () => readonly string[];
  /** Messages of a queue that wait and that are in flight. */
  depthOf: (queue: string) => { visible: number; inFlight: number };
  /** The groups by name. */
  groups: Readonly<Record<string, () => { desired: number; inService: number }>>;
};

/** Adds one measurement of every queue and group. */
export function publishAwsMetrics(store: Pick<MetricStore, "add">, source: AwsMetricsSource): void {
  const add = (namespace: string, name: string, dimensions: Record<string, string>, value: number) =>
    store.add({ namespace, name, dimensions, unit: "Count", count: 1, sum: value, min: value, max: value });
  for (const QueueName of source.queueNames()) {
    const { visible, inFlight } = source.depthOf(QueueName);
    add("AWS/SQS", "ApproximateNumberOfMessagesVisible", { QueueName }, visible);
    add("AWS/SQS", "ApproximateNumberOfMessagesNotVisible", { QueueName }, inFlight);
  }
  for (const [AutoScalingGroupName, read] of Object.entries(source.groups)) {
    const { desired, inService } = read();
    add("AWS/AutoScaling", "GroupDesiredCapacity", { AutoScalingGroupName }, desired);
    add("AWS/AutoScaling", "GroupInServiceInstances", { AutoScalingGroupName }, inService);
  }
}
