// The alarms for people. The description of each says what is wrong and where to look first.
import { Duration } from "aws-cdk-lib";
import { type Alarm, ComparisonOperator, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import { Construct } from "constructs";
import { retentionSeconds } from "../../worker/fleet/queue-settings.ts";
import { jobKinds } from "../../worker/jobs/catalog.ts";
import { combined, ofFleet, ofQueue } from "../fleet-metrics.ts";
import { type NotifyingAlarmProps, notifyingAlarm } from "./notifying-alarm.ts";

export type FleetAlarmsProps = {
  fleet: string;
  topic: ITopic;
  /** Triggers by name, and those of them that read streams. */
  triggers: ReadonlyMap<string, IFunction>;
  streamReaders: readonly string[];
};

/** Jobs of any kind that wait this long are late. */
const lateSeconds = 30 * 60;

const five = { period: Duration.minutes(5) };

/** All alarms that notify people. */
export class FleetAlarms extends Construct {
  readonly alarms: Alarm[] = [];
  readonly #topic: ITopic;

  constructor(scope: Construct, id: string, { fleet, topic, triggers, streamReaders }: FleetAlarmsProps) {
    super(scope, id);
    this.#topic = topic;
    this.#add("DeadLetters", {
      metric: ofFleet(fleet, "Dead", "Maximum"),
      alarmDescription: "Jobs failed too often and were dead-lettered: npm run queues -- dead",
    });
    this.#add("FailedEvents", {
      metric: ofFleet(fleet, "FailedEvents", "Maximum"),
      alarmDescription: "A trigger could not process an event: look at the queues that end in -failed",
    });
    this.#add("NobodyWorks", {
      metric: combined(
        "IF(visible > 0 AND inFlight < 1, 1, 0)",
        {
          visible: ofFleet(fleet, "Visible", "Maximum"),
          inFlight: ofFleet(fleet, "InFlight", "Maximum"),
        },
        "jobs wait and none is worked on",
      ),
      evaluationPeriods: 10,
      alarmDescription: "Jobs wait and none is running: no spot capacity, or workers that do not start",
    });
    this.#add("LeaseLosses", {
      metric: ofFleet(fleet, "LeaseLosses", "Sum").with(five),
      threshold: 10,
      alarmDescription:
        "Workers lose leases, so runs are aborted and repeated: look for SQS errors and stalls",
    });
    this.#add("NotCounted", {
      metric: ofFleet(fleet, "Visible", "SampleCount").with(five),
      evaluationPeriods: 2,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.BREACHING,
      alarmDescription: "The trigger metrics-due does not count: the fleet neither grows nor shrinks",
    });
    for (const kind of jobKinds)
      this.#add(`Late-${kind}`, {
        metric: ofQueue(fleet, kind, "ApproximateAgeOfOldestMessage"),
        threshold: lateSeconds,
        evaluationPeriods: 5,
        alarmDescription: `The oldest ${kind} job has waited for half an hour`,
      });
    for (const kind of jobKinds)
      this.#add(`Expiring-${kind}`, {
        metric: ofQueue(fleet, kind, "ApproximateAgeOfOldestMessage"),
        threshold: retentionSeconds.jobs / 2,
        alarmDescription: `The oldest ${kind} job has waited for half of the time after which SQS deletes it: is the kind paused?`,
      });
    for (const [name, lambda] of triggers)
      this.#add(`Errors-${name}`, {
        metric: lambda.metricErrors(five),
        alarmDescription: `Trigger ${name} failed: the log group /${fleet}/triggers/${name} says why`,
      });
    for (const [name, lambda] of triggers)
      if (streamReaders.includes(name))
        this.#add(`Behind-${name}`, {
          metric: lambda.metric("IteratorAge", { statistic: "Maximum" }).with(five),
          threshold: 10 * 60 * 1000,
          alarmDescription: `Trigger ${name} is ten minutes behind its streams`,
        });
  }

  #add(id: string, props: NotifyingAlarmProps): void {
    this.alarms.push(notifyingAlarm(this, id, this.#topic, props));
  }
}
