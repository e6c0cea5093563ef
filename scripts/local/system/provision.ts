// Creates in the local cloud what the cloud stacks would create: queues, tables, buckets, topics and subscriptions.
import {
  type EventSource,
  eventSources,
  triggersWithFailures,
} from "../../../triggers/catalog/event-sources.ts";
import { bucketNames, bucketShapes } from "../../../worker/fleet/buckets.ts";
import type { ResourceNames } from "../../../worker/fleet/resources.ts";
import { tableDefinitions } from "../../../worker/fleet/tables.ts";
import { catalog } from "../../../worker/jobs/catalog.ts";
import { createFailedRecordsQueue, createQueues } from "../../provision/queues.ts";
import { createTables } from "../../provision/tables.ts";
import { createTopics, subscribeKinds, subscribeTrigger } from "../../provision/topics.ts";
import { allowUploadsFrom, announceEvents, createBuckets } from "../../provision/uploads.ts";
import type { Cloud } from "../cloud/cloud.ts";
import type { LocalClients } from "../cloud/identity.ts";
import { triggerArn } from "../triggers/triggers.ts";

/** Creates everything that is missing. Repeating it changes nothing. */
export async function provision(
  clients: LocalClients,
  names: ResourceNames,
  { region, accountId }: Pick<Cloud, "region" | "accountId">,
): Promise<void> {
  const sources = Object.entries<EventSource>(eventSources);
  const [topicArns] = await Promise.all([
    createTopics(clients.sns, names),
    createTables(clients.dynamo, tableDefinitions(names)),
    ...Object.values(catalog).map((job) => createQueues(clients.sqs, names.fleet, job)),
    ...triggersWithFailures.map((trigger) => createFailedRecordsQueue(clients.sqs, names.fleet, trigger)),
    createBuckets(clients.s3, names),
  ]);
  await allowUploadsFrom(clients.s3, names, ["*"]);
  for (const [trigger, source] of sources)
    if (source.from === "topic")
      await subscribeTrigger(clients.sns, topicArns[source.topic], triggerArn(region, accountId, trigger));
  await subscribeKinds(clients, names.fleet, topicArns);
  for (const bucket of bucketNames) {
    const { announces } = bucketShapes[bucket];
    if (announces)
      await announceEvents(clients.s3, {
        bucket: names.buckets[bucket],
        topicArn: topicArns[announces.topic],
        events: [...announces.events],
      });
  }
}
