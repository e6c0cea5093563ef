// An alarm that a person hears of, when it begins and when it is over.
import { Alarm, type AlarmProps, ComparisonOperator, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type { Construct } from "constructs";

/** Like an alarm's, but what the alarm is about has to be said, and the rest has a usual value. */
export type NotifyingAlarmProps = Partial<AlarmProps> &
  Pick<AlarmProps, "metric"> & { alarmDescription: string };

/** Creates the alarm: unless told otherwise it rings from one on, at once, and not where there are no figures. */
export function notifyingAlarm(
  scope: Construct,
  id: string,
  topic: ITopic,
  props: NotifyingAlarmProps,
): Alarm {
  const alarm = new Alarm(scope, id, {
    threshold: 1,
    evaluationPeriods: 1,
    comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    treatMissingData: TreatMissingData.NOT_BREACHING,
    ...props,
  });
  alarm.addAlarmAction(new SnsAction(topic));
  alarm.addOkAction(new SnsAction(topic));
  return alarm;
}
