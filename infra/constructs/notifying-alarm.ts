// An alarm that a person hears of, when it begins and when it is over. Its text says what is wrong, what that means for the
// people who use the fleet, the first command to run, and its page in docs/runbooks/.
import { Alarm, type AlarmProps, ComparisonOperator, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type { Construct } from "constructs";
import { alarmName } from "../placement.ts";

/** What an alarm tells a person: whole sentences, and a command. */
export type AlarmText = {
  /** What is wrong. */
  wrong: string;
  /** What the people who use the fleet notice. */
  people: string;
  /** The first command to run. */
  command: string;
};

/** Where alarms are heard, and where their pages are. */
export type Bell = {
  fleet: string;
  topic: ITopic;
  /** Where docs/ can be read: an address, or the folder's own name. */
  docs: string;
};

/** Like an alarm's, but the text has parts, and the rest has a usual value. */
export type NotifyingAlarmProps = Partial<Omit<AlarmProps, "alarmDescription" | "alarmName">> &
  Pick<AlarmProps, "metric"> & { text: AlarmText };

/**
 * The page of an alarm below docs/. Alarms of one family share it: `Late-resize-image` has the page of `Late`.
 * @param id the alarm's name without the fleet's: words in capitals, and what it is about after a hyphen
 */
export const pageOf = (id: string): string => {
  const [family = id] = id.split("-");
  return `runbooks/${family.replaceAll(/(?!^)[A-Z]/g, (letter) => `-${letter}`).toLowerCase()}.md`;
};

/** The description of an alarm. CloudWatch allows 1,024 characters (PutMetricAlarm API reference). */
export const descriptionOf = (id: string, { docs }: Bell, { wrong, people, command }: AlarmText): string =>
  `${wrong} People: ${people} Run: ${command} Page: ${docs}/${pageOf(id)}`;

/** Creates the alarm: unless told otherwise it rings from one on, at once, and not where there are no figures. */
export function notifyingAlarm(
  scope: Construct,
  id: string,
  bell: Bell,
  { text, ...props }: NotifyingAlarmProps,
): Alarm {
  const alarm = new Alarm(scope, id, {
    alarmName: alarmName(bell.fleet, id),
    alarmDescription: descriptionOf(id, bell, text),
    threshold: 1,
    evaluationPeriods: 1,
    comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    treatMissingData: TreatMissingData.NOT_BREACHING,
    ...props,
  });
  alarm.addAlarmAction(new SnsAction(bell.topic));
  alarm.addOkAction(new SnsAction(bell.topic));
  return alarm;
}
