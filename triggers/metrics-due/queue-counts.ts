// Counts the messages of all queues of a fleet (waiting, in flight, dead, failed events) and writes the counts as a line in
// CloudWatch's Embedded Metric Format. If a queue cannot be read, there is no line: an incomplete count would mislead.
import { GetQueueAttributesCommand, GetQueueUrlCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { deadLetterQueueName, failedRecordsQueueName, queueName } from "../../worker/fleet/resources.ts";

/** Sums over queues. SQS's counts are approximate. The names are those of the metrics. */
export type FleetCounts = {
  /** Jobs that wait. */
  Visible: number;
  /** Jobs that have been received. */
  InFlight: number;
  /** Messages in dead-letter queues. */
  Dead: number;
  /** Events that a trigger could not process. */
  FailedEvents: number;
};

/** Which queues are counted. */
export type CounterOptions = {
  sqs: SQSClient;
  fleet: string;
  kinds: readonly string[];
  triggers: readonly string[];
};

/** Makes the function that counts. It rejects when any queue cannot be read. */
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

/** Delayed messages count as visible. */
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
  if (text === undefined || !Number.isInteger(number)) throw new TypeError("SQS returned no count");
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
