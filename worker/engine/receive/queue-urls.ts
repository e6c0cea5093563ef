// Finds the queues of the subscribed kinds. Done once at the start, so that a missing queue is reported immediately.
import { GetQueueUrlCommand, QueueDoesNotExist, type SQSClient } from "@aws-sdk/client-sqs";
import { InvalidSettings } from "../../fleet/errors.ts";
import { deadLetterQueueName, queueName } from "../../fleet/resources.ts";

/** Queue URLs by job kind. */
export type QueueUrls = { queue: (kind: string) => string; deadLetterQueue: (kind: string) => string };

/** The URLs, of which those of dead-letter queues are there once `findDeadLetterQueues` has resolved; it throws as `findQueues`. */
export type FoundQueues = { urls: QueueUrls; findDeadLetterQueues: () => Promise<void> };

/**
 * Looks up queue and dead-letter queue of every kind.
 * @throws InvalidSettings naming all queues that do not exist
 */
export async function findQueues(
  sqs: SQSClient,
  fleet: string,
  kinds: readonly string[],
): Promise<QueueUrls> {
  const { urls, findDeadLetterQueues } = await findReceived(sqs, fleet, kinds);
  await findDeadLetterQueues();
  return urls;
}

/**
 * Looks up the queue of every kind: what a worker needs to receive.
 * @throws InvalidSettings naming all queues that do not exist, dead-letter queues among them
 */
export async function findReceived(
  sqs: SQSClient,
  fleet: string,
  kinds: readonly string[],
): Promise<FoundQueues> {
  const missing: string[] = [];
  const found = new Map<string, string>();
  const find = async (name: string): Promise<void> => {
    try {
      const { QueueUrl = "" } = await sqs.send(new GetQueueUrlCommand({ QueueName: name }));
      found.set(name, QueueUrl);
    } catch (error) {
      if (!(error instanceof QueueDoesNotExist)) throw error;
      missing.push(name);
    }
  };
  const names = kinds.map((kind) => queueName(fleet, kind));
  const findDeadLetterQueues = async () => {
    await Promise.all(kinds.map((kind) => find(deadLetterQueueName(fleet, kind))));
    if (missing.length > 0)
      throw new InvalidSettings([
        `FLEET_NAME is ${fleet}, but there is no queue ${missing.sort().join(", ")}`,
      ]);
  };
  // The first one alone: what the client learns from that call makes the others cheap.
  await Promise.all(names.slice(0, 1).map(find));
  await Promise.all(names.slice(1).map(find));
  if (missing.length > 0) await findDeadLetterQueues();
  const urls = {
    queue: (kind: string) => found.get(queueName(fleet, kind)) ?? "",
    deadLetterQueue: (kind: string) => found.get(deadLetterQueueName(fleet, kind)) ?? "",
  };
  return { urls, findDeadLetterQueues };
}
