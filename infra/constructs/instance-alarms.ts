// The alarms for people about the fleet's instances: none come, none get ready, they fail, or they were not replaced.
import { Duration } from "aws-cdk-lib";
import type { Alarm } from "aws-cdk-lib/aws-cloudwatch";
import { Construct } from "constructs";
import { combined, missingIn, missingMetrics, ofFleet, ofGroup, ofRule } from "../fleet-metrics.ts";
import { readyWithinSeconds } from "../instance-life.ts";
import { ruleNames } from "./group-events.ts";
import { type Bell, type NotifyingAlarmProps, notifyingAlarm } from "./notifying-alarm.ts";

export type InstanceAlarmsProps = {
  spot: string;
  /** Undefined where no on-demand instances stand in. */
  onDemand: string | undefined;
  maxInstances: number;
  /** When on-demand instances stand in; 0 where they do not. */
  onDemandAfterMinutes: number;
};

/** On-demand instances have so long to come, once they were asked for. */
const standInsWithinMinutes = 10;

const status = "npm run queues -- status --aws";

/** All alarms about instances that notify people. */
export class InstanceAlarms extends Construct {
  readonly alarms: Alarm[] = [];
  readonly #bell: Bell;

  constructor(scope: Construct, id: string, bell: Bell, props: InstanceAlarmsProps) {
    super(scope, id);
    this.#bell = bell;
    this.#missing(props);
    this.#failing(props);
    this.#atMaximum(props);
  }

  #missing({ spot, onDemand, onDemandAfterMinutes }: InstanceAlarmsProps): void {
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
      text: {
        wrong: "Instances were asked for and none came, spot or on-demand.",
        people: "what they send is done late or not at all; nothing is lost.",
        command: status,
      },
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
      text: {
        wrong:
          "For half an hour fewer instances were in service than asked for: they do not come, or do not boot.",
        people: "what they send takes longer.",
        command: status,
      },
    });
  }

  #failing({ spot }: InstanceAlarmsProps): void {
    const { fleet } = this.#bell;
    const activities = `aws autoscaling describe-scaling-activities --auto-scaling-group-name ${spot} --max-items 10`;
    this.#add("InstancesFail", {
      metric: ofFleet(fleet, "InstancesFailed", "Sum").with({ period: Duration.minutes(15) }),
      threshold: 2,
      text: {
        wrong: "Instances end themselves, since they could not boot or their worker did not stay up.",
        people: "what they send takes longer, or is not done while no instance works.",
        command: `aws logs tail /${fleet}/workers --since 1h --filter-pattern '"instance ends"'`,
      },
    });
    this.#add("LaunchErrors", {
      metric: ofRule(ruleNames(fleet).launchErrors, "MatchedEvents").with({ period: Duration.minutes(5) }),
      evaluationPeriods: 3,
      datapointsToAlarm: 2,
      text: {
        wrong: "Launches of instances fail again and again, for want of capacity, by a quota or by a right.",
        people: "what they send may take longer: the fleet may not grow.",
        command: activities,
      },
    });
    this.#add("RolloutFailed", {
      metric: ofRule(ruleNames(fleet).failedRollouts, "MatchedEvents").with({ period: Duration.minutes(5) }),
      text: {
        wrong: "A deployment could not replace all instances.",
        people: "they may see the old version and the new one.",
        command: `aws autoscaling describe-instance-refreshes --auto-scaling-group-name ${spot} --max-records 1`,
      },
    });
  }

  #atMaximum({ spot, maxInstances }: InstanceAlarmsProps): void {
    this.#add("AtMaximum", {
      metric: combined(
        `IF(desired >= ${maxInstances} AND visible > 0, 1, 0)`,
        {
          desired: ofGroup(spot, "GroupDesiredCapacity"),
          visible: ofFleet(this.#bell.fleet, "Visible", "Maximum"),
        },
        "the fleet is as large as it may be, and jobs wait",
      ),
      evaluationPeriods: 30,
      text: {
        wrong: `The fleet has had the ${maxInstances} instances that it may have for half an hour, and jobs still wait.`,
        people: "what they send takes longer.",
        command: status,
      },
    });
  }

  #add(id: string, props: NotifyingAlarmProps): void {
    this.alarms.push(notifyingAlarm(this, id, this.#bell, props));
  }
}
