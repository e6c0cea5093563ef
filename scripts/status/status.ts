// Reads the fleet's status from SQS and DynamoDB, on AWS and on the local cloud alike.
import type { SQSClient } from "@aws-sdk/client-sqs";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { resourceNames } from "../../worker/fleet/resources.ts";
import type { Capacity, FleetStatus } from "./fleet-status.ts";
import { type AgeOfOldest, queueReader } from "./read-queues.ts";
import { readWorkers } from "./read-workers.ts";
import { readScaling } from "./scaling.ts";
import { troublesOf } from "./troubles.ts";
import { verdictOf } from "./verdict.ts";

/** Clients for reading the status. */
export type StatusClients = { sqs: SQSClient; db: DynamoDBDocumentClient };

/** Reads the fleet's instances; undefined where they are unknown. */
export type ReadInstances = () => Promise<Capacity | undefined>;

/** Which fleet, and which of its kinds. */
export type StatusOptions = {
  fleet: string;
  kinds: readonly string[];
  ageOfOldest?: AgeOfOldest | undefined;
  instances?: ReadInstances | undefined;
  /** Epoch milliseconds; the machine's clock unless given. */
  now?: (() => number) | undefined;
};

/** Makes a function that reads the status. It looks up queue URLs only at its first call. */
export function statusReader(clients: StatusClients, options: StatusOptions): () => Promise<FleetStatus> {
  const { fleet, kinds, now = Date.now } = options;
  const readQueue = queueReader(clients.sqs, fleet, options.ageOfOldest);
  const names = resourceNames(fleet);
  return async () => {
    const [queues, workers, scaling, capacity] = await Promise.all([
      Promise.all(kinds.map(readQueue)),
      readWorkers(clients.db, names, now()),
      readScaling(clients.db, fleet, now()),
      options.instances?.(),
    ]);
    const verdict = verdictOf({ queues, workers, capacity });
    const known = capacity !== undefined && { capacity };
    return { v: 1, queues, workers, verdict, troubles: troublesOf(workers), scaling, ...known };
  };
}

/** Reads the status once. */
export function readStatus(clients: StatusClients, options: StatusOptions): Promise<FleetStatus> {
  return statusReader(clients, options)();
}
