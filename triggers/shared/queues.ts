// Enqueueing from a Lambda: one SQS client and one look-up of each queue's URL for the life of the execution environment.
import { randomUUID } from "node:crypto";
import { GetQueueUrlCommand, SQSClient } from "@aws-sdk/client-sqs";
import { createEnqueue, type Enqueue } from "../../worker/engine/enqueue/enqueue.ts";
import { queueName } from "../../worker/fleet/resources.ts";
import type { TriggerConfig } from "./config.ts";

/** Makes the function that enqueues jobs. */
export function enqueueFrom({ names, region, endpointGiven }: TriggerConfig): Enqueue {
  const sqs = new SQSClient(endpointGiven ? { region, useQueueUrlAsEndpoint: false } : { region });
  const urls = new Map<string, Promise<string>>();
  const find = async (kind: string): Promise<string> => {
    const { QueueUrl = "" } = await sqs.send(
      new GetQueueUrlCommand({ QueueName: queueName(names.fleet, kind) }),
    );
    return QueueUrl;
  };
  const queueUrl = (kind: string): Promise<string> => {
    const known = urls.get(kind) ?? find(kind);
    urls.set(kind, known);
    // A failed look-up must not be remembered for the life of the Lambda.
    known.catch(() => urls.delete(kind));
    return known;
  };
  return createEnqueue({ sqs, queueUrl, now: Date.now, newTraceId: randomUUID });
}
