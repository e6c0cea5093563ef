// The dashboard: jobs waiting and their age, outcomes, workers, costs and errors.
import { Duration } from "aws-cdk-lib";
import {
  AlarmStatusWidget,
  Color,
  Dashboard,
  GraphWidget,
  type IAlarm,
  type IMetric,
  type IWidget,
  MathExpression,
  PeriodOverride,
  SingleValueWidget,
} from "aws-cdk-lib/aws-cloudwatch";
import { Construct } from "constructs";
import { jobKinds } from "../../worker/jobs/catalog.ts";
import {
  combined,
  minute,
  ofDeadLetters,
  ofFleet,
  ofGroup,
  ofQueue,
  ofRule,
  ofTrigger,
} from "../fleet-metrics.ts";
import { lateSeconds } from "./fleet-alarms.ts";
import { ruleNames } from "./group-events.ts";
import { overloadedSeconds, verdictWidgets } from "./verdict-widgets.ts";

/** What the dashboard shows in addition to the fleet's own metrics. */
export type FleetDashboardProps = {
  fleet: string;
  groupName: string;
  /** The group of on-demand instances that stand in for spot ones; undefined where there is none. */
  onDemandGroupName: string | undefined;
  scalingAlarms: readonly IAlarm[];
  alarms: readonly IAlarm[];
  /** The largest size of the fleet. */
  maxInstances: number;
  /** Where docs/ can be read: an address, or the folder's own name. */
  docs: string;
  /** Triggers by name, and those of them that read streams. */
  triggers: readonly string[];
  streamReaders: readonly string[];
};

/** US dollars per hour for a spot instance with two cores: a rough mean for the dashboard's estimate. */
export const assumedSpotPrice = 0.035;

const outcomes = ["Completed", "Retried", "Rejected", "DeadLettered", "Returned", "Lost", "Replayed"];
const half = { width: 12, height: 6 };
const third = { width: 8, height: 6 };

/** The dashboard of a fleet. The most important rows come first. */
export class FleetDashboard extends Construct {
  constructor(scope: Construct, id: string, props: FleetDashboardProps) {
    super(scope, id);
    new Dashboard(this, "Dashboard", {
      dashboardName: props.fleet,
      defaultInterval: Duration.hours(3),
      periodOverride: PeriodOverride.AUTO,
      widgets: [
        states(props),
        verdictWidgets(props),
        waiting(props),
        done(props),
        times(props),
        machines(props),
        broken(props),
      ],
    });
  }
}

const graph = (title: string, left: IMetric[], size: { width: number; height: number } = half) =>
  new GraphWidget({ title, left, leftYAxis: { min: 0 }, ...size });

const search = (expression: string, label: string) =>
  new MathExpression({ expression, usingMetrics: {}, label, period: minute });

/** A metric of all kinds, one line per kind. */
const everyKind = (fleet: string, name: string, statistic: string, label = "") =>
  search(`SEARCH('{FifoFleet,Fleet,Kind} Fleet="${fleet}" MetricName="${name}"', '${statistic}', 60)`, label);

function states({ fleet, scalingAlarms, alarms }: FleetDashboardProps): IWidget[] {
  return [
    new SingleValueWidget({
      title: "Now",
      width: 6,
      height: 5,
      metrics: ["Visible", "InFlight", "Dead", "FailedEvents"].map((name) => ofFleet(fleet, name, "Maximum")),
    }),
    new AlarmStatusWidget({ title: "Alarms", width: 11, height: 5, alarms: [...alarms] }),
    new AlarmStatusWidget({ title: "Scaling", width: 7, height: 5, alarms: [...scalingAlarms] }),
  ];
}

function waiting({ fleet }: FleetDashboardProps): IWidget[] {
  const queues = (name: string) => jobKinds.map((kind) => ofQueue(fleet, kind, name).with({ label: kind }));
  return [
    graph("Jobs waiting", queues("ApproximateNumberOfMessagesVisible"), third),
    graph("Jobs in flight", queues("ApproximateNumberOfMessagesNotVisible"), third),
    new GraphWidget({
      ...{ title: "Age of the oldest job, seconds", ...third, leftYAxis: { min: 0 } },
      left: queues("ApproximateAgeOfOldestMessage"),
      leftAnnotations: [
        { value: overloadedSeconds, label: "overloaded", color: Color.ORANGE },
        { value: lateSeconds, label: "alarm Late", color: Color.RED },
      ],
    }),
  ];
}

function done({ fleet }: FleetDashboardProps): IWidget[] {
  const deleted = jobKinds.map((kind) =>
    ofQueue(fleet, kind, "NumberOfMessagesDeleted", "Sum").with({ label: kind }),
  );
  const ended = outcomes.map((name) =>
    search(`SUM(SEARCH('{FifoFleet,Fleet,Kind} Fleet="${fleet}" MetricName="${name}"', 'Sum', 60))`, name),
  );
  return [graph("Throughput, jobs a minute", deleted), graph("Outcomes a minute", ended)];
}

function times({ fleet }: FleetDashboardProps): IWidget[] {
  const percentiles = (name: string) => ["p50", "p95", "p99"].map((p) => everyKind(fleet, name, p, p));
  return [
    graph("Wait before the run, ms", percentiles("Wait")),
    graph("Length of the run, ms", percentiles("Run")),
  ];
}

function machines({ fleet, groupName, onDemandGroupName }: FleetDashboardProps): IWidget[] {
  const serving = ofGroup(groupName, "GroupInServiceInstances");
  const cost = combined(`serving * ${assumedSpotPrice}`, { serving }, `at $${assumedSpotPrice} an hour each`);
  return [
    graph(
      "Slots of a worker, mean",
      ["BusySlots", "IdleSlots"].map((name) => ofFleet(fleet, name, "Average")),
      third,
    ),
    graph(
      "Instances, and spot notices of the region",
      [
        ofFleet(fleet, "Wanted", "Maximum").with({ label: "wanted" }),
        ofGroup(groupName, "GroupDesiredCapacity").with({ label: "desired" }),
        serving.with({ label: "in service" }),
        ofGroup(groupName, "GroupTerminatingInstances").with({ label: "draining" }),
        ...(onDemandGroupName
          ? [ofGroup(onDemandGroupName, "GroupInServiceInstances").with({ label: "on-demand stand-ins" })]
          : []),
        ofRule(ruleNames(fleet).interruptions, "MatchedEvents").with({ label: "interrupted" }),
        ofRule(ruleNames(fleet).launchErrors, "MatchedEvents").with({ label: "launch errors" }),
      ],
      third,
    ),
    graph("Spot, US dollars an hour, estimated", [cost], third),
  ];
}

function broken({ fleet, triggers, streamReaders }: FleetDashboardProps): IWidget[] {
  const dead = jobKinds.map((kind) =>
    ofDeadLetters(fleet, kind, "ApproximateNumberOfMessagesVisible").with({ label: kind }),
  );
  const functions = triggers.flatMap((name) => [
    ofTrigger(fleet, name, "Errors").with({ label: `${name} errors` }),
    ofTrigger(fleet, name, "Throttles").with({ label: `${name} throttles` }),
  ]);
  const behind = streamReaders.map((name) =>
    ofTrigger(fleet, name, "IteratorAge", "Maximum").with({ label: name }),
  );
  return [
    graph("Dead letters", [...dead, ofFleet(fleet, "FailedEvents", "Maximum")], third),
    graph("Triggers: errors and throttles", functions, third),
    graph(
      "Streams: age of the records read, ms; leases lost",
      [...behind, ofFleet(fleet, "LeaseLosses", "Sum")],
      third,
    ),
  ];
}
