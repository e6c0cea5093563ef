// Which metrics the history asks CloudWatch for, each under a name of ours. On AWS a metric that is asked for costs 0.00001.
import type { MetricDataQuery } from "@aws-sdk/client-cloudwatch";
import { deadLetterQueueName, queueName } from "../../../worker/fleet/resources.ts";
import { groupNames } from "../../status/capacity.ts";

/** A metric and what the history calls it. */
export type Asked = { name: string; query: MetricDataQuery };

/** Ends of runs, and their metrics. */
export const metricOfOutcome = {
  completed: "Completed",
  retried: "Retried",
  rejected: "Rejected",
  "dead-lettered": "DeadLettered",
  returned: "Returned",
  "put off": "PutOff",
} as const;

/** Figures of queues, by what the history calls them: SQS's metric, and whether of the dead-letter queue. */
const queueFigures = {
  waiting: { metric: "ApproximateNumberOfMessagesVisible", dead: false },
  "in flight": { metric: "ApproximateNumberOfMessagesNotVisible", dead: false },
  oldest: { metric: "ApproximateAgeOfOldestMessage", dead: false },
  dead: { metric: "ApproximateNumberOfMessagesVisible", dead: true },
} as const;

/** The share of runs that a percentile is below, as CloudWatch writes it. */
export const percentiles = ["p50", "p95"] as const;

type Asking = { fleet: string; kinds: readonly string[]; periodSeconds: number; lengthSeconds: number };

/** The metrics of a fleet. */
export function queriesOf({ fleet, kinds, periodSeconds, lengthSeconds }: Asking): Asked[] {
  const asked: Asked[] = [];
  const ask = (
    name: string,
    [Namespace, MetricName]: readonly [string, string],
    dimensions: Readonly<Record<string, string>>,
    { stat: Stat = "Maximum", period: Period = periodSeconds }: { stat?: string; period?: number } = {},
  ) => {
    const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
    const MetricStat = { Metric: { Namespace, MetricName, Dimensions }, Period, Stat };
    asked.push({ name, query: { Id: `m${asked.length}`, MetricStat } });
  };
  for (const name of ["Visible", "InFlight", "Dead", "Wanted"])
    ask(name, ["FifoFleet", name], { Fleet: fleet });
  for (const name of ["GroupDesiredCapacity", "GroupInServiceInstances"])
    ask(name, ["AWS/AutoScaling", name], { AutoScalingGroupName: groupNames(fleet).spot });
  for (const kind of kinds) {
    for (const [name, { metric, dead }] of Object.entries(queueFigures))
      ask(`${kind} ${name}`, ["AWS/SQS", metric], {
        QueueName: dead ? deadLetterQueueName(fleet, kind) : queueName(fleet, kind),
      });
    const ofKind = { Fleet: fleet, Kind: kind };
    for (const name of Object.values(metricOfOutcome))
      ask(`${kind} ${name}`, ["FifoFleet", name], ofKind, { stat: "Sum" });
    for (const name of ["Wait", "Run"]) {
      for (const stat of ["Sum", "SampleCount", "p95"])
        ask(`${kind} ${name} ${stat}`, ["FifoFleet", name], ofKind, { stat });
      for (const stat of percentiles)
        ask(`${kind} ${name} ${stat} of all`, ["FifoFleet", name], ofKind, { stat, period: lengthSeconds });
    }
  }
  return asked;
}
