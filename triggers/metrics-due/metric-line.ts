// One line in CloudWatch's Embedded Metric Format with everything of one instant: what was counted, what was decided, why.
import type { Arrivals } from "./arrivals.ts";
import type { QueueCounts } from "./queue-counts.ts";
import type { ShownDecision } from "./scaling-row.ts";

/** The metrics. Everything else in the line is for reading: a metric costs money by the month. */
export type FleetMetrics = {
  /** Jobs that wait, and jobs that were received. */
  Visible: number;
  InFlight: number;
  /** Messages in dead-letter queues, and events that a trigger could not process. */
  Dead: number;
  FailedEvents: number;
  /** Those of them that have come since the count before: what the alarms are about. */
  DeadArrived: number;
  FailedEventsArrived: number;
  /** Instances that there should be. */
  Wanted: number;
  /** The same while it is more than the group's desired capacity, else 0: the alarm that grows the group. */
  GrowTo: number;
};

/** The metrics of a count and its decision. */
export function metricsOf(
  { kinds, dead, failedEvents }: QueueCounts,
  decision: ShownDecision,
  arrived: Arrivals,
): FleetMetrics {
  const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
  const { wanted, gap } = decision;
  return {
    Visible: sum(Object.values(kinds).map(({ waiting }) => waiting)),
    InFlight: sum(Object.values(kinds).map(({ inFlight }) => inFlight)),
    Dead: sum(Object.values(dead)),
    FailedEvents: sum(Object.values(failedEvents)),
    DeadArrived: arrived.dead,
    FailedEventsArrived: arrived.failedEvents,
    Wanted: wanted,
    GrowTo: gap > 0 ? wanted : 0,
  };
}

/**
 * The line (CloudWatch user guide, "Embedded metric format specification").
 * @param fine metrics keep every second instead of every minute
 */
export function metricLine(
  fleet: string,
  metrics: FleetMetrics,
  decision: ShownDecision,
  { fine }: { fine: boolean },
): string {
  const Metrics = Object.keys(metrics).map((Name) => ({
    Name,
    Unit: "Count",
    ...(fine && { StorageResolution: 1 }),
  }));
  const directive = { Namespace: "FifoFleet", Dimensions: [["Fleet"]], Metrics };
  return JSON.stringify({
    _aws: { Timestamp: Math.floor(decision.at * 1000), CloudWatchMetrics: [directive] },
    Fleet: fleet,
    ...metrics,
    ...decision,
  });
}
