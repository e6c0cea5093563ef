// Counts the messages of all queues of a fleet: waiting and in flight by kind, dead, failed events. If a queue cannot be read,
// there is no count: an incomplete one would mislead.
import { GetQueueAttributesCommand, GetQueueUrlCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { deadLetterQueueName, failedRecordsQueueName, queueName } from "../../worker/fleet/resources.ts";

/** Messages of one queue. SQS's counts are approximate. */
export type QueueCount = { waiting: number; inFlight: number };

/** The counts of one moment. */
export type QueueCounts = {
  /** Jobs by kind. */
  kinds: Readonly<Record<string, QueueCount>>;
  /** Messages in dead-letter queues, by kind. */
  dead: Readonly<Record<string, number>>;
  /** Events that a trigger could not process, by trigger. */
  failedEvents: Readonly<Record<string, number>>;
};

/** Which queues are counted. */
export type CounterOptions = {
  sqs: SQSClient;
  fleet: string;
  kinds: readonly string[];
  triggers: readonly string[];
};

/** Makes the function that counts. It rejects when any queue cannot be read. */
export function queueCounter({ sqs, fleet, kinds, triggers }: CounterOptions): () => Promise<QueueCounts> {
  const urls = new Map<string, string>();
  const urlOf = async (name: string): Promise<string> => {
    const known = urls.get(name);
    if (known !== undefined) return known;
    const { QueueUrl = "" } = await sqs.send(new GetQueueUrlCommand({ QueueName: name }));
    urls.set(name, QueueUrl);
    return QueueUrl;
  };
  const countOf = async (name: string) => read(sqs, await urlOf(name));
  const countAll = async (of: readonly string[], nameOf: (fleet: string, one: string) => string) =>
    Object.fromEntries(
      await Promise.all(of.map(async (one) => [one, await countOf(nameOf(fleet, one))] as const)),
    );
  return async () => {
    const [jobs, dead, failedEvents] = await Promise.all([
      countAll(kinds, queueName),
      countAll(kinds, deadLetterQueueName),
      countAll(triggers, failedRecordsQueueName),
    ]);
    return { kinds: jobs, dead: whole(dead), failedEvents: whole(failedEvents) };
  };
}

/** Messages by queue, whether they are in somebody's hand or not. */
const whole = (counts: Readonly<Record<string, QueueCount>>) =>
  Object.fromEntries(Object.entries(counts).map(([one, { waiting, inFlight }]) => [one, waiting + inFlight]));

/** Delayed messages count as waiting. */
async function read(sqs: SQSClient, QueueUrl: string): Promise<QueueCount> {
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
  return { waiting: numberOf(visible) + numberOf(delayed), inFlight: numberOf(inFlight) };
}

/** Anything but digits is an error: read as zero, it would shrink a fleet that has work. */
function numberOf(text = ""): number {
  if (!/^\d+$/.test(text)) throw new TypeError("SQS returned no count");
  return Number(text);
}
