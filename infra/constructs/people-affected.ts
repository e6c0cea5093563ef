// The alarm for whoever is called at night: some other alarm says that people notice something.
import { type Alarm, AlarmRule, AlarmState, CompositeAlarm } from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import type { Construct } from "constructs";
import { alarmName } from "../placement.ts";
import { type Bell, descriptionOf } from "./notifying-alarm.ts";

/** The families of alarms that mean that people wait, or get errors, or that what they sent is not done. */
const families = [
  "NobodyWorks",
  "NoCapacity",
  "Late",
  "DeadLetters",
  "FailedEvents",
  "OutboxLate",
  "TriggerBehind",
  "ApiErrors",
];

const id = "PeopleAffected";

/** Creates the alarm over those of the given alarms that people notice. */
export function peopleAffected(scope: Construct, bell: Bell, alarms: readonly Alarm[]): CompositeAlarm {
  const noticed = alarms.filter(({ node }) => families.includes(node.id.split("-")[0] ?? ""));
  const alarm = new CompositeAlarm(scope, id, {
    compositeAlarmName: alarmName(bell.fleet, id),
    alarmDescription: descriptionOf(id, bell, {
      wrong: "People are affected: at least one alarm about late, failed or refused work rings.",
      people: "they wait, or get errors, or what they sent is not done.",
      command: `aws cloudwatch describe-alarms --state-value ALARM --alarm-name-prefix ${bell.fleet}-`,
    }),
    alarmRule: AlarmRule.anyOf(...noticed.map((one) => AlarmRule.fromAlarm(one, AlarmState.ALARM))),
  });
  alarm.addAlarmAction(new SnsAction(bell.topic));
  alarm.addOkAction(new SnsAction(bell.topic));
  return alarm;
}
