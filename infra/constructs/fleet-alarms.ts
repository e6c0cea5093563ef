// What a person is told of: each alarm says in its text what is wrong and where to look first.
import { Duration } from "aws-cdk-lib";
import { Alarm, type AlarmProps, ComparisonOperator, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import { Construct } from "constructs";
import { jobKinds } from "../../worker/jobs/catalog.ts";
import { combined, ofFleet, ofQueue } from "../fleet-metrics.ts";

/** What alarms need. */
export type FleetAlarmsProps = {
  fleet: string;
  topic: ITopic;
  /** Triggers by name, and those of them that read streams. */
  triggers: ReadonlyMap<string, IFunction>;
  streamReaders: readonly string[];
};

/** Jobs that wait this long are late, whatever their kind. */
const lateSeconds = 30 * 60;

const five = { period: Duration.minutes(5) };

/** All alarms that tell people. */
export class FleetAlarms extends Construct {
  readonly alarms: Alarm[] = [];
  readonly #topic: ITopic;

  constructor(scope: Construct, id: string, { fleet, topic, triggers, streamReaders }: FleetAlarmsProps) {
    super(scope, id);
    this.#topic = topic;
    this.#tell("DeadLetters", {
      metric: ofFleet(fleet, "Dead", "Maximum"),
      alarmDescription: "Jobs used up their attempts: npm run queues -- dead",
    });
    this.#tell("FailedEvents", {
      metric: ofFleet(fleet, "FailedEvents", "Maximum"),
      alarmDescription: "A trigger could not take an event: look into the queues that end in -failed",
    });
    this.#tell("NobodyWorks", {
      metric: combined(
        "IF(visible > 0 AND inFlight < 1, 1, 0)",
        {
          visible: ofFleet(fleet, "Visible", "Maximum"),
          inFlight: ofFleet(fleet, "InFlight", "Maximum"),
        },
        "jobs wait and none is worked on",
      ),
      evaluationPeriods: 10,
      alarmDescription: "Jobs wait and none is worked on: no spot capacity, or workers that do not start",
    });
    this.#tell("LeaseLosses", {
      metric: ofFleet(fleet, "LeaseLosses", "Sum").with(five),
      threshold: 10,
      alarmDescription:
        "Workers lose leases: runs are aborted and repeated; look at SQS errors and at stalls",
    });
    this.#tell("NotCounted", {
      metric: ofFleet(fleet, "Visible", "SampleCount").with(five),
      evaluationPeriods: 2,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.BREACHING,
      alarmDescription: "The trigger metrics-due counts nothing: the fleet will not grow or shrink",
    });
    for (const kind of jobKinds)
      this.#tell(`Late-${kind}`, {
        metric: ofQueue(fleet, kind, "ApproximateAgeOfOldestMessage"),
        threshold: lateSeconds,
        evaluationPeriods: 5,
        alarmDescription: `The oldest ${kind} job has waited for half an hour`,
      });
    for (const [name, lambda] of triggers)
      this.#tell(`Errors-${name}`, {
        metric: lambda.metricErrors(five),
        alarmDescription: `Trigger ${name} failed: /${fleet}/triggers/${name} tells why`,
      });
    for (const name of streamReaders)
      this.#tell(`Behind-${name}`, {
        metric: triggers.get(name)?.metric("IteratorAge", { statistic: "Maximum" }).with(five),
        threshold: 10 * 60 * 1000,
        alarmDescription: `Trigger ${name} reads its streams ten minutes late`,
      });
  }

  #tell(id: string, { metric, ...props }: Partial<AlarmProps> & { alarmDescription: string }): void {
    if (metric === undefined) throw new TypeError(`alarm ${id} watches nothing`);
    const alarm = new Alarm(this, id, {
      metric,
      threshold: 1,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      ...props,
    });
    alarm.addAlarmAction(new SnsAction(this.#topic));
    alarm.addOkAction(new SnsAction(this.#topic));
    this.alarms.push(alarm);
  }
}
