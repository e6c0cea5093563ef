// Finds the queues of the subscribed kinds. Done once at the start, so that a missing queue is reported immediately.
import { GetQueueUrlCommand, QueueDoesNotExist, type SQSClient } from "@aws-sdk/client-sqs";
import { InvalidSettings } from "../../fleet/errors.ts";
import { deadLetterQueueName, queueName } from "../../fleet/resources.ts";

/** Queue URLs by job kind. */
export type QueueUrls = { queue: (kind: string) => string; deadLetterQueue: (kind: string) => string };

/**
 * Looks up queue and dead-letter queue of every kind.
 * @throws InvalidSettings naming all queues that do not exist
 */
export async function findQueues(
  sqs: SQSClient,
  fleet: string,
  kinds: readonly string[],
): Promise<QueueUrls> {
  const missing: string[] = [];
  const urls = new Map<string, string>();
  const find = async (name: string): Promise<void> => {
    try {
      const { QueueUrl = "" } = await sqs.send(new GetQueueUrlCommand({ QueueName: name }));
      urls.set(name, QueueUrl);
    } catch (error) {
      if (!(error instanceof QueueDoesNotExist)) throw error;
      missing.push(name);
    }
  };
  const both = async (kind: string, index: number): Promise<void> => {
    if (index > 0) await find(queueName(fleet, kind));
    await find(deadLetterQueueName(fleet, kind));
  };
  // The first one alone: what the client learns from that call makes the others cheap.
  for (const kind of kinds.slice(0, 1)) await find(queueName(fleet, kind));
  await Promise.all(kinds.map(both));
  if (missing.length > 0)
    throw new InvalidSettings([`FLEET_NAME is ${fleet}, but there is no queue ${missing.sort().join(", ")}`]);
  return {
    queue: (kind) => urls.get(queueName(fleet, kind)) ?? "",
    deadLetterQueue: (kind) => urls.get(deadLetterQueueName(fleet, kind)) ?? "",
  };
}
