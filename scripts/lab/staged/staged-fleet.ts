// A fleet that only looks as if it worked: messages in its queues, rows of workers and jobs, and a history in CloudWatch, made on the
// local cloud without a worker. Laboratory commands show it to the console.
import { type DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import type { RunningJob } from "../../../worker/engine/execute/running-jobs.ts";
import { type ResourceNames, resourceNames } from "../../../worker/fleet/resources.ts";
import { tableDefinitions } from "../../../worker/fleet/tables.ts";
import { catalog } from "../../../worker/jobs/catalog.ts";
import type { Cloud } from "../../local/cloud/cloud.ts";
import type { LocalClients } from "../../local/cloud/identity.ts";
import { createQueues } from "../../provision/queues.ts";
import { createTables } from "../../provision/tables.ts";
import { createBuckets } from "../../provision/uploads.ts";
import type { WorkerStatus } from "../../status/fleet-status.ts";

/** Where a fleet is staged. */
export type Stage = {
  cloud: Pick<Cloud, "sqs" | "metrics">;
  db: DynamoDBDocumentClient;
  names: ResourceNames;
  kinds: readonly string[];
};

/** Makes the tables, queues and buckets of a fleet. */
export async function provisionFleet(clients: LocalClients, fleet: string): Promise<ResourceNames> {
  const names = resourceNames(fleet);
  await createTables(clients.dynamo, tableDefinitions(names));
  for (const job of Object.values(catalog)) await createQueues(clients.sqs, fleet, job);
  await createBuckets(clients.s3, names);
  return names;
}

/** Sends messages to a queue, spread over groups. */
export function stageMessages({ cloud }: Stage, queue: string, count: number, groups: number): void {
  for (let index = 0; index < count; index += 1)
    cloud.sqs.send(queue, {
      body: "{}",
      groupId: `group-${index % Math.max(1, groups)}`,
      deduplicationId: String(index),
    });
}

/** A worker to stage: what it announced, and how many seconds ago. */
export type StagedWorker = {
  id: string;
  state?: WorkerStatus["state"];
  version?: string;
  running: readonly RunningJob[];
  idleSlots: number;
  secondsAgo: number;
  /** Seconds between its announcements: it counts as dead after three of them. */
  everySeconds: number;
  troubles?: WorkerStatus["troubles"];
  drain?: WorkerStatus["drain"];
};

/** Writes the row of a worker as the worker itself does. */
export async function stageWorker(
  { db, names, kinds }: Stage,
  worker: StagedWorker,
  now: number,
): Promise<void> {
  const { id, state = "ready", version = "4f2c1ab", running, idleSlots, secondsAgo, everySeconds } = worker;
  const { troubles = [], drain } = worker;
  const row = {
    ...{
      workerId: id,
      fleet: names.fleet,
      instance: id,
      kinds,
      version,
      state,
      running,
      idleSlots,
      troubles,
    },
    ...{ busySlots: running.length, held: running.length, groups: running.length, runs: {}, everySeconds },
    ...(drain && { drain }),
    updatedAt: new Date(now - secondsAgo * 1000).toISOString(),
  };
  await db.send(new PutCommand({ TableName: names.tables.workers, Item: row }));
}

/** A metric of the last half hour: its value so many seconds before now. */
export type StagedMetric = {
  namespace: "FifoFleet" | "AWS/SQS" | "AWS/AutoScaling";
  name: string;
  dimensions: Readonly<Record<string, string>>;
  unit?: "Milliseconds" | "Count";
  /** One value or several; undefined where nothing was measured. */
  at: (secondsAgo: number) => number | readonly number[] | undefined;
};

/** Adds metrics, a value every ten seconds. */
export function stageMetrics({ cloud }: Stage, metrics: readonly StagedMetric[], now: number): void {
  for (let secondsAgo = 30 * 60; secondsAgo > 0; secondsAgo -= 10)
    for (const { namespace, name, dimensions, unit, at } of metrics) {
      for (const value of [at(secondsAgo) ?? []].flat()) {
        const one = { count: 1, sum: value, min: value, max: value };
        cloud.metrics.add({ namespace, name, dimensions, unit, atMs: now - secondsAgo * 1000, ...one });
      }
    }
}
