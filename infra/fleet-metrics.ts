// The metrics for alarms and the dashboard: those of SQS and Auto Scaling, and those that workers and metrics-due print.
import { Duration } from "aws-cdk-lib";
import { MathExpression, Metric } from "aws-cdk-lib/aws-cloudwatch";
import { deadLetterQueueName, queueName } from "../worker/fleet/resources.ts";

/** One minute: the finest resolution of SQS, Auto Scaling and our own metrics. */
export const minute = Duration.minutes(1);

const metric = (
  namespace: string,
  metricName: string,
  statistic: string,
  dimensionsMap: Record<string, string>,
) => new Metric({ namespace, metricName, statistic, dimensionsMap, period: minute });

/** A metric of the whole fleet, which metrics-due or the workers print without a kind. */
export const ofFleet = (fleet: string, name: string, statistic: string) =>
  metric("FifoFleet", name, statistic, { Fleet: fleet });

/** A metric of the instances of one version, which their hosts tell. */
export const ofVersion = (fleet: string, version: string, name: string) =>
  metric("FifoFleet", name, "Sum", { Fleet: fleet, Version: version });

/** A metric of one job kind, which the workers print. */
export const ofKind = (fleet: string, kind: string, name: string, statistic: string) =>
  metric("FifoFleet", name, statistic, { Fleet: fleet, Kind: kind });

/** SQS's own metric of a kind's queue. */
export const ofQueue = (fleet: string, kind: string, name: string, statistic = "Maximum") =>
  metric("AWS/SQS", name, statistic, { QueueName: queueName(fleet, kind) });

/** The age of the oldest message of a queue, seconds, by SQS. */
export const ageIn = (queue: string) =>
  metric("AWS/SQS", "ApproximateAgeOfOldestMessage", "Maximum", { QueueName: queue });

/** SQS's own metric of a kind's dead-letter queue. */
export const ofDeadLetters = (fleet: string, kind: string, name: string, statistic = "Maximum") =>
  metric("AWS/SQS", name, statistic, { QueueName: deadLetterQueueName(fleet, kind) });

/** A metric of the Auto Scaling group. */
export const ofGroup = (group: string, name: string, statistic = "Maximum") =>
  metric("AWS/AutoScaling", name, statistic, { AutoScalingGroupName: group });

/**
 * Metric math: instances of a group that were asked for and of which there is no sign. The ids are those of `missingMetrics`.
 */
export const missingIn = (id: string) => `(${id}Desired - ${id}Serving - ${id}Pending)`;

/** The metrics of a group that `missingIn` combines. */
export const missingMetrics = (id: string, group: string) => ({
  [`${id}Desired`]: ofGroup(group, "GroupDesiredCapacity"),
  [`${id}Serving`]: ofGroup(group, "GroupInServiceInstances"),
  [`${id}Pending`]: ofGroup(group, "GroupPendingInstances"),
});

/** A metric of a trigger's function. */
export const ofTrigger = (fleet: string, trigger: string, name: string, statistic = "Sum") =>
  metric("AWS/Lambda", name, statistic, { FunctionName: `${fleet}-${trigger}` });

/** A metric of an HTTP API. Its names are those of HTTP APIs, such as `5xx`. */
export const ofApi = (apiId: string, name: string) => metric("AWS/ApiGateway", name, "Sum", { ApiId: apiId });

/** A metric of the account's mail. */
export const ofMail = (name: string) => metric("AWS/SES", name, "Maximum", {});

/** Combines metrics into one number. */
export const combined = (expression: string, usingMetrics: Record<string, Metric>, label: string) =>
  new MathExpression({ expression, usingMetrics, label, period: minute });

/** A metric of an EventBridge rule. */
export const ofRule = (rule: string, name: string) => metric("AWS/Events", name, "Sum", { RuleName: rule });
