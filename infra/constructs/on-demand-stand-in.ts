// The policy of on-demand-policy.ts as alarms and step policies on the group of stand-ins: as many as spot instances do not
// serve, once some have been missing for long, and none soon after all serve.
import { Duration } from "aws-cdk-lib";
import {
  AdjustmentType,
  type AutoScalingGroup,
  MetricAggregationType,
  StepScalingAction,
} from "aws-cdk-lib/aws-autoscaling";
import { Alarm, ComparisonOperator, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import { AutoScalingAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import { Construct } from "constructs";
import { combined, missingIn, missingMetrics, ofGroup } from "../fleet-metrics.ts";
import { standInSteps } from "../on-demand-policy.ts";
import { alarmName } from "../placement.ts";

export type OnDemandStandInProps = {
  fleet: string;
  /** The names of the two groups, and the group of stand-ins itself. */
  spot: string;
  onDemand: string;
  group: AutoScalingGroup;
  afterMinutes: number;
  maxInstances: number;
};

/** When all serve for so long, the stand-ins leave. */
export const backAfter = Duration.minutes(5);

/** The alarms that size the group of stand-ins. Their actions repeat every minute, so the size follows the gap. */
export class OnDemandStandIn extends Construct {
  /** The names of the alarms. */
  readonly alarmNames: readonly string[];

  constructor(scope: Construct, id: string, props: OnDemandStandInProps) {
    super(scope, id);
    const { fleet, spot, onDemand, group, afterMinutes, maxInstances } = props;
    this.alarmNames = ["StandIn", "StandInsLeave"].map((name) => alarmName(fleet, name));
    const comparison = {
      threshold: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    };
    const missing = new Alarm(this, "Missing", {
      alarmName: this.alarmNames[0],
      ...comparison,
      metric: combined(
        `IF(${missingIn("spot")} >= 1, spotDesired - spotServing, 0)`,
        missingMetrics("spot", spot),
        "spot instances that do not serve, once some did not come",
      ),
      evaluationPeriods: afterMinutes,
      alarmDescription: `Spot instances have been missing for ${afterMinutes} minutes: on-demand ones stand in`,
    });
    const back = new Alarm(this, "Back", {
      alarmName: this.alarmNames[1],
      ...comparison,
      metric: combined(
        "IF(spotDesired - spotServing < 1 AND standIns > 0, 1, 0)",
        {
          spotDesired: ofGroup(spot, "GroupDesiredCapacity"),
          spotServing: ofGroup(spot, "GroupInServiceInstances"),
          standIns: ofGroup(onDemand, "GroupDesiredCapacity"),
        },
        "on-demand instances that stand in for none",
      ),
      evaluationPeriods: backAfter.toMinutes(),
      alarmDescription: "Spot instances have come: the on-demand ones that stood in for them leave",
    });
    const sizes = standInSteps.filter((size) => size <= maxInstances);
    missing.addAlarmAction(new AutoScalingAction(exactly(this, "StandIn", group, sizes)));
    back.addAlarmAction(new AutoScalingAction(exactly(this, "Leave", group, [0])));
  }
}

/** Steps from the alarm's threshold of 1 upwards, each to its own size; one size for everything. */
function exactly(scope: Construct, id: string, autoScalingGroup: AutoScalingGroup, sizes: readonly number[]) {
  const action = new StepScalingAction(scope, id, {
    autoScalingGroup,
    adjustmentType: AdjustmentType.EXACT_CAPACITY,
    metricAggregationType: MetricAggregationType.MAXIMUM,
  });
  for (const [index, size] of sizes.entries()) {
    const next = sizes[index + 1];
    action.addAdjustment({
      adjustment: size,
      lowerBound: Math.max(0, size - 1),
      ...(next !== undefined && { upperBound: next - 1 }),
    });
  }
  return action;
}
