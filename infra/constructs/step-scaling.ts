// The alarms that grow the group. The counting trigger decides (infra/scaling-policy.ts) and prints the size to grow to; it
// shrinks the group itself, by ending the emptiest instances. docs/scaling.md says why.
import { Duration } from "aws-cdk-lib";
import {
  AdjustmentType,
  type AutoScalingGroup,
  MetricAggregationType,
  StepScalingAction,
} from "aws-cdk-lib/aws-autoscaling";
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  type MathExpression,
  TreatMissingData,
} from "aws-cdk-lib/aws-cloudwatch";
import { AutoScalingAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import { Construct } from "constructs";
import { jobKinds } from "../../worker/jobs/catalog.ts";
import { combined, ofFleet, ofGroup, ofQueue } from "../fleet-metrics.ts";
import { alarmName } from "../placement.ts";

/** An alarm takes at most ten metrics (CloudWatch service quotas). One of them is the group's size. */
const queuesPerAlarm = 9;

/** A step policy has at most twenty steps (Auto Scaling service quotas). */
const mostSteps = 20;

/** The sizes that the fleet grows to: every one up to twenty, and twenty even ones for a larger fleet, rounded up. */
export const sizesUpTo = (max: number): number[] =>
  Array.from({ length: Math.min(max, mostSteps) }, (_, index) =>
    Math.ceil((max * (index + 1)) / Math.min(max, mostSteps)),
  );

export type StepScalingProps = {
  fleet: string;
  /** The group's name in metrics. */
  groupName: string;
  group: AutoScalingGroup;
  /** The largest size. */
  max: number;
  /** Seconds between two counts: 60, or less with metrics and an alarm of high resolution. */
  countSeconds: number;
};

/** The alarms that size the group. */
export class StepScaling extends Construct {
  /** The names of the alarms. */
  readonly alarmNames: readonly string[];
  readonly #props: StepScalingProps;

  constructor(scope: Construct, id: string, props: StepScalingProps) {
    super(scope, id);
    this.#props = props;
    this.alarmNames = [this.#grow(), ...this.#leaveZeroBySqs()];
  }

  /**
   * Sets the size that the last line asks for. One datapoint decides, since each is a whole decision, made from two looks.
   * The size is exact, because Auto Scaling repeats the action every minute: an alarm that sees the same datapoint twice, as
   * when the next one is late, must not add instances twice. For the same reason nothing warms up: the policy itself knows
   * which instances are on their way.
   */
  #grow(): string {
    const { fleet, max, countSeconds } = this.#props;
    const metric = ofFleet(fleet, "GrowTo", "Maximum").with({ period: Duration.seconds(countSeconds) });
    const action = new StepScalingAction(this, "GrowSteps", {
      autoScalingGroup: this.#props.group,
      adjustmentType: AdjustmentType.EXACT_CAPACITY,
      metricAggregationType: MetricAggregationType.MAXIMUM,
      estimatedInstanceWarmup: Duration.seconds(0),
    });
    const sizes = sizesUpTo(max);
    for (const [index, size] of sizes.entries())
      action.addAdjustment({
        adjustment: size,
        lowerBound: sizes[index - 1] ?? 0,
        ...(index < sizes.length - 1 && { upperBound: size }),
      });
    return this.#alarm("Grow", { metric, action, text: "The fleet needs more instances than it has" });
  }

  /**
   * Starts the first instance should counting fail, by SQS's own metrics. Two of three datapoints, because a size that is
   * published late counts as none at first.
   */
  #leaveZeroBySqs(): string[] {
    const { fleet, groupName } = this.#props;
    const desired = ofGroup(groupName, "GroupDesiredCapacity");
    const chunks = Array.from({ length: Math.ceil(jobKinds.length / queuesPerAlarm) }, (_, index) =>
      jobKinds.slice(index * queuesPerAlarm, (index + 1) * queuesPerAlarm),
    );
    const action = new StepScalingAction(this, "FirstSteps", {
      autoScalingGroup: this.#props.group,
      adjustmentType: AdjustmentType.CHANGE_IN_CAPACITY,
      metricAggregationType: MetricAggregationType.MAXIMUM,
      estimatedInstanceWarmup: Duration.minutes(5),
    });
    action.addAdjustment({ adjustment: 1, lowerBound: 0 });
    return chunks.map((kinds, index) => {
      const queues = Object.fromEntries(
        kinds.map((kind, at) => [`q${at}`, ofQueue(fleet, kind, "ApproximateNumberOfMessagesVisible")]),
      );
      const waiting = Object.keys(queues).map((name) => `FILL(${name}, 0)`);
      const expression = `IF(FILL(desired, 0) < 1 AND SUM([${waiting.join(", ")}]) > 0, 1, 0)`;
      const metric = combined(expression, { desired, ...queues }, "waiting at zero, by SQS");
      const text = `Jobs wait and there is no instance, by SQS's metrics: ${kinds.join(", ")}`;
      return this.#alarm(`WaitingBySqs${index + 1}`, { metric, action, text, of: 3, breaching: 2 });
    });
  }

  #alarm(
    id: string,
    {
      metric,
      action,
      text,
      of = 1,
      breaching = 1,
    }: {
      metric: IMetric | MathExpression;
      action: StepScalingAction;
      text: string;
      of?: number;
      breaching?: number;
    },
  ): string {
    const name = alarmName(this.#props.fleet, id);
    const alarm = new Alarm(this, id, {
      alarmName: name,
      metric,
      threshold: 1,
      evaluationPeriods: of,
      datapointsToAlarm: breaching,
      alarmDescription: text,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      // Missing data neither starts nor ends an instance.
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(new AutoScalingAction(action));
    return name;
  }
}
