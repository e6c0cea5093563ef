// The alarms for people about jobs: they fail, are not worked on, are late, would be deleted, or are not counted.
import { Duration } from "aws-cdk-lib";
import { type Alarm, ComparisonOperator, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import { Construct } from "constructs";
import { triggersWithFailures } from "../../triggers/catalog/event-sources.ts";
import { retentionSeconds } from "../../worker/fleet/queue-settings.ts";
import { deadLetterQueueName, failedRecordsQueueName } from "../../worker/fleet/resources.ts";
import { jobKinds } from "../../worker/jobs/catalog.ts";
import { ageIn, combined, ofFleet, ofQueue } from "../fleet-metrics.ts";
import { type Bell, type NotifyingAlarmProps, notifyingAlarm } from "./notifying-alarm.ts";

/** Jobs of any kind that wait this long are late. */
export const lateSeconds = 30 * 60;

/** A follow-up is enqueued within seconds, or by the sweeper within two minutes. */
const outboxLateSeconds = 5 * 60;

/** An alarm takes at most ten metrics (CloudWatch service quotas). */
const queuesPerAlarm = 10;

const five = { period: Duration.minutes(5) };
const status = "npm run queues -- status --aws";

/** All alarms about jobs that notify people. */
export class FleetAlarms extends Construct {
  readonly alarms: Alarm[] = [];
  readonly #bell: Bell;

  constructor(scope: Construct, id: string, bell: Bell) {
    super(scope, id);
    this.#bell = bell;
    this.#failed();
    this.#stalled();
    this.#waiting();
    this.#workers();
  }

  /** Arrivals, not what is there: a standing count would ring once and then be silent for what follows. */
  #failed(): void {
    const { fleet } = this.#bell;
    this.#add("DeadLetters", {
      metric: ofFleet(fleet, "DeadArrived", "Sum").with(five),
      text: {
        wrong: "Jobs failed too often and were dead-lettered.",
        people: "what they sent is not done, and will not be by itself.",
        command: "npm run queues -- dead --aws",
      },
    });
    this.#add("FailedEvents", {
      metric: ofFleet(fleet, "FailedEventsArrived", "Sum").with(five),
      text: {
        wrong: "A trigger gave up an event or dropped records of one, so that no job was enqueued.",
        people: "what they sent seems to be ignored.",
        command: "npm run queues -- failed --aws",
      },
    });
    this.#add("OutboxLate", {
      metric: ofFleet(fleet, "OutboxSeconds", "Maximum"),
      threshold: outboxLateSeconds,
      text: {
        wrong: "A follow-up job has been in the outbox for five minutes and cannot be enqueued.",
        people: "a mail or a contact sheet does not come.",
        command: `aws logs tail /${fleet}/triggers/outbox-due --since 30m`,
      },
    });
  }

  #stalled(): void {
    const { fleet } = this.#bell;
    this.#add("NobodyWorks", {
      metric: combined(
        "IF(visible > 0 AND inFlight < 1, 1, 0)",
        {
          visible: ofFleet(fleet, "Visible", "Maximum"),
          inFlight: ofFleet(fleet, "InFlight", "Maximum"),
        },
        "jobs wait and none is worked on",
      ),
      evaluationPeriods: 10,
      text: {
        wrong: "Jobs have waited for ten minutes and none is worked on.",
        people: "nothing that they send is done; nothing is lost.",
        command: status,
      },
    });
    this.#add("NotCounted", {
      metric: ofFleet(fleet, "Visible", "SampleCount").with(five),
      evaluationPeriods: 2,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.BREACHING,
      text: {
        wrong:
          "The trigger metrics-due has not counted the queues for ten minutes, so the fleet does not grow.",
        people: "with many jobs they wait longer; alarms on dead letters and failed events are blind.",
        command: `aws logs tail /${fleet}/triggers/metrics-due --since 30m`,
      },
    });
  }

  #waiting(): void {
    const { fleet } = this.#bell;
    for (const kind of jobKinds) {
      const metric = ofQueue(fleet, kind, "ApproximateAgeOfOldestMessage");
      this.#add(`Late-${kind}`, {
        metric,
        threshold: lateSeconds,
        evaluationPeriods: 5,
        text: {
          wrong: `The oldest ${kind} job has waited for half an hour.`,
          people: "they wait for it.",
          command: status,
        },
      });
      this.#add(`Expiring-${kind}`, {
        metric,
        threshold: retentionSeconds.jobs / 2,
        text: {
          wrong: `The oldest ${kind} job has waited for half of the time after which SQS deletes it.`,
          people: "what they sent would be lost without a word.",
          command: "npm run queues -- pause --aws",
        },
      });
    }
    const ends = [
      ...jobKinds.map((kind) => deadLetterQueueName(fleet, kind)),
      ...triggersWithFailures.map((trigger) => failedRecordsQueueName(fleet, trigger)),
    ];
    for (let at = 0; at < ends.length; at += queuesPerAlarm)
      this.#add(`ExpiringDead-${at / queuesPerAlarm + 1}`, {
        metric: oldestOf(ends.slice(at, at + queuesPerAlarm)),
        threshold: retentionSeconds.deadLetters / 2,
        text: {
          wrong: "A dead letter or failed event has waited for half of the time after which SQS deletes it.",
          people: "what they sent can soon no longer be repeated.",
          command: "npm run queues -- dead --aws",
        },
      });
  }

  #workers(): void {
    const { fleet } = this.#bell;
    this.#add("LeaseLosses", {
      metric: ofFleet(fleet, "LeaseLosses", "Sum").with(five),
      threshold: 10,
      text: {
        wrong: "Workers lose their leases, so that runs are aborted and repeated.",
        people: "what they sent takes longer.",
        command: `aws logs tail /${fleet}/workers --since 30m --filter-pattern lease`,
      },
    });
    this.#add("ServicesDown", {
      metric: ofFleet(fleet, "ServicesDown", "Maximum"),
      evaluationPeriods: 5,
      text: {
        wrong: "An AWS service has not answered a worker for five minutes.",
        people: "jobs that need it wait; nothing is lost.",
        command: status,
      },
    });
    this.#add("SandboxNotConfined", {
      metric: ofFleet(fleet, "SandboxNotConfined", "Maximum").with(five),
      text: {
        wrong: "An instance cannot confine what decodes foreign bytes, so its worker does not start.",
        people: "nothing that they send is done on such instances.",
        command: `aws logs tail /${fleet}/workers --since 30m --filter-pattern confined`,
      },
    });
  }

  #add(id: string, props: NotifyingAlarmProps): void {
    this.alarms.push(notifyingAlarm(this, id, this.#bell, props));
  }
}

/** The age of the oldest message in some queues. */
function oldestOf(queues: readonly string[]) {
  const ages = Object.fromEntries(queues.map((queue, index) => [`q${index}`, ageIn(queue)]));
  return combined("MAX(METRICS())", ages, "age of the oldest message, seconds");
}
