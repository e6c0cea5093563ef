// How many messages wait, are worked on, are dead or were never taken, over all queues of a fleet; and that as a line in
// CloudWatch's Embedded Metric Format. A number nobody could read is no number: then there is no line at all.
import { GetQueueAttributesCommand, GetQueueUrlCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { deadLetterQueueName, failedRecordsQueueName, queueName } from "../../worker/fleet/resources.ts";

/** Sums over queues; SQS's counts are approximate. */
export type FleetCounts = {
  /** Jobs that wait, and jobs that were received. */
  Visible: number;
  InFlight: number;
  /** Messages in dead-letter queues. */
  Dead: number;
  /** Events a trigger could not take. */
  FailedEvents: number;
};

/** Which queues are counted. */
export type CounterOptions = {
  sqs: SQSClient;
  fleet: string;
  kinds: readonly string[];
  triggers: readonly string[];
};

/** Makes the function that counts; it rejects when any queue cannot be read. */
export function queueCounter({ sqs, fleet, kinds, triggers }: CounterOptions): () => Promise<FleetCounts> {
  const urls = new Map<string, string>();
  const urlOf = async (name: string): Promise<string> => {
    const known = urls.get(name);
    if (known !== undefined) return known;
    const { QueueUrl = "" } = await sqs.send(new GetQueueUrlCommand({ QueueName: name }));
    urls.set(name, QueueUrl);
    return QueueUrl;
  };
  const count = async (names: readonly string[]) => {
    const counts = await Promise.all(names.map(async (name) => read(sqs, await urlOf(name))));
    const sum = (of: "visible" | "inFlight") => counts.reduce((total, one) => total + one[of], 0);
    return { visible: sum("visible"), inFlight: sum("inFlight") };
  };
  return async () => {
    const [jobs, dead, failed] = await Promise.all([
      count(kinds.map((kind) => queueName(fleet, kind))),
      count(kinds.map((kind) => deadLetterQueueName(fleet, kind))),
      count(triggers.map((trigger) => failedRecordsQueueName(fleet, trigger))),
    ]);
    return {
      Visible: jobs.visible,
      InFlight: jobs.inFlight,
      Dead: dead.visible + dead.inFlight,
      FailedEvents: failed.visible + failed.inFlight,
    };
  };
}

/** A message that was received to be looked at, or is delayed, still counts. */
async function read(sqs: SQSClient, QueueUrl: string): Promise<{ visible: number; inFlight: number }> {
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl,
      AttributeNames: [
        "ApproximateNumberOfMessages",
        "ApproximateNumberOfMessagesDelayed",
        "ApproximateNumberOfMessagesNotVisible",
      ],
    }),
  );
  const {
    ApproximateNumberOfMessages: visible,
    ApproximateNumberOfMessagesDelayed: delayed = "0",
    ApproximateNumberOfMessagesNotVisible: inFlight,
  } = Attributes;
  return { visible: numberOf(visible) + numberOf(delayed), inFlight: numberOf(inFlight) };
}

function numberOf(text: string | undefined): number {
  const number = Number(text);
  if (text === undefined || !Number.isInteger(number)) throw new TypeError("SQS answered no count");
  return number;
}

/** The counts as metrics of the fleet (CloudWatch user guide, "Embedded metric format specification"). */
export function metricLine(fleet: string, counts: FleetCounts, atMs: number): string {
  const Metrics = Object.keys(counts).map((Name) => ({ Name, Unit: "Count" }));
  const directive = { Namespace: "FifoFleet", Dimensions: [["Fleet"]], Metrics };
  return JSON.stringify({
    _aws: { Timestamp: atMs, CloudWatchMetrics: [directive] },
    Fleet: fleet,
    ...counts,
  });
}
