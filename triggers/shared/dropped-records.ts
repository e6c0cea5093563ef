// What becomes of records that can never become jobs: they are kept on the trigger's failure queue, in the form in which Lambda
// puts events there, so that people see, replay and clear them like those; and they are counted.
import { GetQueueUrlCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { failedRecordsQueueName } from "../../worker/fleet/resources.ts";
import type { TriggerName } from "../catalog/event-sources.ts";
import type { TriggerConfig } from "./config.ts";

/**
 * Keeps an event of which some records were dropped.
 * @param reasons why, one for each dropped record; nothing is kept without any
 * @throws when the failure queue does not take it: the event must come again
 */
export type KeepDropped = (event: unknown, reasons: readonly string[]) => Promise<void>;

/** The condition of these messages, where Lambda says why it gave an event up. */
export const droppedCondition = "RecordsDropped";

/** A message may be 1 MiB (SQS quotas). An event of a topic is far smaller, a reason may be anything. */
const longestReason = 2000;

export type KeepDroppedOptions = {
  sqs: SQSClient;
  fleet: string;
  trigger: TriggerName;
  /** Epoch milliseconds. */
  now: () => number;
  /** Prints a line of metrics. */
  print: (line: string) => void;
};

/** Makes the function. It looks up the queue at the first dropped record. */
export function keepDroppedOn({ sqs, fleet, trigger, now, print }: KeepDroppedOptions): KeepDropped {
  return async (event, reasons) => {
    if (reasons.length === 0) return;
    const { QueueUrl } = await sqs.send(
      new GetQueueUrlCommand({ QueueName: failedRecordsQueueName(fleet, trigger) }),
    );
    const message = {
      version: "1.0",
      timestamp: new Date(now()).toISOString(),
      requestContext: { condition: droppedCondition, approximateInvokeCount: 1 },
      requestPayload: event,
      responsePayload: {
        errorType: droppedCondition,
        errorMessage: reasons.join("; ").slice(0, longestReason).toWellFormed(),
      },
    };
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(message) }));
    print(metricLine(fleet, trigger, reasons.length, now()));
  };
}

/** The same in a Lambda. */
export function keepDroppedFrom(config: TriggerConfig, trigger: TriggerName): KeepDropped {
  return keepDroppedOn({
    sqs: new SQSClient(config.sqs),
    fleet: config.names.fleet,
    trigger,
    now: Date.now,
    print: (line) => void process.stdout.write(`${line}\n`),
  });
}

/** Counted for the fleet and for the trigger (CloudWatch user guide, "Embedded metric format specification"). */
function metricLine(fleet: string, trigger: string, count: number, atMs: number): string {
  const directive = {
    Namespace: "FifoFleet",
    Dimensions: [["Fleet"], ["Fleet", "Trigger"]],
    Metrics: [{ Name: "RecordsDropped", Unit: "Count" }],
  };
  return JSON.stringify({
    _aws: { Timestamp: atMs, CloudWatchMetrics: [directive] },
    Fleet: fleet,
    Trigger: trigger,
    RecordsDropped: count,
  });
}
