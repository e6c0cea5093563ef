// Enqueueing from a Lambda. The SQS client and the queue URLs it has looked up live as long as the execution environment.
import { GetQueueUrlCommand, SQSClient } from "@aws-sdk/client-sqs";
import { createEnqueue, type Enqueue } from "../../worker/engine/enqueue/enqueue.ts";
import { queueName } from "../../worker/fleet/resources.ts";
import type { TriggerConfig } from "./config.ts";
import { newTraceId } from "./trace-id.ts";

/** Makes the function that enqueues jobs. */
export function enqueueFrom(config: TriggerConfig): Enqueue {
  return enqueueThrough(new SQSClient(config.sqs), config.names.fleet);
}

/** The same, with a given client. It looks up each queue's URL once. */
export function enqueueThrough(sqs: SQSClient, fleet: string): Enqueue {
  const urls = new Map<string, Promise<string>>();
  const find = async (kind: string): Promise<string> => {
    const { QueueUrl = "" } = await sqs.send(new GetQueueUrlCommand({ QueueName: queueName(fleet, kind) }));
    return QueueUrl;
  };
  const queueUrl = (kind: string): Promise<string> => {
    const known = urls.get(kind) ?? find(kind);
    urls.set(kind, known);
    // Forget a failed lookup, so that the next job tries again.
    known.catch(() => urls.delete(kind));
    return known;
  };
  return createEnqueue({ sqs, queueUrl, now: Date.now, newTraceId });
}
