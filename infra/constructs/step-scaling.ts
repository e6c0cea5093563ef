// The scaling policy as alarms and step policies: `decideCapacity` of scaling-policy.ts, written in metric math. A test
// compares the expressions with the function.
import { Duration } from "aws-cdk-lib";
import {
  AdjustmentType,
  type AutoScalingGroup,
  MetricAggregationType,
  StepScalingAction,
} from "aws-cdk-lib/aws-autoscaling";
import { Alarm, ComparisonOperator, type MathExpression, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import { AutoScalingAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import { Construct } from "constructs";
import { jobKinds } from "../../worker/jobs/catalog.ts";
import { combined, minute, ofFleet, ofGroup, ofQueue } from "../fleet-metrics.ts";
import type { ScalingPolicy } from "../scaling-policy.ts";

/** How long a new instance warms up, until its worker reports its slots. Meanwhile the same step adds nothing. */
const warmup = Duration.minutes(3);

/** An alarm takes at most ten metrics (CloudWatch service quotas). One of them is the group's size. */
const queuesPerAlarm = 9;

export type StepScalingProps = {
  fleet: string;
  /** The group's name in metrics. */
  groupName: string;
  group: AutoScalingGroup;
  policy: ScalingPolicy;
};

/** The alarms that size the group. */
export class StepScaling extends Construct {
  readonly alarms: readonly Alarm[];
  readonly #props: StepScalingProps;

  constructor(scope: Construct, id: string, props: StepScalingProps) {
    super(scope, id);
    this.#props = props;
    this.alarms = [...this.#leaveZero(), this.#grow(), this.#empty()];
  }

  /** Starts the first instance. Uses the counts, which never lag, and each queue's own metric in case counting fails. */
  #leaveZero(): Alarm[] {
    const { fleet, groupName } = this.#props;
    const desired = ofGroup(groupName, "GroupDesiredCapacity");
    const visible = ofFleet(fleet, "Visible", "Maximum");
    const first = this.#steps("First", AdjustmentType.CHANGE_IN_CAPACITY, [{ from: 0, by: 1 }]);
    const inFlight = ofFleet(fleet, "InFlight", "Maximum");
    const counted = combined(
      "IF(FILL(desired, 0) < 1 AND visible + inFlight > 0, 1, 0)",
      { desired, visible, inFlight },
      "work at zero",
    );
    const chunks = Array.from({ length: Math.ceil(jobKinds.length / queuesPerAlarm) }, (_, index) =>
      jobKinds.slice(index * queuesPerAlarm, (index + 1) * queuesPerAlarm),
    );
    return [
      this.#alarm("Waiting", counted, 1, first, "Jobs wait and there is no instance"),
      ...chunks.map((kinds, index) => {
        const queues = Object.fromEntries(
          kinds.map((kind, at) => [`q${at}`, ofQueue(fleet, kind, "ApproximateNumberOfMessagesVisible")]),
        );
        const waiting = Object.keys(queues).map((name) => `FILL(${name}, 0)`);
        const expression = `IF(FILL(desired, 0) < 1 AND SUM([${waiting.join(", ")}]) > 0, 1, 0)`;
        const seen = combined(expression, { desired, ...queues }, "waiting at zero, by SQS");
        const text = `Jobs wait and there is no instance, by SQS's metrics: ${kinds.join(", ")}`;
        return this.#alarm(`WaitingBySqs${index + 1}`, seen, 1, first, text);
      }),
    ];
  }

  /** Adds instances while a backlog keeps nearly all slots busy. */
  #grow(): Alarm {
    const { fleet, groupName, policy } = this.#props;
    const backlog = combined(
      `IF(desired > 0 AND busy > 0 AND idle <= ${policy.holdIdleShare} * (busy + idle), visible / desired, 0)`,
      {
        visible: ofFleet(fleet, "Visible", "Maximum"),
        desired: ofGroup(groupName, "GroupDesiredCapacity"),
        busy: ofFleet(fleet, "BusySlots", "Average"),
        idle: ofFleet(fleet, "IdleSlots", "Average"),
      },
      "jobs waiting per instance, none while slots idle",
    );
    const steps = policy.scaleOut.map(({ visiblePerInstance, add }) => ({
      from: visiblePerInstance,
      by: add,
    }));
    const more = this.#steps("More", AdjustmentType.CHANGE_IN_CAPACITY, steps);
    return this.#alarm(
      "Backlog",
      backlog,
      steps[0]?.from ?? 0,
      more,
      "Jobs wait and nearly every slot is busy",
    );
  }

  /** Shrinks to the minimum after a while without any message, waiting or in flight. Without counts nothing shrinks. */
  #empty(): Alarm {
    const { fleet, groupName, policy } = this.#props;
    const idle = combined(
      `IF(visible + inFlight < 1 AND desired > ${policy.min}, 1, 0)`,
      {
        visible: ofFleet(fleet, "Visible", "Maximum"),
        inFlight: ofFleet(fleet, "InFlight", "Maximum"),
        desired: ofGroup(groupName, "GroupDesiredCapacity"),
      },
      "instances without any job",
    );
    const down = this.#steps("Down", AdjustmentType.EXACT_CAPACITY, [{ from: 0, by: policy.min }]);
    const minutes = Math.ceil(policy.scaleInAfterSeconds / minute.toSeconds());
    return this.#alarm("Empty", idle, 1, down, "No job waits or runs, and there are instances", minutes);
  }

  /** Each step applies from `from` upwards. Bounds are relative to the first step, which is the alarm's threshold. */
  #steps(id: string, adjustmentType: AdjustmentType, steps: readonly { from: number; by: number }[]) {
    const action = new StepScalingAction(this, id, {
      autoScalingGroup: this.#props.group,
      adjustmentType,
      metricAggregationType: MetricAggregationType.MAXIMUM,
      ...(adjustmentType === AdjustmentType.CHANGE_IN_CAPACITY && { estimatedInstanceWarmup: warmup }),
    });
    const base = steps[0]?.from ?? 0;
    for (const [index, { from, by }] of steps.entries()) {
      const next = steps[index + 1]?.from;
      action.addAdjustment({
        adjustment: by,
        lowerBound: from - base,
        ...(next !== undefined && { upperBound: next - base }),
      });
    }
    return action;
  }

  #alarm(
    id: string,
    metric: MathExpression,
    threshold: number,
    action: StepScalingAction,
    alarmDescription: string,
    evaluationPeriods = 1,
  ): Alarm {
    const alarm = new Alarm(this, id, {
      metric,
      threshold,
      evaluationPeriods,
      alarmDescription,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      // Missing data neither starts nor ends an instance.
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(new AutoScalingAction(action));
    return alarm;
  }
}
