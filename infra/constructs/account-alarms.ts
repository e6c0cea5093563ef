// The alarms for people about what a fleet shares with the rest of its account and region: throttled tables and the
// reputation of its mail.
import { Duration } from "aws-cdk-lib";
import { type Alarm, MathExpression, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import { Construct } from "constructs";
import { ofMail } from "../fleet-metrics.ts";
import { type Bell, type NotifyingAlarmProps, notifyingAlarm } from "./notifying-alarm.ts";

/** Throttled requests within five minutes. The SDK repeats a few without anybody noticing. */
const manyThrottles = 10;

/**
 * SES reviews an account from these rates on, and stops its mail at twice the first and five times the second (SES developer
 * guide, "Using the bounce and complaint metrics").
 */
const reviewedFrom = { bounces: 0.05, complaints: 0.001 };

/** All alarms about the account that notify people. */
export class AccountAlarms extends Construct {
  readonly alarms: Alarm[] = [];
  readonly #bell: Bell;

  constructor(scope: Construct, id: string, bell: Bell, { sendsMail }: { sendsMail: boolean }) {
    super(scope, id);
    this.#bell = bell;
    this.#throttles();
    if (sendsMail) this.#mail();
  }

  /**
   * One query over the tables of the account and region: it cannot choose by the beginning of a name, and a metric for each
   * table, both ways, would be fifty metrics by the month.
   */
  #throttles(): void {
    this.#add("TableThrottles", {
      metric: new MathExpression({
        expression: 'SELECT SUM(ThrottledRequests) FROM SCHEMA("AWS/DynamoDB", TableName, Operation)',
        usingMetrics: {},
        label: "throttled requests to tables of the account",
        period: Duration.minutes(5),
      }),
      threshold: manyThrottles,
      evaluationPeriods: 3,
      datapointsToAlarm: 2,
      text: {
        wrong: "DynamoDB throttles requests to tables of this account and region.",
        people: "jobs take longer, and pages may fail.",
        command:
          "aws cloudwatch list-metrics --namespace AWS/DynamoDB --metric-name ThrottledRequests --recently-active PT3H",
      },
    });
  }

  /** The rates stand still while nothing is sent, and so do these alarms. */
  #mail(): void {
    const rate = { period: Duration.hours(1) };
    const command = "aws sesv2 get-account --query '[EnforcementStatus,SendQuota]'";
    this.#add("MailBounces", {
      metric: ofMail("Reputation.BounceRate").with(rate),
      threshold: reviewedFrom.bounces,
      treatMissingData: TreatMissingData.IGNORE,
      text: {
        wrong: "Five of a hundred of the account's mails bounce; at ten SES stops its mail.",
        people: "answers do not reach some of them, and soon none of them.",
        command,
      },
    });
    this.#add("MailComplaints", {
      metric: ofMail("Reputation.ComplaintRate").with(rate),
      threshold: reviewedFrom.complaints,
      treatMissingData: TreatMissingData.IGNORE,
      text: {
        wrong: "One of a thousand of the account's mails is reported as spam; at five SES stops its mail.",
        people: "some get mails that they did not want; soon nobody gets any.",
        command,
      },
    });
  }

  #add(id: string, props: NotifyingAlarmProps): void {
    this.alarms.push(notifyingAlarm(this, id, this.#bell, props));
  }
}
