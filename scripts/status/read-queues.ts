// The depth of a kind's queue and dead-letter queue, as SQS counts it (approximately).
import { GetQueueAttributesCommand, GetQueueUrlCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { deadLetterQueueName, queueName } from "../../worker/fleet/resources.ts";
import type { QueueStatus } from "./fleet-status.ts";

/**
 * Reads the age of a queue's oldest message in seconds; null where it is unknown. SQS has no such attribute: on AWS it is a
 * CloudWatch metric (see queue-ages.ts), the console of the local system reads it from the local queue.
 */
export type AgeOfOldest = (queueName: string) => Promise<number | null>;

/** Reads one kind's queue. @throws the errors of SQS, also for a missing queue */
export type ReadQueue = (kind: string) => Promise<QueueStatus>;

/** Makes the reader, which looks up each queue's URL once. */
export function queueReader(sqs: SQSClient, fleet: string, ageOfOldest: AgeOfOldest | undefined): ReadQueue {
  const urls = new Map<string, Promise<string>>();
  const urlOf = (name: string): Promise<string> => {
    const known = urls.get(name) ?? findUrl(sqs, name);
    urls.set(name, known);
    known.catch(() => urls.delete(name));
    return known;
  };
  return async (kind) => {
    const name = queueName(fleet, kind);
    const [queue, deadLetterQueue] = await Promise.all(
      [name, deadLetterQueueName(fleet, kind)].map(async (each) => depthOf(sqs, await urlOf(each))),
    );
    const { visible = 0, inFlight = 0 } = queue ?? {};
    const oldestSeconds = visible + inFlight === 0 ? 0 : ((await ageOfOldest?.(name)) ?? null);
    const dead = (deadLetterQueue?.visible ?? 0) + (deadLetterQueue?.inFlight ?? 0);
    return { kind, visible, inFlight, dead, oldestSeconds };
  };
}

async function findUrl(sqs: SQSClient, name: string): Promise<string> {
  const { QueueUrl = "" } = await sqs.send(new GetQueueUrlCommand({ QueueName: name }));
  return QueueUrl;
}

async function depthOf(sqs: SQSClient, url: string): Promise<{ visible: number; inFlight: number }> {
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: url,
      AttributeNames: ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
    }),
  );
  return {
    visible: Number(Attributes.ApproximateNumberOfMessages ?? 0),
    inFlight: Number(Attributes.ApproximateNumberOfMessagesNotVisible ?? 0),
  };
}
