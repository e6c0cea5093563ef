// The alarms for people about the fleet's instances: none come, none get ready, they fail, or they were not replaced. The
// description of each says what is wrong, what it means, and where to look first.
import { Duration } from "aws-cdk-lib";
import type { Alarm } from "aws-cdk-lib/aws-cloudwatch";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import { Construct } from "constructs";
import { combined, missingIn, missingMetrics, ofFleet, ofGroup, ofRule } from "../fleet-metrics.ts";
import { readyWithinSeconds } from "../instance-life.ts";
import { ruleNames } from "./group-events.ts";
import { type NotifyingAlarmProps, notifyingAlarm } from "./notifying-alarm.ts";

export type InstanceAlarmsProps = {
  fleet: string;
  topic: ITopic;
  spot: string;
  /** Undefined where no on-demand instances stand in. */
  onDemand: string | undefined;
  maxInstances: number;
  /** When on-demand instances stand in; 0 where they do not. */
  onDemandAfterMinutes: number;
};

/** On-demand instances have so long to come, once they were asked for. */
const standInsWithinMinutes = 10;

/** All alarms about instances that notify people. */
export class InstanceAlarms extends Construct {
  readonly alarms: Alarm[] = [];
  readonly #topic: ITopic;

  constructor(scope: Construct, id: string, props: InstanceAlarmsProps) {
    super(scope, id);
    this.#topic = props.topic;
    const { fleet, spot, onDemand, maxInstances, onDemandAfterMinutes } = props;
    const standIns = onDemand
      ? {
          serving: ofGroup(onDemand, "GroupInServiceInstances"),
          coming: ofGroup(onDemand, "GroupPendingInstances"),
        }
      : undefined;
    this.#add("NoCapacity", {
      metric: combined(
        standIns ? `${missingIn("spot")} - serving - coming` : missingIn("spot"),
        { ...missingMetrics("spot", spot), ...standIns },
        "instances asked for that did not come",
      ),
      evaluationPeriods: onDemandAfterMinutes + standInsWithinMinutes,
      alarmDescription:
        "Instances were asked for and none came, spot or on-demand: jobs wait. npm run queues -- status --aws names the error; docs/runbooks/no-capacity.md",
    });
    this.#add("NotReady", {
      metric: combined(
        "desired - serving",
        {
          desired: ofGroup(spot, "GroupDesiredCapacity"),
          serving: ofGroup(spot, "GroupInServiceInstances"),
        },
        "instances asked for that are not in service",
      ),
      evaluationPeriods: Math.ceil(readyWithinSeconds / 60) + 15,
      alarmDescription:
        "For half an hour fewer instances were in service than asked for: jobs wait longer. They do not come, or they do not boot; docs/runbooks/no-capacity.md",
    });
    this.#add("InstancesFail", {
      metric: ofFleet(fleet, "InstancesFailed", "Sum").with({ period: Duration.minutes(15) }),
      threshold: 2,
      alarmDescription: `Instances end themselves, since they could not boot or their worker did not stay up: jobs wait. The streams that end in /host of the log group /${fleet}/workers say why; docs/runbooks/instances-fail.md`,
    });
    this.#add("LaunchErrors", {
      metric: ofRule(ruleNames(fleet).launchErrors, "MatchedEvents").with({ period: Duration.minutes(5) }),
      evaluationPeriods: 3,
      alarmDescription:
        "Launches have failed for a quarter of an hour, for want of capacity or by a quota: the fleet may not grow. npm run queues -- status --aws names the error; docs/runbooks/no-capacity.md",
    });
    this.#add("RolloutFailed", {
      metric: ofRule(ruleNames(fleet).failedRollouts, "MatchedEvents").with({ period: Duration.minutes(5) }),
      alarmDescription:
        "A deployment could not replace all instances, so that some may run the old version: people may see both. docs/runbooks/rollout-failed.md",
    });
    this.#add("AtMaximum", {
      metric: combined(
        `IF(desired >= ${maxInstances} AND visible > 0, 1, 0)`,
        { desired: ofGroup(spot, "GroupDesiredCapacity"), visible: ofFleet(fleet, "Visible", "Maximum") },
        "the fleet is as large as it may be, and jobs wait",
      ),
      evaluationPeriods: 30,
      alarmDescription: `The fleet has had its ${maxInstances} instances for half an hour and jobs still wait: they take longer. Raise maxInstances, or see which kind waits: npm run queues -- status --aws`,
    });
  }

  #add(id: string, props: NotifyingAlarmProps): void {
    this.alarms.push(notifyingAlarm(this, id, this.#topic, props));
  }
}
