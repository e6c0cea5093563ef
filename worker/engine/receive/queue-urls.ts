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
  const find = async (name: string): Promise<string> => {
    try {
      const { QueueUrl = "" } = await sqs.send(new GetQueueUrlCommand({ QueueName: name }));
      return QueueUrl;
    } catch (error) {
      if (!(error instanceof QueueDoesNotExist)) throw error;
      missing.push(name);
      return "";
    }
  };
  const found = await Promise.all(
    kinds.map(
      async (kind) =>
        [kind, await find(queueName(fleet, kind)), await find(deadLetterQueueName(fleet, kind))] as const,
    ),
  );
  if (missing.length > 0)
    throw new InvalidSettings([`FLEET_NAME is ${fleet}, but there is no queue ${missing.sort().join(", ")}`]);
  const queues = new Map(found.map(([kind, queue]) => [kind, queue]));
  const deadLetterQueues = new Map(found.map(([kind, , deadLetterQueue]) => [kind, deadLetterQueue]));
  return {
    queue: (kind) => queues.get(kind) ?? "",
    deadLetterQueue: (kind) => deadLetterQueues.get(kind) ?? "",
  };
}
