// What is in a large fleet beside its ledger: dead letters in their queues, waiting messages, workers that announce themselves and
// some that died, and metrics of the last half hour.
import { type DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import { deadLetterQueueName, queueName, type ResourceNames } from "../../../worker/fleet/resources.ts";
import type { Cloud } from "../../local/cloud/cloud.ts";
import type { LoadSize } from "./rows.ts";

/** Where it is added. */
export type LifePlace = {
  cloud: Pick<Cloud, "sqs" | "metrics">;
  db: DynamoDBDocumentClient;
  names: ResourceNames;
  kinds: readonly string[];
};

const counts = { workers: 60, deadWorkers: 40, slots: 8, historyMinutes: 30 } as const;

/** Adds it. */
export async function addLife(place: LifePlace, size: LoadSize, now: number): Promise<void> {
  addMessages(place, size);
  addMetrics(place, now);
  await Promise.all(
    Array.from({ length: counts.workers + counts.deadWorkers }, (_, index) => addWorker(place, index, now)),
  );
}

function addMessages({ cloud, names, kinds }: LifePlace, { dead, waiting, groups }: LoadSize): void {
  const [first = ""] = kinds;
  const fill = (queue: string, count: number) => {
    for (let index = 0; index < count; index += 1)
      cloud.sqs.send(queue, {
        body: "{}",
        groupId: `group-${index % groups}`,
        deduplicationId: String(index),
      });
  };
  fill(deadLetterQueueName(names.fleet, first), dead);
  fill(queueName(names.fleet, first), waiting);
}

const one = (value: number) => ({ count: 1, sum: value, min: value, max: value });

function addMetrics({ cloud, names, kinds }: LifePlace, now: number): void {
  const start = now - counts.historyMinutes * 60_000;
  for (let atMs = start; atMs < now; atMs += 10_000) {
    const add = (name: string, dimensions: Record<string, string>, value: number) =>
      cloud.metrics.add({ namespace: "FifoFleet", name, dimensions, atMs, ...one(value) });
    for (const name of ["Visible", "InFlight", "Dead", "Wanted"]) add(name, { Fleet: names.fleet }, 100);
    for (const Kind of kinds)
      for (const name of ["Completed", "Retried", "Wait", "Run"]) add(name, { Fleet: names.fleet, Kind }, 20);
  }
}

/** Rows stay true for an hour; those that died announced themselves last five minutes ago. */
async function addWorker({ db, names, kinds }: LifePlace, index: number, now: number): Promise<void> {
  const died = index >= counts.workers;
  const workerId = `i-${String(index).padStart(17, "0")}`;
  const [kind = ""] = kinds;
  const running = Array.from({ length: died ? 0 : counts.slots }, (_, slot) => ({
    jobId: `${kind}/${String(index * 100 + slot).padStart(40, "0")}`,
    ...{ kind, group: `group-${index}-${slot}`, slots: 1, leaseSeconds: 55 },
    since: new Date(now - slot * 1000).toISOString(),
  }));
  const row = {
    ...{ workerId, fleet: names.fleet, kinds, instance: workerId, version: "1", running },
    ...{
      state: "ready",
      busySlots: running.length,
      idleSlots: 0,
      held: running.length,
      groups: running.length,
    },
    updatedAt: new Date(died ? now - 300_000 : now).toISOString(),
    everySeconds: died ? 5 : 1200,
    runs: {},
  };
  await db.send(new PutCommand({ TableName: names.tables.workers, Item: row }));
}
