// The alarms for people about triggers and their APIs: they fail, are throttled, or are behind their streams.
import { Duration } from "aws-cdk-lib";
import type { Alarm } from "aws-cdk-lib/aws-cloudwatch";
import { StringParameter } from "aws-cdk-lib/aws-ssm";
import { Construct } from "constructs";
import { type EventSource, eventSources, type TriggerName } from "../../triggers/catalog/event-sources.ts";
import { ofApi, ofTrigger } from "../fleet-metrics.ts";
import { handedOn } from "../placement.ts";
import { type Bell, type NotifyingAlarmProps, notifyingAlarm } from "./notifying-alarm.ts";

export type TriggerAlarmsProps = {
  triggers: readonly TriggerName[];
  /** The stacks that have an HTTP API. */
  apis: readonly ("triggers" | "web")[];
};

/** One failure passes by itself. Two of three periods with failures do not. */
const twoOfThree = { evaluationPeriods: 3, datapointsToAlarm: 2 };

/** Answers of the 5xx kind within five minutes. */
const manyErrors = 3;

/** What people notice of a trigger that does not work, by what calls it. */
const noticed: Record<EventSource["from"], string> = {
  topic: "what they sent is taken late; after three failures it waits as a failed event.",
  streams: "mails and contact sheets come late.",
  schedule: "nothing at first; what it does regularly is not done.",
  http: "messages in Slack are not taken or not answered.",
  pages: "pages fail.",
};

/** All alarms about triggers that notify people. */
export class TriggerAlarms extends Construct {
  readonly alarms: Alarm[] = [];
  readonly #bell: Bell;

  constructor(scope: Construct, id: string, bell: Bell, { triggers, apis }: TriggerAlarmsProps) {
    super(scope, id);
    this.#bell = bell;
    for (const trigger of triggers) this.#about(trigger);
    for (const stack of apis) {
      const apiId = StringParameter.valueForStringParameter(this, handedOn.apiOf(bell.fleet, stack));
      const log = stack === "web" ? "web-api" : "http-api";
      this.#add(`ApiErrors-${stack}`, {
        metric: ofApi(apiId, "5xx").with({ period: Duration.minutes(5) }),
        threshold: manyErrors,
        ...twoOfThree,
        text: {
          wrong: `The HTTP API of the stack ${stack} answers with errors of its own (5xx).`,
          people: noticed[stack === "web" ? "pages" : "http"],
          command: `aws logs tail /${bell.fleet}/${log} --since 30m --filter-pattern '{ $.status >= 500 }'`,
        },
      });
    }
  }

  #about(trigger: TriggerName): void {
    const { fleet } = this.#bell;
    const source: EventSource = eventSources[trigger];
    // Periods that a trigger is called in, as a rule.
    const period = Duration.minutes(source.from === "schedule" ? Math.max(5, source.everyMinutes) : 5);
    const people = noticed[source.from];
    this.#add(`TriggerErrors-${trigger}`, {
      metric: ofTrigger(fleet, trigger, "Errors").with({ period }),
      ...twoOfThree,
      text: {
        wrong: `The trigger ${trigger} fails again and again.`,
        people,
        command: `aws logs tail /${fleet}/triggers/${trigger} --since 30m`,
      },
    });
    this.#add(`TriggerThrottles-${trigger}`, {
      metric: ofTrigger(fleet, trigger, "Throttles").with({ period }),
      ...twoOfThree,
      text: {
        wrong: `Lambda lets too few calls of the trigger ${trigger} run at once.`,
        people,
        command: "aws lambda get-account-settings --query AccountLimit",
      },
    });
    if (source.from === "streams")
      this.#add(`TriggerBehind-${trigger}`, {
        metric: ofTrigger(fleet, trigger, "IteratorAge", "Maximum").with({ period }),
        threshold: 10 * 60 * 1000,
        text: {
          wrong: `The trigger ${trigger} is ten minutes behind the streams that it reads.`,
          people,
          command: `aws logs tail /${fleet}/triggers/${trigger} --since 30m`,
        },
      });
  }

  #add(id: string, props: NotifyingAlarmProps): void {
    this.alarms.push(notifyingAlarm(this, id, this.#bell, props));
  }
}
